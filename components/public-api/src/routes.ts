/** `/v1`: sessions as tasks. */
import {
  DiffAnswer,
  ErrorBody,
  ExportQuery,
  ListQuery,
  PublicCreateSession,
  PublicMessage,
  PublicResult,
  PublicSession,
  PublicSessionPage,
  PublicUpdateSession,
  RunAccepted,
  SessionPage,
  SessionResource,
  SessionName,
} from "@pilothouse/contracts";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Backend, BackendAnswer } from "./backend.ts";
import { GatewayError } from "./errors.ts";
import { projectOf } from "./project.ts";
import { changeOf, creationOf, resultOf, viewOf } from "./view.ts";

const errors = { "4xx": ErrorBody, "5xx": ErrorBody } as const;
const Params = z.object({ id: SessionName });
const tags = ["sessions"];
const STREAMED = ["content-type", "content-disposition", "content-length"] as const;

export function tokenOf(request: FastifyRequest): string {
  const token = /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(request.headers.authorization ?? "")?.[1];
  if (token === undefined) {
    throw new GatewayError("UNAUTHENTICATED", "a bearer token is needed: Authorization: Bearer …");
  }
  return token;
}

export function routes(backend: Backend): FastifyPluginAsyncZod {
  const base = (request: FastifyRequest): string =>
    `/api/projects/${projectOf(request.headers, tokenOf(request))}/agentic-sessions`;

  return async (app) => {
    app.get("/sessions", {
      schema: { tags, summary: "Sessions", querystring: ListQuery, response: { 200: PublicSessionPage, ...errors } },
      handler: async (request) => {
        const { search } = new URL(request.url, "http://gateway");
        const path = `${base(request)}${search}`;
        const page = await backend.json({ method: "GET", path, headers: request.headers }, SessionPage);
        return { ...page, items: page.items.map(viewOf) };
      },
    });

    app.post("/sessions", {
      schema: {
        tags,
        summary: "Give a task",
        description: "Idempotency-Key makes it safe to repeat.",
        body: PublicCreateSession,
        response: { 201: PublicSession, ...errors },
      },
      handler: async (request, reply) => {
        const body = creationOf(request.body);
        const call = { method: "POST", path: base(request), headers: request.headers, body } as const;
        const session = viewOf(await backend.json(call, SessionResource));
        return reply.code(201).header("location", `/v1/sessions/${session.id}`).send(session);
      },
    });

    app.get("/sessions/:id", {
      schema: { tags, summary: "One session", params: Params, response: { 200: PublicSession, ...errors } },
      handler: async (request) => viewOf(await backend.json(read(request, base(request)), SessionResource)),
    });

    app.patch("/sessions/:id", {
      schema: {
        tags,
        summary: "Change a session",
        params: Params,
        body: PublicUpdateSession,
        response: { 200: PublicSession, ...errors },
      },
      handler: async (request) => {
        const path = `${base(request)}/${request.params.id}`;
        const call = { method: "PATCH", path, headers: request.headers, body: changeOf(request.body) } as const;
        return viewOf(await backend.json(call, SessionResource));
      },
    });

    app.delete("/sessions/:id", {
      schema: { tags, summary: "Delete a session", params: Params, response: { 204: z.null(), ...errors } },
      handler: async (request, reply) => {
        const path = `${base(request)}/${request.params.id}`;
        await backend.nothing({ method: "DELETE", path, headers: request.headers });
        return reply.code(204).send(null);
      },
    });

    for (const verb of ["start", "stop"] as const) {
      app.post(`/sessions/:id/${verb}`, {
        schema: {
          tags,
          summary: verb === "start" ? "Start a session again" : "Stop a session",
          params: Params,
          response: { 202: PublicSession, ...errors },
        },
        handler: async (request, reply) => {
          const path = `${base(request)}/${request.params.id}/${verb}`;
          const call = { method: "POST", path, headers: request.headers } as const;
          return reply.code(202).send(viewOf(await backend.json(call, SessionResource)));
        },
      });
    }

    app.post("/sessions/:id/messages", {
      schema: {
        tags,
        summary: "Send a message to a running session",
        params: Params,
        body: PublicMessage,
        response: { 202: RunAccepted, ...errors },
      },
      handler: async (request, reply) => {
        const path = `${base(request)}/${request.params.id}/agui/run`;
        const body = { messages: [{ role: "user", content: request.body.content }] };
        const call = { method: "POST", path, headers: request.headers, body } as const;
        return reply.code(202).send(await backend.json(call, RunAccepted));
      },
    });

    app.get("/sessions/:id/result", {
      schema: {
        tags,
        summary: "What came of the task",
        params: Params,
        response: { 200: PublicResult, ...errors },
      },
      handler: async (request) => resultOf(await backend.json(read(request, base(request)), SessionResource)),
    });

    app.get("/sessions/:id/diff", {
      schema: {
        tags,
        summary: "What changed in the repositories",
        params: Params,
        response: { 200: DiffAnswer, ...errors },
      },
      handler: async (request) => backend.json(read(request, base(request), "/diff"), DiffAnswer),
    });

    app.get("/sessions/:id/transcript", {
      schema: {
        tags,
        summary: "The conversation as a file",
        params: Params,
        querystring: ExportQuery,
        produces: ["application/x-ndjson", "text/markdown"],
      },
      handler: async (request, reply) => {
        const suffix = `/export?format=${request.query.format}`;
        return passOn(reply, await backend.call({ ...read(request, base(request), suffix), accept: "*/*" }));
      },
    });

    app.get("/sessions/:id/artifacts", {
      schema: {
        tags,
        summary: "The artifacts of a session that has ended, as a tar archive",
        params: Params,
        produces: ["application/gzip"],
      },
      handler: async (request, reply) =>
        passOn(reply, await backend.call({ ...read(request, base(request), "/artifacts"), accept: "*/*" })),
    });

    app.get("/sessions/:id/events", {
      schema: {
        tags,
        summary: "AG-UI events, as they happen",
        description: "Last-Event-ID or ?after= resumes.",
        params: Params,
        querystring: z.object({
          after: z
            .string()
            .regex(/^\d{1,15}$/)
            .optional(),
        }),
        produces: ["text/event-stream"],
      },
      handler: async (request, reply) => {
        const last = request.headers["last-event-id"];
        const after = typeof last === "string" && /^\d{1,15}$/.test(last) ? last : request.query.after;
        const suffix = `/agui/events${after === undefined ? "" : `?after=${after}`}`;
        const gone = new AbortController();
        reply.raw.once("close", () => gone.abort());
        const call = { ...read(request, base(request), suffix), accept: "text/event-stream", signal: gone.signal };
        const answer = await backend.call(call);
        return reply
          .type("text/event-stream; charset=utf-8")
          .header("cache-control", "no-cache, no-transform")
          .header("x-accel-buffering", "no")
          .send(answer.body);
      },
    });
  };
}

type WithId = FastifyRequest & { readonly params: { readonly id: string } };

function read(request: WithId, base: string, suffix = "") {
  const path = `${base}/${request.params.id}${suffix}`;
  return { method: "GET", path, headers: request.headers } as const;
}

function passOn(reply: FastifyReply, answer: BackendAnswer): FastifyReply {
  for (const name of STREAMED) {
    const value = answer.headers[name];
    if (typeof value === "string") void reply.header(name, value);
  }
  return reply.header("x-content-type-options", "nosniff").send(answer.body);
}
