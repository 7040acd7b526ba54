/** Members and access keys of a project. */
import { z } from "zod";
import { itemsOf } from "./lists.ts";
import { Role } from "./projects.ts";

export const SubjectType = z.enum(["user", "group"]);
export type SubjectType = z.infer<typeof SubjectType>;

/** A user or group name: printable, at most 253 characters. */
export const SubjectName = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[^\u0000-\u001f\u007f-\u009f]+$/, "must not contain control characters")
  .regex(/^\S(?:.*\S)?$/su, "must not begin or end with a space");

export const Permission = z
  .object({ subjectType: SubjectType, subjectName: z.string(), role: Role })
  .meta({ id: "Permission" });
export type Permission = z.infer<typeof Permission>;
export const PermissionList = itemsOf(Permission);

export const CreatePermissionRequest = z.strictObject({
  subjectType: SubjectType,
  subjectName: SubjectName,
  role: Role,
});
export const ChangePermissionRequest = z.strictObject({ role: Role });
export type CreatePermissionRequest = z.infer<typeof CreatePermissionRequest>;

export const ProjectKey = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    role: Role,
    createdAt: z.string(),
    createdBy: z.string().optional(),
    expiresAt: z.string(),
    lastUsedAt: z.string().nullable(),
  })
  .meta({ id: "ProjectKey" });
export type ProjectKey = z.infer<typeof ProjectKey>;
export const ProjectKeyList = itemsOf(ProjectKey);

export const CreateProjectKeyRequest = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(63)
    .regex(/^\S(?:.*\S)?$/su, "must not begin or end with a space")
    .regex(/^[^\u0000-\u001f\u007f-\u009f]+$/, "must not contain control characters")
    .describe("What it is called; taken once in a project"),
  description: z.string().max(500).default(""),
  role: Role.default("edit"),
  expirationSeconds: z.int().min(1).max(31_536_000),
});
export type CreateProjectKeyRequest = z.output<typeof CreateProjectKeyRequest>;

export const CreatedProjectKey = ProjectKey.extend({
  key: z.string().describe("The bearer token. Shown once, never again"),
}).meta({ id: "CreatedProjectKey" });
