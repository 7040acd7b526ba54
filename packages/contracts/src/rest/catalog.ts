/** What a project can run: models and runner types, after feature gates. */
import { z } from "zod";
import { AgentRuntimeSpec } from "../registries/agent-registry.ts";

export const ModelsQuery = z.object({ provider: z.string().max(100).optional() });

export const ModelOption = z
  .object({ id: z.string(), label: z.string(), provider: z.string(), isDefault: z.boolean() })
  .meta({ id: "Model" });
export type ModelOption = z.infer<typeof ModelOption>;

export const ModelsAnswer = z.object({
  models: z.array(ModelOption),
  defaultModel: z.string().nullable().describe("null when no model is on offer"),
});
export type ModelsAnswer = z.infer<typeof ModelsAnswer>;

export const RunnerTypeOption = AgentRuntimeSpec.pick({
  id: true,
  displayName: true,
  description: true,
  framework: true,
  provider: true,
  auth: true,
  capabilities: true,
}).meta({ id: "RunnerType" });
export type RunnerTypeOption = z.infer<typeof RunnerTypeOption>;
export const RunnerTypesAnswer = z.array(RunnerTypeOption);
