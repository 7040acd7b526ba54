/**
 * Secrets of a project, written and never read: `get` on Secrets is nobody's, so which keys are set comes from
 * `ProjectSettings.status.secrets`, which the operator keeps.
 */
import { setTimeout as sleep } from "node:timers/promises";
import {
  FIELD_MANAGERS,
  LABELS,
  PROJECT_SETTINGS_NAME,
  type ProjectSettings,
  type SecretKeyState,
} from "@pilothouse/contracts";
import { isAlreadyExists, isNotFound, secrets } from "@pilothouse/kubernetes";
import type { Caller } from "../identity/identity.ts";
import { projectSettings } from "../kubernetes/resources.ts";

type SettingsStatus = ProjectSettings["status"];
export type SecretData = Readonly<Record<string, string | null>>;

/** When each key of a Secret was last written. */
export function setKeys(status: SettingsStatus, secret: string): ReadonlyMap<string, string> {
  const entry = status?.secrets?.find((candidate) => candidate.name === secret);
  return new Map((entry?.keys ?? []).map((key) => [key.name, key.updatedAt]));
}

/** The known names first, in their order, then the others that are set. */
export function keyStates(set: ReadonlyMap<string, string>, known: readonly string[]): SecretKeyState[] {
  const others = [...set.keys()].filter((name) => !known.includes(name)).sort();
  return [...known, ...others].map((name) => ({ name, set: set.has(name), updatedAt: set.get(name) ?? null }));
}

export async function readSettingsStatus(caller: Caller, project: string): Promise<SettingsStatus> {
  const key = { namespace: project, name: PROJECT_SETTINGS_NAME };
  return (await caller.kubernetes.find(projectSettings, key))?.status;
}

/** Merges values into the Secret; null removes a key. The Secret is made when it is not there. */
export async function writeSecret(caller: Caller, project: string, name: string, data: SecretData): Promise<void> {
  const encoded = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, value === null ? null : Buffer.from(value).toString("base64")]),
  );
  const options = { fieldManager: FIELD_MANAGERS.backend };
  const patch = async (): Promise<unknown> =>
    caller.kubernetes.patch(secrets, { namespace: project, name }, { type: "merge", body: { data: encoded } }, options);
  try {
    await patch();
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const set = Object.entries(encoded).filter((entry): entry is [string, string] => entry[1] !== null);
    const metadata = { name, labels: { [LABELS.partOf]: "pilothouse" } };
    try {
      const object = { metadata, type: "Opaque", data: Object.fromEntries(set) };
      await caller.kubernetes.create(secrets, object, { ...options, namespace: project });
    } catch (failure) {
      if (!isAlreadyExists(failure)) throw failure;
      await patch();
    }
  }
}

const PATIENCE_MILLISECONDS = 3_000;

/** Waits until the operator has noted a write, so that whoever reads next sees it. */
export async function waitUntilNoted(
  caller: Caller,
  project: string,
  name: string,
  data: SecretData,
): Promise<ReadonlyMap<string, string>> {
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  for (let pause = 15; ; pause = Math.min(250, pause * 1.6)) {
    const set = setKeys(await readSettingsStatus(caller, project), name);
    const noted = Object.entries(data).every(([key, value]) => set.has(key) === (value !== null));
    if (noted || performance.now() >= deadline) return set;
    await sleep(pause);
  }
}
