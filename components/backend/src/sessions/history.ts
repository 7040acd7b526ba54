/** Copies a session's transcript into a new one, as far as it is wanted, and ends what that cuts off. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { OpenItems, parseEvent, type Event } from "@pilothouse/agui";
import { invalidField } from "../errors/api-error.ts";
import type { Store, StoredEvent } from "../store/store.ts";
import type { Session } from "./present.ts";

const PAGE = 1000;
/** What a runner has told its readers comes to the store a moment later. */
const PATIENCE_MILLISECONDS = 3_000;

/** @throws ApiError INVALID_REQUEST when the transcript does not reach so far */
export async function demandHistory(store: Store, { metadata, status }: Session, fromSeq: number): Promise<void> {
  const deadline = performance.now() + (status?.endpoint === undefined ? 0 : PATIENCE_MILLISECONDS);
  for (;;) {
    const last = await store.lastSeq(metadata.uid);
    if (last >= fromSeq) return;
    if (performance.now() >= deadline) {
      throw invalidField("fromSeq", `the transcript of session ${metadata.name} ends with event ${last}`);
    }
    await sleep(100);
  }
}

/** Events of `from` up to `fromSeq` become the first ones of `to`, followed by a note that says so. */
export async function copyHistory(store: Store, from: Session, to: Session, fromSeq: number): Promise<void> {
  const [source, target] = [from.metadata.uid, to.metadata.uid];
  const open = new OpenItems();
  for (let after = 0; after < fromSeq;) {
    const page = (await store.read(source, after, PAGE)).filter(({ seq }) => seq <= fromSeq);
    const last = page.at(-1);
    if (last === undefined) break;
    await store.append(
      target,
      page.map((event) => inThread(event, source, target, open)),
    );
    after = last.seq;
  }
  const ending = [...closing(open), ...note(from.metadata.name, fromSeq, target)];
  const now = Date.now();
  await store.append(
    target,
    ending.map((event, index) => ({
      seq: fromSeq + 1 + index,
      data: JSON.stringify({ ...event, timestamp: now }),
    })),
  );
}

/** The same event in the new thread. What is no event of AG-UI is copied as it is. */
function inThread(stored: StoredEvent, source: string, target: string, open: OpenItems): StoredEvent {
  let event: Event;
  try {
    event = parseEvent(JSON.parse(stored.data));
  } catch {
    return stored;
  }
  open.see(event);
  if (!("threadId" in event) || event.threadId !== source) return stored;
  const input = "input" in event && event.input !== undefined ? { input: { ...event.input, threadId: target } } : {};
  return { seq: stored.seq, data: JSON.stringify({ ...event, threadId: target, ...input }) };
}

function closing(open: OpenItems): Event[] {
  const { run } = open;
  if (run === undefined) return [];
  const message = "The session was cloned from within this run, which is not continued here.";
  return [
    ...open.closing(),
    parseEvent({ type: "RUN_ERROR", code: "CLONED", message, metadata: { runId: run.runId } }),
  ];
}

/** The framework's own memory stayed with the session that it came from: the runner tells its agent what was said. */
function note(name: string, fromSeq: number, threadId: string): Event[] {
  const [runId, messageId] = [randomUUID(), randomUUID()];
  const delta =
    `The conversation above was copied from session ${name}, up to event ${fromSeq}. The agent begins anew: ` +
    "it is told what was said above, and has neither the files nor the tools' results of that time.";
  return [
    { type: "RUN_STARTED", threadId, runId, metadata: { autonomous: "clone" } },
    { type: "TEXT_MESSAGE_START", messageId, role: "system" },
    { type: "TEXT_MESSAGE_CONTENT", messageId, delta },
    { type: "TEXT_MESSAGE_END", messageId },
    { type: "RUN_FINISHED", threadId, runId, outcome: { type: "success" } },
  ].map((event) => parseEvent(event));
}
