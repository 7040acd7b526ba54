/** Files of a session's workspace, through its runner. */
import type { Archives } from "../archives/archives.ts";
import { Transform, type Readable } from "node:stream";
import { FilePath, WorkspaceListing, WorkspaceQuery } from "@pilothouse/contracts";
import { abortOnClose } from "@pilothouse/server";
import { FILE_TYPES } from "@pilothouse/server/openapi";
import type { FastifyReply } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { ApiError } from "../errors/api-error.ts";
import { callerOf } from "../http/caller.ts";
import { Nothing, SessionParams, errorAnswers } from "../http/params.ts";
import { demandSessionUpdate } from "../identity/access.ts";
import { encodePath, workspacePath } from "../runner/paths.ts";
import { RUNNER_ERRORS, type RunnerAnswer, type RunnerClient } from "../runner/runner-client.ts";
import { getSession } from "../sessions/session.ts";
import { ArchivedFiles, orArchived } from "./archived.ts";

const BASE = "/projects/:project/agentic-sessions/:session";
const LARGEST_FILE = 10 * 1024 * 1024;
const tags = ["workspace"];
const PathParams = SessionParams.extend({ "*": FilePath });

export function workspaceRoutes(runner: RunnerClient, archives: Archives): FastifyPluginAsyncZod {
  const archive = new ArchivedFiles(archives);
  return async (app) => {
    app.get(`${BASE}/workspace`, {
      config: { access: "view", api: { errors: RUNNER_ERRORS } },
      schema: {
        tags,
        summary: "Files in a folder",
        params: SessionParams,
        querystring: WorkspaceQuery,
        response: { 200: WorkspaceListing, ...errorAnswers },
      },
      handler: async (request) => {
        const caller = callerOf(request);
        const { project, session: name } = request.params;
        const session = await getSession(caller, project, name);
        const path = workspacePath(request.query.path ?? "");
        const query = new URLSearchParams({ path });
        const live = async () => {
          const call = { method: "GET", path: `/workspace?${query.toString()}` } as const;
          const { items } = await runner.json(session, caller.identity, call, WorkspaceListing);
          return { live: true, items };
        };
        return orArchived(live, async () => archive.list(session, path));
      },
    });

    app.get(`${BASE}/workspace/*`, {
      config: { access: "view", api: { bytes: FILE_TYPES, errors: RUNNER_ERRORS } },
      schema: { tags, summary: "A file's bytes", params: PathParams },
      handler: async (request, reply) => {
        const caller = callerOf(request);
        const { project, session: name, "*": path } = request.params;
        const session = await getSession(caller, project, name);
        const file = filePath(path);
        const live = async () =>
          runner.call(session, caller.identity, {
            method: "GET",
            path: `/workspace/${encodePath(file)}`,
            signal: abortOnClose(reply),
          });
        return sendFile(reply, await orArchived(live, async () => archive.file(session, file)));
      },
    });

    app.get(`${BASE}/files.zip`, {
      config: { access: "view", api: { bytes: ["application/zip"], attachment: true, errors: RUNNER_ERRORS } },
      schema: {
        tags,
        summary: "The workspace, or one folder of it, as an archive",
        description: "Of a session that no longer runs: what it left in its artifacts folder.",
        params: SessionParams,
        querystring: WorkspaceQuery,
      },
      handler: async (request, reply) => {
        const caller = callerOf(request);
        const { project, session: name } = request.params;
        const session = await getSession(caller, project, name);
        const path = workspacePath(request.query.path ?? "");
        const live = async () => {
          const query = new URLSearchParams({ path }).toString();
          const call = { method: "GET", path: `/workspace.zip?${query}`, signal: abortOnClose(reply) } as const;
          return (await runner.call(session, caller.identity, call)).body;
        };
        const body = await orArchived(live, async () => archive.zip(session, path));
        const file = [name, ...path.split("/").slice(-1)].filter((part) => part !== "").join("-");
        return reply
          .header("content-disposition", `attachment; filename="${file.replaceAll(/[^A-Za-z0-9._-]/g, "_")}.zip"`)
          .header("x-content-type-options", "nosniff")
          .type("application/zip")
          .send(body);
      },
    });

    app.delete(`${BASE}/workspace/*`, {
      config: { access: "edit", audit: "delete-file", api: { errors: RUNNER_ERRORS } },
      schema: {
        tags,
        summary: "Delete a file or folder",
        params: PathParams,
        response: { 204: Nothing, ...errorAnswers },
      },
      handler: async (request, reply) => {
        const caller = callerOf(request);
        const { project, session: name, "*": path } = request.params;
        const [session] = await Promise.all([
          getSession(caller, project, name),
          demandSessionUpdate(caller, project, name),
        ]);
        const answer = await runner.call(session, caller.identity, {
          method: "DELETE",
          path: `/workspace/${encodePath(filePath(path))}`,
        });
        answer.body.resume();
        return reply.code(204).send(null);
      },
    });

    await app.register(async (raw) => {
      // File contents come as they are, whatever they claim to be, and are never held in memory whole.
      raw.removeAllContentTypeParsers();
      raw.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
      for (const [method, prefix, base] of [
        ["PUT", "", `${BASE}/workspace/*`],
        ["POST", "uploads/", `${BASE}/uploads/*`],
      ] as const) {
        raw.withTypeProvider<import("fastify-type-provider-zod").ZodTypeProvider>().route({
          method,
          url: base,
          config: { access: "edit", audit: "write-file", api: { upload: LARGEST_FILE, errors: RUNNER_ERRORS } },
          schema: {
            tags,
            summary: method === "PUT" ? "Write a file" : "Upload a file",
            params: PathParams,
            response: { 204: Nothing, ...errorAnswers },
          },
          handler: async (request, reply) => {
            const caller = callerOf(request);
            const { project, session: name, "*": path } = request.params;
            if (Number(request.headers["content-length"] ?? 0) > LARGEST_FILE) throw tooLarge();
            const [session] = await Promise.all([
              getSession(caller, project, name),
              demandSessionUpdate(caller, project, name),
            ]);
            const body = request.body === undefined ? "" : limited(request.body as Readable);
            const answer = await runner.call(session, caller.identity, {
              method: "PUT",
              path: `/workspace/${encodePath(prefix + filePath(path))}`,
              headers: { "content-type": "application/octet-stream" },
              body,
              signal: abortOnClose(reply),
            });
            answer.body.resume();
            return reply.code(204).send(null);
          },
        });
      }
    });
  };
}

