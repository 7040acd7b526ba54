/** From what a caller asks for to the AgenticSession that is created: checked and completed, without any call. */
import { createHash, randomBytes } from "node:crypto";
import {
  GROUP_VERSION,
  forbiddenEnvironmentName,
  type AgentRuntimeSpec,
  type CreateSessionRequest,
  type ModelEntry,
  type ModelManifest,
} from "@pilothouse/contracts";
import { choose } from "../catalog/catalog.ts";
import { ApiError, invalidField } from "../errors/api-error.ts";
import type { Identity } from "../identity/identity.ts";
import type { SessionObject } from "../kubernetes/resources.ts";
import { checkRepositories, checkRepositoryUrl, type Schemes } from "./repositories.ts";

export type SpecWish = NonNullable<CreateSessionRequest["spec"]>;

/** What a project offers at this moment. */
export interface Offer {
  readonly runners: readonly AgentRuntimeSpec[];
  readonly models: readonly ModelEntry[];
  readonly manifest: ModelManifest;
  /** Names of the provider keys that are set. */
  readonly secretKeys: ReadonlySet<string>;
  readonly schemes: Schemes;
}

export interface SessionMetadata {
  readonly name: string;
  readonly labels?: Record<string, string> | undefined;
  readonly annotations?: Record<string, string> | undefined;
}

/** Flat fields win over those inside `spec`. */
export function flatten({ name: _name, labels: _labels, spec, ...flat }: CreateSessionRequest): SpecWish {
  const given = Object.fromEntries(Object.entries(flat).filter(([, value]) => value !== undefined));
  return { ...spec, ...given };
}

/** The same for the same request. */
export function newSessionName(requestId: string | undefined): string {
  // Letters and digits that a person can read out; no vowels, so that no words come about.
  const alphabet = "bcdfghjkmnpqrstvwxz23456789";
  const bytes =
    requestId === undefined ? randomBytes(8) : createHash("sha256").update(requestId).digest().subarray(0, 8);
  return `session-${Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join("")}`;
}

/** @throws ApiError with status 400 that names what is wrong and what would be right */
export function planSession(
  wish: SpecWish,
  metadata: SessionMetadata,
  identity: Identity,
  offer: Offer,
): SessionObject {
  const { runner, model } = choose(
    { runnerType: wish.runnerType, model: wish.llmSettings?.model },
    offer.runners,
    offer.models,
    offer.manifest,
  );
  checkSecrets(runner, offer.secretKeys);
  checkRepositories(wish.repos ?? [], offer.schemes);
  if (wish.activeWorkflow !== undefined) {
    checkRepositoryUrl(wish.activeWorkflow.gitUrl, "activeWorkflow.gitUrl", offer.schemes);
  }
  for (const name of Object.keys(wish.environmentVariables ?? {})) {
    const reason = forbiddenEnvironmentName(name);
    if (reason !== undefined) throw invalidField(`environmentVariables.${name}`, reason);
  }
  const llmSettings = { ...wish.llmSettings, ...(model === undefined ? {} : { model }) };
  return {
    apiVersion: GROUP_VERSION,
    kind: "AgenticSession",
    metadata: {
      name: metadata.name,
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
    },
    spec: {
      ...wish,
      runnerType: runner.id,
      ...(Object.keys(llmSettings).length === 0 ? {} : { llmSettings }),
      userContext: userContext(identity),
    },
  };
}

function userContext({ userId, displayName, groups }: Identity) {
  return {
    userId,
    displayName: displayName.slice(0, 253),
    groups: groups.slice(0, 256).map((group) => group.slice(0, 253)),
  };
}

function checkSecrets(runner: AgentRuntimeSpec, set: ReadonlySet<string>): void {
  const { requiredSecretKeys: required, secretKeyLogic } = runner.auth;
  const missing = required.filter((key) => !set.has(key));
  const satisfied = secretKeyLogic === "all" ? missing.length === 0 : missing.length < required.length;
  if (required.length === 0 || satisfied) return;
  const names = missing.join(secretKeyLogic === "all" ? " and " : " or ");
  throw new ApiError(
    "SECRET_NOT_SET",
    `runner type ${runner.id} needs the runner secret ${names}: an admin of the project sets it under runner-secrets`,
    { details: { missing } },
  );
}
