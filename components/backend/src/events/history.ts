/** What the store holds, as frames: as it is, or with each finished message made short. */
import { compact, parseEvent, type SequencedEvent } from "@pilothouse/agui";
import type { Store, StoredEvent } from "../store/store.ts";
import { toFrame, type Frame } from "./frames.ts";

const PAGE = 1000;
/** A run longer than this is shortened in pieces, so that memory has a bound. */
const LONGEST_SEGMENT = 20_000;

/** All that is held after `position`, in batches. */
export async function* stored(store: Store, uid: string, position: number): AsyncGenerator<Frame[], void> {
  for await (const page of pages(store, uid, position)) yield page.map(toFrame);
}

/**
 * All that is held from the beginning, run by run: one content event per finished message. A merged event has the number
 * of the last one that went into it, so a reader that is cut off between two of them resumes without loss.
 */
export async function* storedCompact(store: Store, uid: string): AsyncGenerator<Frame[], void> {
  let segment: StoredEvent[] = [];
  for await (const page of pages(store, uid, 0)) {
    for (const event of page) {
      segment.push(event);
      if (!mayEndRun(event.data) && segment.length < LONGEST_SEGMENT) continue;
      yield shorten(segment);
      segment = [];
    }
  }
  if (segment.length > 0) yield shorten(segment);
}

async function* pages(store: Store, uid: string, position: number): AsyncGenerator<StoredEvent[], void> {
  for (let after = position; ;) {
    const page = await store.read(uid, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = last.seq;
    if (page.length < PAGE) return;
  }
}

/** Cheap, and wrong only towards a smaller segment. */
function mayEndRun(data: string): boolean {
  return data.includes('"RUN_FINISHED"') || data.includes('"RUN_ERROR"');
}

/** A segment that holds something that is no AG-UI event is handed on as it is. */
function shorten(segment: readonly StoredEvent[]): Frame[] {
  let events: SequencedEvent[];
  try {
    events = segment.map(({ seq, data }) => ({ seq, event: parseEvent(JSON.parse(data)) }));
  } catch {
    return segment.map(toFrame);
  }
  return compact(events).map(({ seq, event }) => toFrame({ seq, data: JSON.stringify(event) }));
}
