/** Runner secrets and integration secrets: write-only. */
import {
  INTEGRATION_SECRETS_NAME,
  INTEGRATION_SECRET_KEYS,
  RUNNER_SECRETS_NAME,
  RUNNER_SECRET_KEYS,
  SecretKeysAnswer,
  UpdateIntegrationSecretsRequest,
  UpdateRunnerSecretsRequest,
} from "@pilothouse/contracts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { callerOf } from "../http/caller.ts";
import { ProjectParams, errorAnswers } from "../http/params.ts";
import type { Caller } from "../identity/identity.ts";
import { demandProject } from "../projects/membership.ts";
import { keyStates, readSettingsStatus, setKeys, waitUntilNoted, writeSecret, type SecretData } from "./secrets.ts";

const KINDS = [
  {
    path: "runner-secrets",
    summary: "keys of model providers",
    secret: RUNNER_SECRETS_NAME,
    known: RUNNER_SECRET_KEYS as readonly string[],
    body: UpdateRunnerSecretsRequest,
  },
  {
    path: "integration-secrets",
    summary: "credentials of code hosts and trackers, and free-form secrets",
    secret: INTEGRATION_SECRETS_NAME,
    known: INTEGRATION_SECRET_KEYS as readonly string[],
    body: UpdateIntegrationSecretsRequest,
  },
] as const;

const tags = ["secrets"];

export const secretRoutes: FastifyPluginAsyncZod = async (app) => {
  for (const { path, summary, secret, known, body } of KINDS) {
    app.get(`/projects/:project/${path}`, {
      config: { access: "view" },
      schema: {
        tags,
        summary: `Which are set: ${summary}`,
        params: ProjectParams,
        response: { 200: SecretKeysAnswer, ...errorAnswers },
      },
      handler: async (request) => {
        const { project } = request.params;
        const caller = callerOf(request);
        await demandProject(caller, project);
        return { keys: keyStates(setKeys(await readSettingsStatus(caller, project), secret), known) };
      },
    });

    app.put(`/projects/:project/${path}`, {
      config: { access: "admin", audit: "write-secret" },
      schema: {
        tags,
        summary: `Merge ${summary}`,
        description: "Null deletes a key. No answer ever holds a value.",
        params: ProjectParams,
        body,
        response: { 200: SecretKeysAnswer, ...errorAnswers },
      },
      handler: async (request) => {
        const { project } = request.params;
        return { keys: await write(callerOf(request), project, secret, known, defined(request.body.data)) };
      },
    });
  }
};

function defined(data: Readonly<Record<string, string | null | undefined>>): SecretData {
  return Object.fromEntries(
    Object.entries(data).filter((entry): entry is [string, string | null] => entry[1] !== undefined),
  );
}

async function write(caller: Caller, project: string, secret: string, known: readonly string[], data: SecretData) {
  await writeSecret(caller, project, secret, data);
  const noted = new Map(await waitUntilNoted(caller, project, secret, data));
  // Where the operator has not caught up, the write itself is known.
  for (const [key, value] of Object.entries(data)) {
    if (value === null) noted.delete(key);
    else if (!noted.has(key)) noted.set(key, new Date().toISOString());
  }
  return keyStates(noted, known);
}
