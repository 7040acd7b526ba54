/** Reads one session with the caller's own token. */
import type { Caller } from "../identity/identity.ts";
import { agenticSessions } from "../kubernetes/resources.ts";
import type { Session } from "./present.ts";

/** @throws KubernetesError 403 or 404 as Kubernetes says */
export async function getSession(caller: Caller, project: string, session: string): Promise<Session> {
  return caller.kubernetes.get(agenticSessions, { namespace: project, name: session });
}
