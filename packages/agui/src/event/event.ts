/** AG-UI events as they are numbered, stored and sent. Outside data becomes an `Event` here and nowhere else. */
import { EventType, type Event } from "@ag-ui/core";
import { EventSchemas, RunAgentInputSchema } from "@ag-ui/core/schemas";
import { z } from "zod";
import { AguiError } from "../errors.ts";

export { EventType };
export type { Event };

/** An event and its number: from 1, without gaps, over all attempts of one session. */
export interface SequencedEvent {
  readonly seq: number;
  readonly event: Event;
}

const Sequenced = z.object({ seq: z.int().min(1), event: z.unknown() });

/**
 * Checks that a value is an AG-UI 1.0 event. Unknown fields are kept, an unknown `type` is refused.
 *
 * @throws AguiError INVALID_EVENT, naming the field
 */
export function parseEvent(value: unknown): Event {
  const result = EventSchemas.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const type = typeof value === "object" && value !== null && "type" in value ? String(value.type) : typeof value;
  const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
  throw new AguiError("INVALID_EVENT", `not an AG-UI event (${type})${where}: ${issue?.message ?? "unknown reason"}`);
}

/**
 * As {@link parseEvent}, for `{seq, event}` as a log holds it. The event is the one that was read and
 * not the schema's copy of it, whose keys are in another order: an event has the same bytes to whoever reads it, before a
 * restart and after.
 */
export function parseSequencedEvent(value: unknown): SequencedEvent {
  const result = Sequenced.safeParse(value);
  if (!result.success) throw new AguiError("INVALID_EVENT", "not a numbered event: expected {seq ≥ 1, event}");
  const { seq, event } = result.data;
  parseEvent(event);
  return { seq, event: event as Event };
}

/** What a client may post to start a run; `messages`, `tools` and `context` may be absent. */
export const RunInput = RunAgentInputSchema;

/** True for the events after which no other event of the same run may come. */
export function endsRun(event: Event): boolean {
  return event.type === EventType.RUN_FINISHED || event.type === EventType.RUN_ERROR;
}
