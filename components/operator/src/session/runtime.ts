// Which runner type serves a session: the spec's own choice, else the one of the model's provider.
import type { AgenticSessionSpec, AgentRuntimeSpec } from "@pilothouse/contracts";
import type { Registries } from "../configuration/registries.ts";

export type RuntimeChoice =
  | { readonly known: true; readonly runtime: AgentRuntimeSpec }
  | { readonly known: false; readonly message: string };

export function chooseRuntime(
  spec: Pick<AgenticSessionSpec, "runnerType" | "llmSettings">,
  registries: Registries,
): RuntimeChoice {
  const { agents, models } = registries;
  const ids = agents.map((agent) => agent.id).join(", ");
  if (spec.runnerType !== undefined) {
    const runtime = agents.find((agent) => agent.id === spec.runnerType);
    if (runtime !== undefined) return { known: true, runtime };
    return { known: false, message: `runner type ${spec.runnerType} is not in the agent registry (known: ${ids})` };
  }
  const modelId = spec.llmSettings?.model ?? models.defaultModel;
  const model = models.models.find((candidate) => candidate.id === modelId);
  if (model === undefined) {
    const known = models.models.map((candidate) => candidate.id).join(", ");
    return { known: false, message: `model ${modelId} is not in models.json (known: ${known})` };
  }
  const runtime = agents.find((agent) => agent.provider === model.provider);
  if (runtime !== undefined) return { known: true, runtime };
  return { known: false, message: `no runner type serves ${model.provider}, the provider of model ${modelId}` };
}

/** The keys that are missing for this runner type, none when it can start. */
export function missingSecretKeys(runtime: AgentRuntimeSpec, present: ReadonlySet<string>): string[] {
  const { requiredSecretKeys, secretKeyLogic } = runtime.auth;
  const missing = requiredSecretKeys.filter((key) => !present.has(key));
  if (secretKeyLogic === "any" && missing.length < requiredSecretKeys.length) return [];
  return missing;
}
