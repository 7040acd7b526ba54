/** Waits a little until what was deleted is gone, so that whoever looks next does not find it. */
import { setTimeout as sleep } from "node:timers/promises";
import { unlessHidden } from "./hidden.ts";

const FIRST_PAUSE = 15;
const LONGEST_PAUSE = 250;
/** Finalizers may take longer, as long as a pod takes to end. */
const PATIENCE_MILLISECONDS = 2_000;

type Found = { readonly metadata: { readonly deletionTimestamp?: string | undefined } };

/** Resolves when `get` finds nothing or no longer what is being deleted, and when the time is over. */
export async function waitUntilGone(get: () => Promise<Found>, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  for (let pause = FIRST_PAUSE; performance.now() < deadline && !signal.aborted; pause *= 1.6) {
    const found = await unlessHidden(get());
    if (found?.metadata.deletionTimestamp === undefined) return;
    await sleep(Math.min(pause, LONGEST_PAUSE), undefined, { signal }).catch(() => undefined);
  }
}
