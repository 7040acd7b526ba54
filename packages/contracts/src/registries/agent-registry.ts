/** agent-registry.json: which runner types exist, and the pod that each of them gets. */
import { z } from "zod";
import { FrameworkCapabilities } from "../runner/capabilities.ts";
import { DnsLabel, Quantity } from "../resources/metadata.ts";

const ResourceList = z.record(z.string(), Quantity);

export const AgentRuntimeSpec = z.object({
  id: DnsLabel,
  displayName: z.string().min(1).max(100),
  description: z.string().max(500).default(""),
  framework: z.string().min(1),
  provider: z.string().min(1).nullable().describe("Model provider that this runner type serves; null = none or any"),
  container: z.object({
    image: z.string().min(1),
    port: z.int().min(1).max(65_535).default(8001),
    env: z.record(z.string(), z.string()).default({}),
    resources: z.object({ requests: ResourceList.default({}), limits: ResourceList.default({}) }).prefault({}),
  }),
  sandbox: z
    .object({
      stateDir: z.string().default("/workspace"),
      workspaceSize: Quantity.default("5Gi"),
      terminationGracePeriod: z.int().min(1).max(3600).default(60),
      seed: z.object({ cloneRepos: z.boolean().default(true) }).prefault({}),
    })
    .prefault({}),
  auth: z
    .object({
      requiredSecretKeys: z.array(z.string()).default([]),
      secretKeyLogic: z.enum(["any", "all"]).default("any"),
    })
    .prefault({}),
  capabilities: FrameworkCapabilities,
  featureGate: z.string().optional(),
});
export type AgentRuntimeSpec = z.infer<typeof AgentRuntimeSpec>;

export const AgentRegistry = z.array(AgentRuntimeSpec).superRefine((entries, context) => {
  const seen = new Set<string>();
  entries.forEach((entry, index) => {
    if (seen.has(entry.id))
      context.addIssue({ code: "custom", path: [index, "id"], message: `duplicate id ${entry.id}` });
    seen.add(entry.id);
  });
});
export type AgentRegistry = z.infer<typeof AgentRegistry>;
