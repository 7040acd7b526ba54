/** Sessions: list, create, read, change, delete, start, stop, and their result. */
import { abortOnClose } from "@pilothouse/server";
import { SessionPage as BackendPage, SessionResource } from "@pilothouse/contracts";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import type { BackendClient, BackendRequest } from "../backend/client.ts";
import { forwardedHeaders } from "../backend/headers.ts";
import { sessionPath, sessionsPath } from "../backend/session-path.ts";
import { callerOf } from "../http/caller.ts";
import { NoFields, Nothing, SessionParams, errorAnswers } from "../http/params.ts";
import { presentResult, presentSession } from "./present.ts";
import { createRequest, listQuery, patchRequest } from "./request.ts";
import { CreateSession, PatchSession, Session, SessionListQuery, SessionPage, SessionResult } from "./shapes.ts";

const tags = ["sessions"];
const config = { gate: "token" } as const;

/** The replay runner needs no key. */
const EXAMPLE = { task: "Add a search field to the list", runnerType: "replay" };

/** What every call to the backend has in common. */
export function callFor(request: FastifyRequest, reply: FastifyReply): Pick<BackendRequest, "headers" | "signal"> {
  return { headers: forwardedHeaders(request.headers), signal: abortOnClose(reply) };
}

export function sessionRoutes(backend: BackendClient): FastifyPluginAsyncZod {
  return async (app) => {
    app.get("/sessions", {
      config,
      schema: {
        tags,
        summary: "Sessions of the project, newest first",
        querystring: SessionListQuery,
        response: { 200: SessionPage, ...errorAnswers },
      },
      handler: async (request, reply) => {
        const { project } = callerOf(request);
        const path = `${sessionsPath(project)}?${listQuery(request.query).toString()}`;
        const { value } = await backend.json(BackendPage, { ...callFor(request, reply), method: "GET", path });
        return { ...value, items: value.items.map(presentSession) };
      },
    });

    app.post("/sessions", {
      config: { ...config, api: { idempotent: true, location: true, example: EXAMPLE } },
      schema: {
        tags,
        summary: "Give an agent a task",
        description: "With Idempotency-Key, a request that is sent again is answered with the session of the first.",
        body: CreateSession,
        response: { 201: Session, ...errorAnswers },
      },
      handler: async (request, reply) => {
        const { project } = callerOf(request);
        const { value, headers } = await backend.json(SessionResource, {
          ...callFor(request, reply),
          method: "POST",
          path: sessionsPath(project),
          body: createRequest(request.body),
        });
        const session = presentSession(value);
        if (headers["idempotent-replayed"] === "true") void reply.header("idempotent-replayed", "true");
        return reply.code(201).header("location", `/v1/sessions/${session.id}`).send(session);
      },
    });

    app.get("/sessions/:id", {
      config,
      schema: { tags, summary: "One session", params: SessionParams, response: { 200: Session, ...errorAnswers } },
      handler: async (request, reply) => {
        const path = sessionPath(callerOf(request).project, request.params.id);
        const { value } = await backend.json(SessionResource, { ...callFor(request, reply), method: "GET", path });
        return presentSession(value);
      },
    });

    app.patch("/sessions/:id", {
      config,
      schema: {
        tags,
        summary: "Change a session",
        description: "What is absent stays, null removes.",
        params: SessionParams,
        body: PatchSession,
        response: { 200: Session, ...errorAnswers },
      },
      handler: async (request, reply) => {
        const { value } = await backend.json(SessionResource, {
          ...callFor(request, reply),
          method: "PATCH",
          path: sessionPath(callerOf(request).project, request.params.id),
          body: patchRequest(request.body),
        });
        return presentSession(value);
      },
    });

    app.delete("/sessions/:id", {
      config,
      schema: {
        tags,
        summary: "Delete a session, its workspace and its transcript",
        params: SessionParams,
        response: { 204: Nothing, ...errorAnswers },
      },
      handler: async (request, reply) => {
        const path = sessionPath(callerOf(request).project, request.params.id);
        await backend.done({ ...callFor(request, reply), method: "DELETE", path });
        return reply.code(204).send(null);
      },
    });

    for (const verb of ["start", "stop"] as const) {
      app.post(`/sessions/:id/${verb}`, {
        config,
        schema: {
          tags,
          summary: verb === "start" ? "Start a session again" : "Stop a session",
          params: SessionParams,
          body: NoFields,
          response: { 202: Session, ...errorAnswers },
        },
        handler: async (request, reply) => {
          const path = `${sessionPath(callerOf(request).project, request.params.id)}/${verb}`;
          const { value } = await backend.json(SessionResource, { ...callFor(request, reply), method: "POST", path });
          return reply.code(202).send(presentSession(value));
        },
      });
    }

    app.get("/sessions/:id/result", {
      config,
      schema: {
        tags,
        summary: "What came of it",
        params: SessionParams,
        response: { 200: SessionResult, ...errorAnswers },
      },
      handler: async (request, reply) => {
        const path = sessionPath(callerOf(request).project, request.params.id);
        const { value } = await backend.json(SessionResource, { ...callFor(request, reply), method: "GET", path });
        return presentResult(value);
      },
    });
  };
}
