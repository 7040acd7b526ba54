/** Files, repositories and diffs of the workspace. */
import { createReadStream } from "node:fs";
import type { FastifyInstance } from "fastify";
import type { Readable } from "node:stream";
import { RunnerError } from "../errors.ts";
import type { Runner } from "../runner.ts";
import { zipStream } from "../workspace/archive-stream.ts";
import { contentTypeOf } from "../workspace/content-type.ts";

interface Options {
  readonly runner: Runner;
}

const LARGEST_FILE = 10 * 1024 * 1024;

export async function workspaceRoutes(app: FastifyInstance, { runner }: Options): Promise<void> {
  app.get<{ Querystring: { path?: string } }>("/workspace", async (request) => {
    const files = await runner.files();
    return { items: await files.list(request.query.path ?? "") };
  });

  app.get<{ Params: { "*": string } }>("/workspace/*", async (request, reply) => {
    const path = request.params["*"];
    const { handle, size } = await (await runner.files()).read(path);
    const stream = createReadStream(path, { fd: handle, autoClose: true });
    return reply
      .header("content-length", size)
      .header("x-content-type-options", "nosniff")
      .header("content-disposition", "attachment")
      .type(contentTypeOf(path))
      .send(stream);
  });

  app.get<{ Querystring: { path?: string } }>("/workspace.zip", async (request, reply) => {
    const { path = "" } = request.query;
    const gone = new AbortController();
    reply.raw.once("close", () => gone.abort(new Error("the reader has gone")));
    const stream = await zipStream({ files: await runner.files(), path, signal: gone.signal });
    const name = path.split("/").findLast((part) => part !== "" && part !== ".") ?? "workspace";
    return reply
      .header("x-content-type-options", "nosniff")
      .header("content-disposition", `attachment; filename="${name.replaceAll(/[^A-Za-z0-9._-]/g, "_")}.zip"`)
      .type("application/zip")
      .send(stream);
  });

  await app.register(async (scope) => {
    // A file is bytes, whatever its media type says.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
    scope.put<{ Params: { "*": string }; Body: Readable | undefined }>(
      "/workspace/*",
      { bodyLimit: LARGEST_FILE },
      async (request) => {
        const declared = Number(request.headers["content-length"] ?? 0);
        if (declared > LARGEST_FILE)
          throw new RunnerError("FILE_TOO_LARGE", `${request.params["*"]}: larger than ${LARGEST_FILE} bytes`);
        const body = request.body ?? (async function* empty(): AsyncGenerator<Uint8Array, void> {})();
        const files = await runner.files();
        return { path: request.params["*"], size: await files.write(request.params["*"], body, LARGEST_FILE) };
      },
    );
  });

  app.delete<{ Params: { "*": string } }>("/workspace/*", async (request, reply) => {
    await (await runner.files()).remove(request.params["*"]);
    return reply.code(204).send();
  });

  app.get<{ Querystring: { repo?: string } }>("/diff", async (request) => ({
    live: true,
    items: await runner.diff(request.query.repo),
  }));
  app.get("/repos/status", async () => ({ live: true, items: await runner.repositoriesStatus() }));
}
