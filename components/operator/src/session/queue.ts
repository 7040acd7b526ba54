// The queue of a project: who may start when only so many sessions may run at once.
//
// Places are counted and promised in one synchronous step, so that two workers never give the same place twice.
import type { ObjectKey, Stored } from "@pilothouse/kubernetes";
import type { SessionObject } from "../resources/types.ts";
import { occupiesSlot } from "./lifecycle.ts";

export class PlaceBook {
  /** By namespace: uids by name. */
  readonly #promised = new Map<string, Map<string, string>>();

  /** 0 = a place is free for this session; else its place in the queue. */
  position(session: Stored<SessionObject>, all: readonly Stored<SessionObject>[], limit: number | undefined): number {
    if (limit === undefined) return 0;
    const { namespace = "", uid } = session.metadata;
    const promised = this.#promised.get(namespace);
    let taken = 0;
    const waiting: Stored<SessionObject>[] = [];
    for (const other of all) {
      if (other.metadata.uid === uid) continue;
      if (occupiesSlot(other.status?.phase) || promised?.get(other.metadata.name) === other.metadata.uid) taken += 1;
      else if (isWaiting(other)) waiting.push(other);
    }
    const free = limit - taken;
    const ahead = waiting.filter((other) => isBefore(other, session)).length;
    return ahead < free ? 0 : ahead - Math.max(0, free) + 1;
  }

  promise(session: Stored<SessionObject>): void {
    const { namespace = "", name, uid } = session.metadata;
    const promised = this.#promised.get(namespace);
    if (promised === undefined) this.#promised.set(namespace, new Map([[name, uid]]));
    else promised.set(name, uid);
  }

  /** The session's status says by now what the promise was for, or it did not come to it. True = there was a promise. */
  settle({ namespace = "", name }: ObjectKey): boolean {
    const promised = this.#promised.get(namespace);
    const held = promised?.delete(name) === true;
    if (promised?.size === 0) this.#promised.delete(namespace);
    return held;
  }
}

function isWaiting(session: Stored<SessionObject>): boolean {
  return (
    session.status?.phase === "Queued" &&
    session.spec.desiredState === "Running" &&
    session.metadata.deletionTimestamp === undefined
  );
}

/** Who has queued before; whoever has not queued yet comes after all who have. */
function isBefore(other: Stored<SessionObject>, session: Stored<SessionObject>): boolean {
  if (session.status?.phase !== "Queued") return true;
  const left = other.status?.phaseTransitionTime ?? "";
  const right = session.status.phaseTransitionTime ?? "";
  return left === right ? other.metadata.name < session.metadata.name : left < right;
}
