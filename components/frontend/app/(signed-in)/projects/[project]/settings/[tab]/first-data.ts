/** What each page of the settings shows first: fetched on the server, so that nothing moves when it comes. */
import {
  FlagList,
  McpServers,
  PermissionList,
  ProjectKeyList,
  ProjectSummary,
  RunnerTypesAnswer,
  SecretKeysAnswer,
  SettingsAnswer,
} from "@pilothouse/contracts";
import { IntegrationStates } from "@/features/integrations/integration-states";
import type { SettingsTab } from "@/features/settings/tabs";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import type { Prefetch } from "@/lib/server/prefetch";

export function firstDataOf(project: string, tab: SettingsTab): readonly Prefetch[] {
  const integrationSecrets = {
    key: queryKeys.integrationSecrets(project),
    path: api.integrationSecrets(project),
    schema: SecretKeysAnswer,
  };
  switch (tab) {
    case "general":
      return [
        { key: [...queryKeys.project(project), "description"], path: api.project(project), schema: ProjectSummary },
        { key: queryKeys.settings(project), path: api.settings(project), schema: SettingsAnswer },
      ];
    case "secrets":
      return [
        { key: queryKeys.runnerTypes(project), path: api.runnerTypes(project), schema: RunnerTypesAnswer },
        { key: queryKeys.runnerSecrets(project), path: api.runnerSecrets(project), schema: SecretKeysAnswer },
        integrationSecrets,
      ];
    case "integrations":
      return [
        integrationSecrets,
        { key: queryKeys.integrations(project), path: api.integrations(project), schema: IntegrationStates },
      ];
    case "tools":
      return [{ key: queryKeys.toolServers(project), path: api.toolServers(project), schema: McpServers }];
    case "members":
      return [{ key: queryKeys.permissions(project), path: api.permissions(project), schema: PermissionList }];
    case "keys":
      return [{ key: queryKeys.keys(project), path: api.keys(project), schema: ProjectKeyList }];
    case "flags":
      return [{ key: queryKeys.flags(project), path: api.flags(project), schema: FlagList }];
  }
}
