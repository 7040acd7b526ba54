/** Changes of a session that exists: the merge patch of its spec, checked against what the project offers. */
import type { AgentRuntimeSpec, ModelEntry, PatchSessionRequest } from "@pilothouse/contracts";
import { ApiError } from "../errors/api-error.ts";
import { isLive, phaseOf, type Session } from "./present.ts";
import { checkRepositories, checkRepositoryUrl, type Schemes } from "./repositories.ts";

export type SpecChange = Omit<PatchSessionRequest, "labels" | "spec">;

/** Given to the pod when it is made: the Job's deadline and the broker's budget. */
const FIXED_WHILE_LIVE = ["timeout", "budget"] as const;

/** Flat fields win over those inside `spec`. */
export function flattenChange({ labels: _labels, spec, ...flat }: PatchSessionRequest): SpecChange {
  const given = Object.fromEntries(Object.entries(flat).filter(([, value]) => value !== undefined));
  return { ...spec, ...given };
}

/** @throws ApiError SESSION_RUNNING for a field that takes effect only at the next start */
export function checkChange(session: Session, change: SpecChange, schemes: Schemes): void {
  const fixed = FIXED_WHILE_LIVE.filter((field) => change[field] !== undefined);
  if (fixed.length > 0 && isLive(session)) {
    const phase = phaseOf(session);
    throw new ApiError(
      "SESSION_RUNNING",
      `session ${session.metadata.name}: ${fixed.join(" and ")} cannot change while it is ${phase}; stop it first`,
      { details: { phase, fields: fixed } },
    );
  }
  checkRepositories(change.repos ?? [], schemes);
  if (change.activeWorkflow !== undefined && change.activeWorkflow !== null) {
    checkRepositoryUrl(change.activeWorkflow.gitUrl, "activeWorkflow.gitUrl", schemes);
  }
}

/** @throws ApiError MODEL_NOT_AVAILABLE when the session's runner type cannot run the model */
export function checkModel(
  session: Session,
  model: string,
  models: readonly ModelEntry[],
  registry: readonly AgentRuntimeSpec[],
): void {
  const entry = models.find((candidate) => candidate.id === model);
  if (entry === undefined) throw new ApiError("MODEL_NOT_AVAILABLE", `model ${model} is not available here`);
  const runner = registry.find((candidate) => candidate.id === session.spec.runnerType);
  if (runner?.provider === undefined || runner.provider === null || runner.provider === entry.provider) return;
  throw new ApiError(
    "MODEL_NOT_AVAILABLE",
    `model ${model} is of provider ${entry.provider}; this session's runner type ${runner.id} runs models of ${runner.provider}`,
  );
}
