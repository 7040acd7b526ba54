/** Events are forgotten after an hour, as kube-apiserver does it by their time to live. */
import { coreEvents, isNotFound, pause } from "@pilothouse/kubernetes";
import type { ControllerSet } from "./controller-set.ts";

const LIFE_MILLISECONDS = 60 * 60_000;
const LOOK_MILLISECONDS = 5 * 60_000;

export function addEventExpiry(set: ControllerSet): void {
  set.task(async (signal) => {
    while (!signal.aborted) {
      await pause(LOOK_MILLISECONDS, signal);
      if (signal.aborted) return;
      await expireEvents(set, signal).catch((error: unknown) => {
        if (!signal.aborted) set.logger.warn({ error }, "old events could not be removed");
      });
    }
  });
}

export async function expireEvents(set: ControllerSet, signal: AbortSignal): Promise<void> {
  const before = set.now() - LIFE_MILLISECONDS;
  for await (const { metadata, lastTimestamp, eventTime } of set.client.iterate(coreEvents, { signal })) {
    const at = Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? "");
    if (Number.isNaN(at) || at >= before) continue;
    const { namespace, name, uid } = metadata;
    await set.client
      .delete(coreEvents, { namespace, name }, { preconditions: { uid }, signal })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }
}
