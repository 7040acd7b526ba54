/** Creates sessions: gathers what the project offers, plans, and asks Kubernetes with the caller's token. */
import { FIELD_MANAGERS, LABELS, RUNNER_SECRETS_NAME } from "@pilothouse/contracts";
import { isAlreadyExists } from "@pilothouse/kubernetes";
import { offeredModels, offeredRunnerTypes } from "../catalog/catalog.ts";
import type { Registries } from "../catalog/routes.ts";
import { gateFor, type FlagService } from "../flags/flags.ts";
import type { Caller } from "../identity/identity.ts";
import { agenticSessions } from "../kubernetes/resources.ts";
import { demand } from "../identity/access.ts";
import { readSettingsStatus, setKeys } from "../secrets/secrets.ts";
import { newSessionName, planSession, type Offer, type SpecWish } from "./plan.ts";
import type { Session } from "./present.ts";
import type { Schemes } from "./repositories.ts";
import { getSession } from "./session.ts";

export interface CreationDependencies {
  readonly registries: Registries;
  readonly flags: FlagService;
  readonly schemes: Schemes;
}

export interface SessionWish {
  readonly project: string;
  readonly name: string | undefined;
  readonly labels: Record<string, string> | undefined;
  readonly spec: SpecWish;
  /** The same each time that one request is carried out: a session that was made for it is the answer. */
  readonly requestId?: string | undefined;
}

export async function createSession(
  dependencies: CreationDependencies,
  caller: Caller,
  wish: SessionWish,
): Promise<Session> {
  const { project, requestId } = wish;
  const { group, plural: resource } = agenticSessions;
  await demand(caller, { group, resource, verb: "create", namespace: project });
  const offer = await offerOf(dependencies, caller, project);
  const annotations = requestId === undefined ? undefined : { [LABELS.request]: requestId };
  const metadata = { name: wish.name ?? newSessionName(requestId), labels: wish.labels, annotations };
  const object = planSession(wish.spec, metadata, caller.identity, offer);
  try {
    return await caller.kubernetes.create(agenticSessions, object, {
      namespace: project,
      fieldManager: FIELD_MANAGERS.backend,
      // What the custom resource's schema does not know is an error, not something to drop.
      fieldValidation: "Strict",
    });
  } catch (error) {
    if (requestId === undefined || !isAlreadyExists(error)) throw error;
    const existing = await getSession(caller, project, metadata.name);
    if (existing.metadata.annotations?.[LABELS.request] === requestId) return existing;
    throw error;
  }
}

async function offerOf(dependencies: CreationDependencies, caller: Caller, project: string): Promise<Offer> {
  const { registries, flags, schemes } = dependencies;
  const gate = gateFor(flags, caller, project);
  const [registry, manifest, status] = await Promise.all([
    registries.agents.get(),
    registries.models.get(),
    readSettingsStatus(caller, project),
  ]);
  const [runners, models] = await Promise.all([offeredRunnerTypes(registry, gate), offeredModels(manifest, gate)]);
  return { runners, models, manifest, schemes, secretKeys: new Set(setKeys(status, RUNNER_SECRETS_NAME).keys()) };
}
