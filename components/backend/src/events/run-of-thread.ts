/** One run within a thread: where to begin reading, and which events are its own. Runs of a session never overlap. */
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

/** Takes the events of one run out of a thread. */
export function selectRun(runId: string): (frame: Frame) => "skip" | "send" | "last" {
  let active = false;
  return ({ text }) => {
    const event = runEvent(text.slice(text.indexOf("\ndata: ") + 7));
    if (event?.type === "RUN_STARTED") active = event.runId === runId;
    if (!active) return "skip";
    return event === undefined || event.type === "RUN_STARTED" ? "send" : "last";
  };
}

function runEvent(data: string): z.infer<typeof RunEvent> | undefined {
  if (!data.includes('"RUN_')) return undefined;
  return RunEvent.safeParse(JSON.parse(data)).data;
}
