/** Finds one session with the caller's own token. */
import { isNotFound } from "@pilothouse/kubernetes";
import { invalidField } from "../errors/api-error.ts";
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

/** A session belongs to another if its creator may act on that one. @throws ApiError that names the field */
export async function checkParent(caller: Caller, project: string, parent: string | undefined): Promise<void> {
  if (parent === undefined) return;
  try {
    await actOnSession(caller, { project, session: parent });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw invalidField("parentSession", `there is no session ${parent} in project ${project}`);
  }
}
