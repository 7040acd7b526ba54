/** Answers about the installation and about the caller. */
import { z } from "zod";

export const HealthAnswer = z.object({ status: z.literal("healthy") });
export const ReadyAnswer = z.object({
  status: z.enum(["ready", "not_ready"]),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), message: z.string().optional() })),
});
export type ReadyAnswer = z.infer<typeof ReadyAnswer>;

export const VersionAnswer = z.object({ version: z.string() });

export const ClusterInfo = z.object({
  kubernetesVersion: z.string().nullable().describe("null when the Kubernetes API does not answer"),
  isOpenShift: z.boolean(),
  apiGroup: z.string(),
  apiVersion: z.string(),
  systemNamespace: z.string(),
});
export type ClusterInfo = z.infer<typeof ClusterInfo>;

/** Who the Kubernetes API says the caller is. */
export const Me = z
  .object({ userId: z.string(), displayName: z.string(), groups: z.array(z.string()) })
  .meta({ id: "Me" });
export type Me = z.infer<typeof Me>;
