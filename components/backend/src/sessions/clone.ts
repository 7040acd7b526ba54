/** Makes a session like another one, with its conversation up to a point where that is asked for. */
import { FIELD_MANAGERS } from "@pilothouse/contracts";
import { isForbidden } from "@pilothouse/kubernetes";
import { ApiError } from "../errors/api-error.ts";
import type { Caller } from "../identity/identity.ts";
import { agenticSessions } from "../kubernetes/resources.ts";
import type { Store } from "../store/store.ts";
import { createSession, type CreationDependencies } from "./creation.ts";
import { copyHistory, demandHistory } from "./history.ts";
import type { Session } from "./present.ts";
import { actOnSession } from "./session.ts";

export interface CloneWish {
  readonly source: Session;
  /** Project of the source. */
  readonly from: string;
  /** Project of the clone. */
  readonly to: string;
  readonly name: string | undefined;
  readonly fromSeq: number | undefined;
  /** See {@link SessionWish}; a conversation is copied into a session of its own each time. */
  readonly requestId?: string | undefined;
}

export async function cloneSession(
  dependencies: CreationDependencies & { readonly store: Store },
  caller: Caller,
  { source, from, to, name, fromSeq, requestId }: CloneWish,
): Promise<Session> {
  const { userContext: _creator, desiredState: _state, parentSession: _parent, ...spec } = source.spec;
  const labels = userLabels(source);
  if (fromSeq === undefined) return createSession(dependencies, caller, { project: to, name, labels, spec, requestId });

  const { store } = dependencies;
  await demandHistory(store, source, fromSeq);
  // The first prompt is in the history, and is not given twice.
  const { initialPrompt: _given, ...rest } = spec;
  const parent = from === to && (await mayActOn(caller, from, source)) ? { parentSession: source.metadata.name } : {};
  const wish = { project: to, name, labels, spec: { ...rest, ...parent, desiredState: "Stopped" as const } };
  const clone = await createSession(dependencies, caller, wish);
  const key = { namespace: to, name: clone.metadata.name };
  try {
    await copyHistory(store, source, clone, fromSeq);
    // Its runner asks first how far the transcript goes, so it begins when that is there.
    const body = { spec: { desiredState: "Running" } };
    const options = { fieldManager: FIELD_MANAGERS.backend };
    return await caller.kubernetes.patch(agenticSessions, key, { type: "merge", body }, options);
  } catch (error) {
    await caller.kubernetes.delete(agenticSessions, key);
    await store.forget(clone.metadata.uid);
    throw error;
  }
}

async function mayActOn(caller: Caller, project: string, { metadata }: Session): Promise<boolean> {
  try {
    await actOnSession(caller, { project, session: metadata.name });
    return true;
  } catch (error) {
    if (isForbidden(error) || (error instanceof ApiError && error.code === "FORBIDDEN")) return false;
    throw error;
  }
}

function userLabels(session: Session): Record<string, string> {
  const reserved = /^([^/]*\.)?(pilothouse\.dev|kubernetes\.io|k8s\.io)\//;
  return Object.fromEntries(Object.entries(session.metadata.labels ?? {}).filter(([key]) => !reserved.test(key)));
}
