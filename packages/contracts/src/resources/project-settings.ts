/** ProjectSettings: what a project's admins decide for all its sessions. One per namespace, named `projectsettings`. */
import { z } from "zod";
import { McpServers, Repository } from "./agentic-session.ts";
import { Conditions, ObjectMeta, Time } from "./metadata.ts";

export const ProjectLimits = z.object({
  maxRunningSessions: z.int().min(0).max(10_000).optional(),
  maxCostUsdPerDay: z.number().min(0).optional(),
});

export const ProjectSettingsSpec = z.object({
  groupAccess: z
    .array(z.object({ groupName: z.string().min(1).max(253), role: z.enum(["view", "edit", "admin"]) }))
    .max(200)
    .optional()
    .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["groupName"] }),
  inactivityTimeoutSeconds: z.int().min(0).max(31_536_000).optional(),
  mcpServers: McpServers.optional(),
  limits: ProjectLimits.optional(),
  repositories: z.array(Repository).max(100).optional(),
  integrationChecks: z
    .record(z.string(), z.string().min(1).max(100))
    .optional()
    .meta({ maxProperties: 16 })
    .describe("Integration id → id of the request to test its credential; the answer is in status.integrations"),
});
export type ProjectSettingsSpec = z.infer<typeof ProjectSettingsSpec>;

export const SecretKeys = z.object({
  name: z.string(),
  keys: z
    .array(
      z.object({
        name: z.string(),
        updatedAt: Time,
        fingerprint: z
          .string()
          .max(100)
          .optional()
          .describe("Tells the operator, which alone holds the key to it, whether the value is another one"),
      }),
    )
    .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] }),
});

/** What is known of a credential for another service. The credential itself is in no status. */
export const IntegrationStatus = z.object({
  id: z.string(),
  configured: z.boolean(),
  valid: z.boolean().optional().describe("Absent when it was never tested"),
  checkedAt: Time.optional(),
  account: z.string().max(253).optional().describe("Whom the service says the credential belongs to"),
  message: z.string().max(1024).optional(),
  requestId: z.string().max(100).optional().describe("The spec.integrationChecks entry that this answers"),
});
export type IntegrationStatus = z.infer<typeof IntegrationStatus>;

export const ProjectSettingsStatus = z.object({
  secrets: z
    .array(SecretKeys)
    .optional()
    .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] }),
  integrations: z
    .array(IntegrationStatus)
    .optional()
    .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["id"] }),
  spending: z
    .object({
      day: z.string().describe("UTC day, YYYY-MM-DD"),
      costUsd: z.number().min(0),
      removed: z
        .object({
          costUsd: z.number().min(0),
          sessions: z.array(z.string()).describe("uids of those that may still be seen elsewhere"),
        })
        .optional()
        .describe("The share of sessions that were deleted on that day"),
    })
    .optional()
    .describe("What the project's sessions have cost on that day"),
  observedGeneration: z.int().optional(),
  conditions: Conditions.optional(),
});
export type ProjectSettingsStatus = z.infer<typeof ProjectSettingsStatus>;

export const ProjectSettings = z.object({
  apiVersion: z.literal("pilothouse.dev/v1alpha1"),
  kind: z.literal("ProjectSettings"),
  metadata: ObjectMeta,
  spec: ProjectSettingsSpec.optional(),
  status: ProjectSettingsStatus.optional(),
});
export type ProjectSettings = z.infer<typeof ProjectSettings>;