function filePath(path: string): string {
  const clean = workspacePath(path);
  if (clean === "") throw new ApiError("PATH_REFUSED", "the path names no file");
  return clean;
}

const tooLarge = (): ApiError => new ApiError("BODY_TOO_LARGE", `a file may have at most ${LARGEST_FILE} bytes`);

function limited(body: Readable): Readable {
  let length = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      length += chunk.length;
      if (length > LARGEST_FILE) done(tooLarge());
      else done(null, chunk);
    },
  });
  body.once("error", (error) => limit.destroy(error));
  return body.pipe(limit);
}

/** Types that a browser shows without running anything in them. */
const SHOWN = /^(text\/plain|application\/(json|pdf)|image\/(png|jpeg|gif|webp|avif|bmp)|audio\/|video\/)/i;

/** What an agent wrote must never run as a page of ours: bytes, no sniffing, no scripts. */
export function sendFile(reply: FastifyReply, answer: Pick<RunnerAnswer, "headers" | "body">): FastifyReply {
  const claimed = answer.headers["content-type"];
  const type = typeof claimed === "string" && SHOWN.test(claimed) ? claimed : "application/octet-stream";
  const length = answer.headers["content-length"];
  if (typeof length === "string") void reply.header("content-length", length);
  return reply
    .header("content-type", type)
    .header("x-content-type-options", "nosniff")
    .header("content-security-policy", "sandbox; default-src 'none'")
    .send(answer.body);
}
