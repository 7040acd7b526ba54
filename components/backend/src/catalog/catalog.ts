/** What can be run in a project: the registries after feature gates, the same at listing and at creation. */
import type { AgentRegistry, AgentRuntimeSpec, ModelEntry, ModelManifest, ModelsAnswer } from "@pilothouse/contracts";
import { ApiError } from "../errors/api-error.ts";

/** Whether a flag is on in the project at hand. */
export type Gate = (flag: string) => Promise<boolean>;

export function modelFlag(id: string): string {
  return `model.${id}.enabled`;
}

export async function offeredRunnerTypes(registry: AgentRegistry, gate: Gate): Promise<AgentRuntimeSpec[]> {
  const open = await Promise.all(
    registry.map(async (entry) => entry.featureGate === undefined || gate(entry.featureGate)),
  );
  return registry.filter((_, index) => open[index]);
}

export async function offeredModels(manifest: ModelManifest, gate: Gate): Promise<ModelEntry[]> {
  const open = await Promise.all(
    manifest.models.map(async (model) => model.available && (!model.featureGated || gate(modelFlag(model.id)))),
  );
  return manifest.models.filter((_, index) => open[index]);
}

/** The default model of a provider among those on offer: the manifest's own, or the first. */
export function defaultModelOf(
  manifest: ModelManifest,
  offered: readonly ModelEntry[],
  provider: string,
): ModelEntry | undefined {
  const ofProvider = offered.filter((model) => model.provider === provider);
  return ofProvider.find((model) => model.id === manifest.providerDefaults[provider]) ?? ofProvider[0];
}

export function modelsAnswer(
  manifest: ModelManifest,
  offered: readonly ModelEntry[],
  provider: string | undefined,
): ModelsAnswer {
  const shown = offered.filter((model) => provider === undefined || model.provider === provider);
  const fallback = offered.find((model) => model.id === manifest.defaultModel) ?? offered[0];
  const chosen = provider === undefined ? fallback : defaultModelOf(manifest, offered, provider);
  return {
    models: shown.map(({ id, label, provider: of }) => ({
      id,
      label,
      provider: of,
      isDefault: defaultModelOf(manifest, offered, of)?.id === id,
    })),
    defaultModel: chosen?.id ?? null,
  };
}

export interface Choice {
  readonly runner: AgentRuntimeSpec;
  /** Undefined for a runner type without a provider, unless the caller named one. */
  readonly model: string | undefined;
}

/**
 * Decides which runner type and model a session gets: what was asked for, where the project may have it; else the
 * runner type by the model's provider, and the provider's own default model.
 */
export function choose(
  wish: { readonly runnerType?: string | undefined; readonly model?: string | undefined },
  runners: readonly AgentRuntimeSpec[],
  models: readonly ModelEntry[],
  manifest: ModelManifest,
): Choice {
  const model = wish.model === undefined ? undefined : models.find((candidate) => candidate.id === wish.model);
  if (wish.model !== undefined && model === undefined) {
    const known = models.map((candidate) => candidate.id).join(", ");
    throw new ApiError("MODEL_NOT_AVAILABLE", `model ${wish.model} is not available here; available: ${known}`);
  }
  const runner = chooseRunner(wish.runnerType, model, runners, models, manifest);
  if (model === undefined) {
    const provider = runner.provider;
    return { runner, model: provider === null ? undefined : defaultModelOf(manifest, models, provider)?.id };
  }
  if (runner.provider !== null && runner.provider !== model.provider) {
    throw new ApiError(
      "MODEL_NOT_AVAILABLE",
      `model ${model.id} is of provider ${model.provider}; runner type ${runner.id} runs models of ${runner.provider}`,
    );
  }
  return { runner, model: model.id };
}

function chooseRunner(
  runnerType: string | undefined,
  model: ModelEntry | undefined,
  runners: readonly AgentRuntimeSpec[],
  models: readonly ModelEntry[],
  manifest: ModelManifest,
): AgentRuntimeSpec {
  const known = runners.map((candidate) => candidate.id).join(", ");
  if (runnerType !== undefined) {
    const runner = runners.find((candidate) => candidate.id === runnerType);
    if (runner !== undefined) return runner;
    throw new ApiError(
      "RUNNER_TYPE_NOT_AVAILABLE",
      `runner type ${runnerType} is not available in this project; available: ${known}`,
    );
  }
  const provider = (model ?? models.find((candidate) => candidate.id === manifest.defaultModel) ?? models[0])?.provider;
  const runner =
    runners.find((candidate) => candidate.provider === provider) ?? (model === undefined ? runners[0] : undefined);
  if (runner !== undefined) return runner;
  throw new ApiError(
    "RUNNER_TYPE_NOT_AVAILABLE",
    `no runner type serves models of ${provider ?? "any provider"}; available: ${known}`,
  );
}
