/** Settings of a project, as its admins read and write them. */
import { z } from "zod";
import { McpServers } from "../resources/agentic-session.ts";
import { ProjectSettingsSpec } from "../resources/project-settings.ts";
import { strictDeep, strictFields } from "./strict.ts";

const settings = strictFields(ProjectSettingsSpec);

/** PUT replaces what it names and leaves the rest; null removes a setting. */
export const UpdateSettingsRequest = z.strictObject({
  groupAccess: settings.groupAccess.nullable().optional(),
  inactivityTimeoutSeconds: settings.inactivityTimeoutSeconds.nullable().optional(),
  limits: settings.limits.nullable().optional(),
  repositories: settings.repositories.nullable().optional(),
});
export type UpdateSettingsRequest = z.infer<typeof UpdateSettingsRequest>;

export const SettingsAnswer = ProjectSettingsSpec.omit({ mcpServers: true, integrationChecks: true }).meta({
  id: "ProjectSettings",
});
export type SettingsAnswer = z.infer<typeof SettingsAnswer>;

/** The whole list of tool servers; PUT replaces it. */
export const UpdateMcpServersRequest = strictDeep(McpServers) as z.ZodType<z.input<typeof McpServers>>;
export const McpServersAnswer = z.object({
  custom: z.record(z.string(), z.unknown()),
  disabled: z.array(z.string()),
});
