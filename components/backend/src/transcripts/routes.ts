/** `/internal`: the transcript between runner and backend. Never served through the public API. */
import type { Archives } from "../archives/archives.ts";
import { AppendTranscriptRequest, ArchiveKind, ErrorBody, TranscriptPosition } from "@pilothouse/contracts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { ApiError } from "../errors/api-error.ts";
import { callerOf } from "../http/caller.ts";
import { Nothing, errorAnswers } from "../http/params.ts";
import type { Feeds } from "../events/feeds.ts";
import type { Store } from "../store/store.ts";
import { conversationText } from "./conversation.ts";
import type { RunnerProofs } from "./push.ts";

const tags = ["internal"];
const LARGEST_BATCH = 32 * 1024 * 1024;
const LARGEST_ARCHIVE = 64 * 1024 * 1024;
const Params = z.object({ uid: z.string().regex(/^[A-Za-z0-9-]{1,64}$/) });

export interface TranscriptDependencies {
  readonly store: Store;
  readonly proofs: RunnerProofs;
  readonly feeds: Feeds;
  readonly archives: Archives;
  readonly operatorIdentity: string;
}

export function transcriptRoutes(dependencies: TranscriptDependencies): FastifyPluginAsyncZod {
  const { store, proofs, feeds, archives, operatorIdentity } = dependencies;
  return async (app) => {
    app.get("/transcripts/:uid", {
      config: { access: "runner" },
      schema: {
        tags,
        summary: "The last event that is held",
        params: Params,
        response: { 200: TranscriptPosition, ...errorAnswers },
      },
      handler: async (request) => {
        const { uid } = request.params;
        await proofs.demandRunner(callerOf(request), uid);
        // A runner that asks this lives.
        await store.noteEnd(uid, undefined);
        return { lastSeq: await store.lastSeq(uid) };
      },
    });

    app.get("/transcripts/:uid/conversation", {
      config: { access: "runner", api: { bytes: ["text/plain"] } },
      schema: {
        tags,
        summary: "What was said, as text for an agent that does not remember it",
        params: Params,
      },
      handler: async (request, reply) => {
        const { uid } = request.params;
        await proofs.demandRunner(callerOf(request), uid);
        return reply.type("text/plain; charset=utf-8").send(await conversationText(store, uid));
      },
    });

    app.post("/transcripts/:uid/events", {
      config: { access: "runner" },
      bodyLimit: LARGEST_BATCH,
      schema: {
        tags,
        summary: "Add events",
        description: "Those already held are skipped. A gap is refused with the last number held.",
        params: Params,
        body: AppendTranscriptRequest,
        response: { 200: TranscriptPosition, 409: ErrorBody.extend({ lastSeq: z.int().min(0) }), ...errorAnswers },
      },
      handler: async (request, reply) => {
        const { uid } = request.params;
        await proofs.demandRunner(callerOf(request), uid);
        const entries = request.body.map(({ seq, event }) => ({ seq, data: JSON.stringify(event) }));
        const { lastSeq, gap } = await store.append(uid, entries);
        if (gap) {
          const error = `transcript ${uid}: events after ${lastSeq} are missing; continue from there`;
          return reply.code(409).send({ error, code: "TRANSCRIPT_GAP", details: { lastSeq }, lastSeq });
        }
        feeds.stored(uid, lastSeq);
        return { lastSeq };
      },
    });

    app.delete("/transcripts/:uid", {
      config: { access: "operator", audit: "delete-transcript" },
      schema: { tags, summary: "Forget a session", params: Params, response: { 204: Nothing, ...errorAnswers } },
      handler: async (request, reply) => {
        if (callerOf(request).identity.userId !== operatorIdentity) {
          throw new ApiError("FORBIDDEN", "only the operator deletes transcripts");
        }
        await archives.forget(request.params.uid);
        return reply.code(204).send(null);
      },
    });

    await app.register(async (raw) => {
      raw.removeAllContentTypeParsers();
      raw.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
      raw
        .withTypeProvider<import("fastify-type-provider-zod").ZodTypeProvider>()
        .put("/transcripts/:uid/archive/:kind", {
          config: { access: "runner", api: { upload: LARGEST_ARCHIVE } },
          bodyLimit: LARGEST_ARCHIVE,
          schema: {
            tags,
            summary: "Keep what the session leaves behind",
            params: Params.extend({ kind: ArchiveKind }),
            response: { 204: Nothing, ...errorAnswers },
          },
          handler: async (request, reply) => {
            const { uid, kind } = request.params;
            await proofs.demandRunner(callerOf(request), uid);
            const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
            const contentType = request.headers["content-type"] ?? "application/octet-stream";
            if (kind === "artifacts") await archives.put(uid, body);
            else await store.putSnapshot(uid, kind, { contentType, body });
            return reply.code(204).send(null);
          },
        });
    });
  };
}
