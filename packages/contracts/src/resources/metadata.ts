/** Kubernetes object metadata and conditions, as far as this project reads them. Unknown fields pass through. */
import { z } from "zod";

/** RFC 1123 label: what names of projects and sessions must be. */
export const DnsLabel = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);

/** RFC 3339 time as Kubernetes writes it. */
export const Time = z.string().meta({ format: "date-time" });

/** A Kubernetes resource quantity such as `500m`, `2Gi`. */
export const Quantity = z
  .string()
  .max(32)
  .regex(/^[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$/);

export const ObjectMeta = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string().default(""),
  resourceVersion: z.string().optional(),
  generation: z.number().optional(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  finalizers: z.array(z.string()).optional(),
});
export type ObjectMeta = z.infer<typeof ObjectMeta>;

/** metav1.Condition. */
export const Condition = z.object({
  type: z.string().max(316),
  status: z.enum(["True", "False", "Unknown"]),
  reason: z.string().max(1024),
  message: z.string().max(32768).default(""),
  lastTransitionTime: Time,
  observedGeneration: z.int().optional(),
});
export type Condition = z.infer<typeof Condition>;

/** A `conditions` list: a map keyed by type, so that each writer merges its own entry. */
export const Conditions = z
  .array(Condition)
  .max(32)
  .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"] });
