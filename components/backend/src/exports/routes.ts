/** The whole transcript as a file. It comes from the store, so it works after the pod is gone. */
import { Readable } from "node:stream";
import { ExportQuery, type Feedback } from "@pilothouse/contracts";
import { parseEvent, type SequencedEvent } from "@pilothouse/agui";
import type { Archives } from "../archives/archives.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { ApiError } from "../errors/api-error.ts";
import { callerOf } from "../http/caller.ts";
import { SessionParams } from "../http/params.ts";
import { getSession } from "../sessions/session.ts";
import type { Store, StoredEvent } from "../store/store.ts";
import { toMarkdown } from "./markdown.ts";
import { RecordingWriter } from "./recording.ts";

const PAGE = 1000;
const BASE = "/projects/:project/agentic-sessions/:session";

export function exportRoutes(store: Store, archives: Archives): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(`${BASE}/export`, {
      config: { access: "view", api: { bytes: ["application/x-ndjson", "text/markdown"], attachment: true } },
      schema: {
        tags: ["sessions"],
        summary: "The transcript as a file",
        description:
          "json: a recording, one event per line, that the replay runner type plays, and what users thought of its messages as CUSTOM events at the end. markdown: a document.",
        params: SessionParams,
        querystring: ExportQuery,
      },
      handler: async (request, reply) => {
        const { project, session: name } = request.params;
        const session = await getSession(callerOf(request), project, name);
        const { uid } = session.metadata;
        if (request.query.format === "json") {
          return reply
            .header("content-disposition", `attachment; filename="${name}.jsonl"`)
            .type("application/x-ndjson; charset=utf-8")
            .send(Readable.from(recording(store, uid, await store.feedback.list(uid))));
        }
        const events: SequencedEvent[] = [];
        for await (const page of pages(store, uid)) events.push(...page.flatMap(toEvent));
        return reply
          .header("content-disposition", `attachment; filename="${name}.md"`)
          .type("text/markdown; charset=utf-8")
          .send(toMarkdown(session, events, await store.feedback.list(uid)));
      },
    });

    app.get(`${BASE}/artifacts`, {
      config: { access: "view", api: { bytes: ["application/gzip"], attachment: true, errors: [502] } },
      schema: {
        tags: ["sessions"],
        summary: "What the session left in its artifacts folder when it ended",
        params: SessionParams,
      },
      handler: async (request, reply) => {
        const { project, session: name } = request.params;
        const session = await getSession(callerOf(request), project, name);
        const archive = await archives.open(session.metadata.uid);
        if (archive === undefined) throw new ApiError("NOT_FOUND", `session ${name} has left no artifacts`);
        return reply
          .header("content-disposition", `attachment; filename="${name}-artifacts.tar.gz"`)
          .type("application/gzip")
          .send(archive);
      },
    });
  };
}

async function* pages(store: Store, uid: string): AsyncGenerator<StoredEvent[], void> {
  for (let after = 0; ;) {
    const page = await store.read(uid, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = last.seq;
  }
}

async function* recording(store: Store, uid: string, feedback: readonly Feedback[]): AsyncGenerator<string, void> {
  const writer = new RecordingWriter();
  for await (const page of pages(store, uid)) yield writer.lines(page);
  yield writer.feedback(feedback);
}

/** What is no AG-UI event has no place in a document. */
function toEvent({ seq, data }: StoredEvent): SequencedEvent[] {
  try {
    return [{ seq, event: parseEvent(JSON.parse(data)) }];
  } catch {
    return [];
  }
}
