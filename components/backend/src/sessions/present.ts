/** A session as it is answered: the resource itself, without Kubernetes' bookkeeping. */
import type { SessionPhase, SessionResource } from "@pilothouse/contracts";
import type { Stored } from "@pilothouse/kubernetes";
import type { SessionObject } from "../kubernetes/resources.ts";

export type Session = Stored<SessionObject>;

export function present(session: Session): SessionResource {
  const { managedFields: _bookkeeping, ...metadata } = session.metadata;
  // The custom resource's schema has validated and defaulted spec and status when they were stored.
  return { ...session, metadata } as SessionResource;
}

/** The phase; a session that the operator has not seen yet is Pending. */
export function phaseOf(session: Session): SessionPhase {
  return session.status?.phase ?? "Pending";
}

const LIVE: readonly SessionPhase[] = ["Queued", "Creating", "Running", "Stopping"];

/** Whether there is, or soon will be, a pod that was made from the spec as it is. */
export function isLive(session: Session): boolean {
  return LIVE.includes(phaseOf(session));
}
