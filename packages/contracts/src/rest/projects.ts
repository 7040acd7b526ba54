/** Projects, and what the caller may do in one. */
import { z } from "zod";
import { DnsLabel } from "../resources/metadata.ts";
import { ProjectPhase } from "../resources/project.ts";
import { ListQuery, pageOf, sortBy } from "./lists.ts";

export const Role = z.enum(["view", "edit", "admin"]);
export type Role = z.infer<typeof Role>;

export const ProjectSummary = z
  .object({
    name: z.string(),
    displayName: z.string().describe("The name when none was given"),
    description: z.string(),
    owner: z.string(),
    status: ProjectPhase.describe("Ready = usable; poll while Pending"),
    message: z.string().optional().describe("Why it is not Ready"),
    createdAt: z.string(),
    role: Role.optional().describe("The caller's role, in lists"),
  })
  .meta({ id: "Project" });
export type ProjectSummary = z.infer<typeof ProjectSummary>;

export const ProjectListQuery = ListQuery.extend({
  sort: sortBy("name", "displayName", "createdAt", "owner", "status"),
});
export const ProjectPage = pageOf(ProjectSummary);

const DisplayName = z.string().max(100);
const Description = z.string().max(500);

export const CreateProjectRequest = z.strictObject({
  name: DnsLabel.meta({
    description: "Becomes the namespace; cannot be changed",
    // As `isReservedProjectName` says.
    not: { pattern: "^(?:default$|openshift$|kube-|openshift-|pilothouse-)" },
  }),
  displayName: DisplayName.optional(),
  description: Description.optional(),
});
export type CreateProjectRequest = z.infer<typeof CreateProjectRequest>;

export const UpdateProjectRequest = z.strictObject({
  name: z.string().optional().describe("Must be the project's own name"),
  displayName: DisplayName.optional(),
  description: Description.optional(),
});
export type UpdateProjectRequest = z.infer<typeof UpdateProjectRequest>;

/** What a UI may offer. Each is decided by Kubernetes' own rules for the caller. */
export const ProjectAction = z.enum([
  "viewSessions",
  "createSessions",
  "updateSessions",
  "deleteSessions",
  "manageSettings",
  "manageSecrets",
  "manageMembers",
  "manageKeys",
  "manageFlags",
  "updateProject",
  "deleteProject",
]);
export type ProjectAction = z.infer<typeof ProjectAction>;

export const ProjectAccessAnswer = z
  .object({ project: z.string(), userRole: Role, allowedActions: z.array(ProjectAction) })
  .meta({ id: "ProjectAccess" });
export type ProjectAccessAnswer = z.infer<typeof ProjectAccessAnswer>;
