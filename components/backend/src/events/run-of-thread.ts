/** One run within a thread: where to begin reading, and which events are its own. Runs of a session never overlap. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Store } from "../store/store.ts";
import type { Frame } from "./frames.ts";

const PAGE = 1000;
const RunEvent = z.looseObject({
  type: z.enum(["RUN_STARTED", "RUN_FINISHED", "RUN_ERROR"]),
  runId: z.string().optional(),
});

/** Events after this one hold the whole run. One that the store has no start of is still to come. */
export async function positionBeforeRun(store: Store, uid: string, runId: string): Promise<number> {
  const last = await store.lastSeq(uid);
  for (let before = last + 1; before > 1;) {
    const page = await store.readBefore(uid, before, PAGE);
    const start = page.findLast(({ data }) => {
      const event = runEvent(data);
      return event?.type === "RUN_STARTED" && event.runId === runId;
    });
    if (start !== undefined) return start.seq - 1;
    before = page[0]?.seq ?? 1;
  }
  return last;
}

export interface RunSelection {
  /** Takes the events of the run out of its thread. */
  readonly select: (frame: Frame) => "skip" | "send" | "last";
  /** Whether any of them has come. */
  readonly begun: (this: void) => boolean;
}

export function selectRun(runId: string): RunSelection {
  let active = false;
  let begun = false;
  const select = ({ text }: Frame): "skip" | "send" | "last" => {
    const event = runEvent(text.slice(text.indexOf("\ndata: ") + 7));
    if (event?.type === "RUN_STARTED") active = event.runId === runId;
    if (!active) return "skip";
    begun = true;
    return event === undefined || event.type === "RUN_STARTED" ? "send" : "last";
  };
  return { select, begun: () => begun };
}

const LOOK_MILLISECONDS = 1_500;

/**
 * Resolves when a run that has not begun will not begin any more: it neither waits nor runs, because somebody has
 * cancelled it or its runner has gone. Never resolves for a run that begins.
 *
 * @param isExpected whether a runner that lives knows of it
 */
export async function runGone(
  { begun }: RunSelection,
  isExpected: () => Promise<boolean>,
  closed: AbortSignal,
): Promise<void> {
  // Between the queue and its first event a run is in neither for a moment: once is not enough.
  for (let missing = 0; missing < 2;) {
    await sleep(LOOK_MILLISECONDS, undefined, { signal: closed }).catch(() => undefined);
    if (closed.aborted) return;
    if (begun()) break;
    missing = (await isExpected().catch(() => false)) ? 0 : missing + 1;
  }
  if (begun()) await new Promise(() => undefined);
}

function runEvent(data: string): z.infer<typeof RunEvent> | undefined {
  if (!data.includes('"RUN_')) return undefined;
  return RunEvent.safeParse(JSON.parse(data)).data;
}
