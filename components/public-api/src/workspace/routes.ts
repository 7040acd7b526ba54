/** What a session leaves behind: changes of repositories, and the files in its artifacts folder. */
import { DiffAnswer, DiffQuery, FilePath, FolderPath, WorkspaceEntry, WorkspaceListing } from "@pilothouse/contracts";
import { FILE_TYPES } from "@pilothouse/server/openapi";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { BackendClient } from "../backend/client.ts";
import { sessionPath, withQuery } from "../backend/session-path.ts";
import { callerOf } from "../http/caller.ts";
import { passBody } from "../http/pass.ts";
import { SessionParams, errorAnswers } from "../http/params.ts";
import { callFor } from "../sessions/routes.ts";
import { artifactPath, encodePath, relativePath } from "./paths.ts";

const tags = ["results"];
const config = { gate: "token" } as const;

const Artifact = WorkspaceEntry.extend({ path: z.string().describe("Relative to the artifacts folder") }).meta({
  id: "Artifact",
});
const ArtifactsQuery = z.strictObject({
  path: FolderPath.optional().describe("A folder in the artifacts folder; all of it when absent"),
});

export function workspaceRoutes(backend: BackendClient): FastifyPluginAsyncZod {
  return async (app) => {
    app.get("/sessions/:id/diff", {
      config,
      schema: {
        tags,
        summary: "What the session changed, per repository",
        description: "live is false when this is the archive of a session that no longer runs.",
        params: SessionParams,
        querystring: z.strictObject(DiffQuery.shape),
        response: { 200: DiffAnswer, ...errorAnswers },
      },
      handler: async (request, reply) => {
        const base = `${sessionPath(callerOf(request).project, request.params.id)}/diff`;
        const path = withQuery(base, { repo: request.query.repo });
        return (await backend.json(DiffAnswer, { ...callFor(request, reply), method: "GET", path })).value;
      },
    });

    app.get("/sessions/:id/artifacts", {
      config,
      schema: {
        tags,
        summary: "Files that the agent left for download",
        description: "Also after the session has ended.",
        params: SessionParams,
        querystring: ArtifactsQuery,
        response: { 200: z.object({ items: z.array(Artifact) }), ...errorAnswers },
      },
      handler: async (request, reply) => {
        const base = `${sessionPath(callerOf(request).project, request.params.id)}/workspace`;
        const path = withQuery(base, { path: artifactPath(request.query.path ?? "") });
        const call = { ...callFor(request, reply), method: "GET", path } as const;
        const { value } = await backend.json(WorkspaceListing, call);
        return { items: value.items.map((entry) => ({ ...entry, path: relativePath(entry.path) })) };
      },
    });

    app.get("/sessions/:id/artifacts/*", {
      config: { ...config, api: { bytes: FILE_TYPES } },
      exposeHeadRoute: false,
      schema: {
        tags,
        summary: "One file's bytes",
        description: "Also after the session has ended.",
        params: SessionParams.extend({ "*": FilePath }),
      },
      handler: async (request, reply) => {
        const { id, "*": file } = request.params;
        const path = `${sessionPath(callerOf(request).project, id)}/workspace/${encodePath(artifactPath(file))}`;
        return passBody(reply, await backend.pass({ ...callFor(request, reply), method: "GET", path }));
      },
    });
  };
}
