/** AG-UI over HTTP: start a run, follow the thread, interrupt, look at the queue. */
import { EventType, resumePosition, SSE_HEADERS, SseWriter, endsRun, type SequencedEvent } from "@pilothouse/agui";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Runner } from "../runner.ts";
import { readRunInput } from "../runs/input.ts";

interface Options {
  readonly runner: Runner;
}

interface EventsQuery {
  readonly after?: string;
}

export async function aguiRoutes(app: FastifyInstance, { runner }: Options): Promise<void> {
  app.post("/agui/run", async (request, reply) => {
    const sender = request.caller;
    const input = readRunInput(request.body, { threadId: runner.threadId, sender, newId: () => runner.newId() });
    const wantsStream = (request.headers.accept ?? "").includes("text/event-stream");
    const before = runner.log.lastSeq;
    const accepted = await runner.runs.submit(input, sender);
    if (!wantsStream) return reply.code(202).send(accepted);
    return streamOf(reply, async (writer) => {
      const position = await runner.startOfRun(accepted.runId, before);
      await sendRun(runner, accepted.runId, position, writer);
    });
  });

  app.get<{ Querystring: EventsQuery }>("/agui/events", async (request, reply) => {
    const lastEventId = request.headers["last-event-id"];
    const after = resumePosition(typeof lastEventId === "string" ? lastEventId : undefined, request.query.after) ?? 0;
    return streamOf(reply, async (writer) => {
      for await (const batch of runner.log.read({ after, follow: true, signal: writer.closed })) {
        writer.send(batch);
        await writer.drained();
      }
    });
  });

  app.post("/agui/interrupt", async () => runner.runs.interrupt());
  app.get("/agui/queue", async () => runner.runs.list());
  app.delete<{ Params: { id: string } }>("/agui/queue/:id", async (request, reply) => {
    await runner.runs.cancel(request.params.id);
    return reply.code(204).send();
  });
}

/** Answers with a stream that `produce` fills; it ends when `produce` does or when the client has gone. */
function streamOf(reply: FastifyReply, produce: (writer: SseWriter) => Promise<void>): FastifyReply {
  reply.hijack();
  reply.raw.writeHead(200, SSE_HEADERS);
  // The log's batches are what the disk wrote together: waiting for more would only add time.
  const writer = new SseWriter(reply.raw, { frame: 0 });
  void produce(writer).then(
    () => writer.end(),
    () => reply.raw.destroy(),
  );
  return reply;
}

/** One run from its start to its end, which may lie behind runs that are before it in the queue. */
async function sendRun(runner: Runner, runId: string, after: number, writer: SseWriter): Promise<void> {
  let inside = false;
  for await (const batch of runner.log.read({ after, follow: true, signal: writer.closed })) {
    const part: SequencedEvent[] = [];
    for (const entry of batch) {
      if (entry.event.type === EventType.RUN_STARTED) inside = entry.event.runId === runId;
      if (!inside) continue;
      part.push(entry);
      if (!endsRun(entry.event)) continue;
      writer.send(part);
      await writer.drained();
      return;
    }
    writer.send(part);
    await writer.drained();
  }
}
