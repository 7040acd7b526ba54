/**
 * ProjectAccess: which projects one user or group may enter, written by the operator from the RoleBindings of managed
 * namespaces. Only its subject may get it, so a list of projects costs a few reads and names nobody else's.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { ObjectMeta } from "./metadata.ts";

export const SubjectKind = z.enum(["User", "Group", "ServiceAccount"]);

export const ProjectAccessSpec = z.object({
  subject: z.object({ kind: SubjectKind, name: z.string().max(600) }),
  projects: z
    .array(z.object({ name: z.string(), role: z.enum(["view", "edit", "admin"]) }))
    .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] }),
});
export type ProjectAccessSpec = z.infer<typeof ProjectAccessSpec>;

export const ProjectAccess = z.object({
  apiVersion: z.literal("pilothouse.dev/v1alpha1"),
  kind: z.literal("ProjectAccess"),
  metadata: ObjectMeta,
  spec: ProjectAccessSpec,
});
export type ProjectAccess = z.infer<typeof ProjectAccess>;

/**
 * Name of the ProjectAccess object of a subject: a hash, since user names are not DNS names.
 * A ServiceAccount's name is its full user name (`system:serviceaccount:NS:NAME`).
 */
export function projectAccessName(kind: "User" | "Group" | "ServiceAccount", name: string): string {
  return `${kind.toLowerCase()}-${createHash("sha256").update(name).digest("hex").slice(0, 40)}`;
}
