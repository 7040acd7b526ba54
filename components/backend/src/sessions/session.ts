/** Finds one session with the caller's own token. */
import { demandSessionUpdate } from "../identity/access.ts";
import type { Caller } from "../identity/identity.ts";
import { agenticSessions } from "../kubernetes/resources.ts";
import type { Session } from "./present.ts";

/** @throws KubernetesError 403 or 404 as Kubernetes says */
export async function getSession(caller: Caller, project: string, session: string): Promise<Session> {
  return caller.kubernetes.get(agenticSessions, { namespace: project, name: session });
}

/** The session, for a caller who may act on it. @throws as {@link getSession}, and ApiError FORBIDDEN */
export async function actOnSession(
  caller: Caller,
  { project, session }: { readonly project: string; readonly session: string },
): Promise<Session> {
  const [found] = await Promise.all([
    getSession(caller, project, session),
    demandSessionUpdate(caller, project, session),
  ]);
  return found;
}
