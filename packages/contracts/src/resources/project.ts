/** Project: a team's room. The operator makes a namespace of the same name from it. Lives in `pilothouse-projects`. */
import { z } from "zod";
import { Conditions, ObjectMeta } from "./metadata.ts";

export const ProjectSpec = z
  .object({
    displayName: z.string().max(100).optional(),
    description: z.string().max(500).optional(),
    owner: z
      .string()
      .min(1)
      .max(253)
      .describe("User name of the owner; an admission policy demands that it is the requester"),
  })
  .meta({
    "x-kubernetes-validations": [{ rule: "self.owner == oldSelf.owner", message: "the owner cannot be changed" }],
  });
export type ProjectSpec = z.infer<typeof ProjectSpec>;

export const ProjectPhase = z.enum(["Pending", "Ready", "Failed", "Terminating"]);
export type ProjectPhase = z.infer<typeof ProjectPhase>;

export const ProjectStatus = z.object({
  phase: ProjectPhase.optional(),
  message: z.string().max(4096).optional(),
  namespaceUid: z.string().optional().describe("uid of the namespace that the operator made for this Project"),
  observedGeneration: z.int().optional(),
  conditions: Conditions.optional(),
});
export type ProjectStatus = z.infer<typeof ProjectStatus>;

export const Project = z.object({
  apiVersion: z.literal("pilothouse.dev/v1alpha1"),
  kind: z.literal("Project"),
  metadata: ObjectMeta,
  spec: ProjectSpec,
  status: ProjectStatus.optional(),
});
export type Project = z.infer<typeof Project>;
