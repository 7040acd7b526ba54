/** Random streams of valid AG-UI events, and the protocol's own verifier: for tests of this package alone. */
import { verifyEvents } from "@ag-ui/client";
import * as fc from "fast-check";
import { from, lastValueFrom, toArray } from "rxjs";
import { EventType, type Event, type SequencedEvent } from "../event/event.ts";
import { OpenItems } from "../open-items/open-items.ts";

/** One step of a random author: what it would like to do next. Steps that the protocol forbids are skipped. */
const step = fc.oneof(
  fc.record({
    kind: fc.constantFrom("text", "reasoning", "tool"),
    id: fc.nat(3),
    delta: fc.string({ unit: "binary" }),
  }),
  fc.record({ kind: fc.constant("end"), id: fc.nat(3), of: fc.constantFrom("text", "reasoning", "tool") }),
  fc.record({ kind: fc.constantFrom("finish", "fail", "snapshot", "subagent", "custom", "result"), id: fc.nat(3) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Streams of several runs, each event stamped and numbered; the last run may be unfinished. */
export const streams: fc.Arbitrary<SequencedEvent[]> = fc.array(step, { maxLength: 80 }).map((steps) => {
  const author = new Author();
  for (const wish of steps) author.take(wish);
  return author.events.map((event, index) => ({ seq: index + 1, event: { ...event, timestamp: 1000 + index } }));
});

class Author {
  readonly events: Event[] = [];
  readonly #open = new OpenItems();
  readonly #begun = new Set<string>();
  #runs = 0;

  take(wish: Step): void {
    if (this.#open.run === undefined) this.#startRun();
    const id = `${this.#runs}-${wish.id}`;
    if ("delta" in wish) return this.#content(wish.kind, id, wish.delta);
    if ("of" in wish) return this.#end(wish.of, id);
    switch (wish.kind) {
      case "finish":
        for (const event of this.#open.closing()) this.#emit(event);
        return this.#emit({ type: EventType.RUN_FINISHED, threadId: "t", runId: `r${this.#runs}` });
      case "fail":
        return this.#emit({ type: EventType.RUN_ERROR, message: "failed", code: "TEST" });
      case "subagent":
        if (this.#once(`subagent ${id}`))
          this.#emit({ type: EventType.SUBAGENT_STARTED, subagentRunId: id, name: "helper" });
        return;
      case "result":
        return this.#emit({
          type: EventType.TOOL_CALL_RESULT,
          messageId: `result-${this.events.length}`,
          toolCallId: `tool-${id}`,
          content: "done",
        });
      default:
        return this.#emit({ type: EventType.CUSTOM, name: wish.kind, value: { id } });
    }
  }

  #startRun(): void {
    this.#runs++;
    const runId = `r${this.#runs}`;
    const messages = [{ id: `user-${this.#runs}`, role: "user" as const, content: "go on" }];
    const input = { threadId: "t", runId, messages, tools: [], context: [] };
    this.#emit({ type: EventType.RUN_STARTED, threadId: "t", runId, input });
  }

  #content(kind: string, id: string, delta: string): void {
    if (kind === "text") {
      const messageId = `text-${id}`;
      if (this.#once(messageId)) this.#emit({ type: EventType.TEXT_MESSAGE_START, messageId, role: "assistant" });
      if (this.#begun.has(messageId)) this.#emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta });
    } else if (kind === "reasoning") {
      const messageId = `reasoning-${id}`;
      if (this.#once(messageId)) {
        this.#emit({ type: EventType.REASONING_START, messageId });
        this.#emit({ type: EventType.REASONING_MESSAGE_START, messageId, role: "reasoning" });
      }
      if (this.#begun.has(messageId)) this.#emit({ type: EventType.REASONING_MESSAGE_CONTENT, messageId, delta });
    } else {
      const toolCallId = `tool-${id}`;
      if (this.#once(toolCallId)) this.#emit({ type: EventType.TOOL_CALL_START, toolCallId, toolCallName: "Bash" });
      if (this.#begun.has(toolCallId)) this.#emit({ type: EventType.TOOL_CALL_ARGS, toolCallId, delta });
    }
  }

  #end(kind: string, id: string): void {
    const key = `${kind}-${id}`;
    if (!this.#begun.delete(key)) return;
    if (kind === "text") this.#emit({ type: EventType.TEXT_MESSAGE_END, messageId: key });
    else if (kind === "tool") this.#emit({ type: EventType.TOOL_CALL_END, toolCallId: key });
    else {
      this.#emit({ type: EventType.REASONING_MESSAGE_END, messageId: key });
      this.#emit({ type: EventType.REASONING_END, messageId: key });
    }
  }

  readonly #ever = new Set<string>();

  /** True the first time that an id is used; such an item is then open. */
  #once(key: string): boolean {
    if (this.#ever.has(key)) return false;
    this.#ever.add(key);
    this.#begun.add(key);
    return true;
  }

  #emit(event: Event): void {
    this.events.push(event);
    this.#open.see(event);
    if (event.type === EventType.RUN_FINISHED || event.type === EventType.RUN_ERROR) this.#begun.clear();
  }
}

/** Rejects with the verifier's own words when the protocol forbids the stream. */
export async function verify(events: readonly SequencedEvent[]): Promise<void> {
  await lastValueFrom(from(events.map((entry) => entry.event)).pipe(verifyEvents(), toArray()));
}
