/**
 * Credentials for other services. Nobody but the operator may read them, so it is asked, by a resource, to test one: an id
 * in `ProjectSettings.spec.integrationChecks`, written with the caller's token, is answered in the status.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  FIELD_MANAGERS,
  INTEGRATION_SECRETS_NAME,
  PROJECT_SETTINGS_NAME,
  type IntegrationId,
  type IntegrationState,
  type IntegrationTest,
  type ProjectSettings,
} from "@pilothouse/contracts";
import { ApiError } from "../errors/api-error.ts";
import type { Caller } from "../identity/identity.ts";
import { projectSettings } from "../kubernetes/resources.ts";
import { readSettingsStatus, setKeys } from "../secrets/secrets.ts";

/** The keys without which a service cannot be used. */
const NEEDED: Readonly<Record<IntegrationId, readonly string[]>> = {
  github: ["GITHUB_TOKEN"],
  gitlab: ["GITLAB_TOKEN"],
  jira: ["JIRA_URL", "JIRA_API_TOKEN"],
};

/** What is known of each service: which keys are set, and what the last test found. */
export function integrationStates(status: ProjectSettings["status"]): IntegrationState[] {
  const set = setKeys(status, INTEGRATION_SECRETS_NAME);
  return (Object.keys(NEEDED) as IntegrationId[]).map((id) => {
    const times = NEEDED[id].map((key) => set.get(key));
    const known = times.filter((time) => time !== undefined).toSorted();
    const found = status?.integrations?.find((integration) => integration.id === id);
    const { valid, checkedAt, account, message } = found ?? {};
    return {
      id,
      configured: !times.includes(undefined),
      updatedAt: known.at(-1) ?? null,
      ...(valid === undefined ? {} : { valid }),
      ...(checkedAt === undefined ? {} : { checkedAt }),
      ...(account === undefined ? {} : { account }),
      ...(message === undefined ? {} : { message }),
    };
  });
}

/**
 * Has the operator test a credential, and waits for what it finds.
 *
 * @throws ApiError TEST_TIMED_OUT when no answer comes within `patience` milliseconds
 */
export async function testIntegration(
  caller: Caller,
  project: string,
  id: IntegrationId,
  patience: number,
  signal: AbortSignal,
): Promise<IntegrationTest> {
  const requestId = randomUUID();
  const key = { namespace: project, name: PROJECT_SETTINGS_NAME };
  const body = { spec: { integrationChecks: { [id]: requestId } } };
  await caller.kubernetes.patch(
    projectSettings,
    key,
    { type: "merge", body },
    { fieldManager: FIELD_MANAGERS.backend },
  );
  const deadline = performance.now() + patience;
  for (let pause = 25; performance.now() < deadline; pause = Math.min(500, pause * 1.5)) {
    const status = await readSettingsStatus(caller, project);
    const answer = status?.integrations?.find((entry) => entry.id === id && entry.requestId === requestId);
    if (answer !== undefined) {
      const { configured, valid = false, checkedAt = new Date().toISOString(), account, message } = answer;
      return {
        id,
        configured,
        valid,
        checkedAt,
        ...(account === undefined ? {} : { account }),
        ...(message === undefined ? {} : { message }),
      };
    }
    await sleep(pause, undefined, { signal });
  }
  throw new ApiError(
    "TEST_TIMED_OUT",
    `project ${project}: the operator has not tested the ${id} credential in time; try again, and see whether the operator runs`,
  );
}
