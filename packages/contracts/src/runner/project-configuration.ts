/** What the operator hands to a project's session pods: file `mcp-servers.json` of ConfigMap SESSION_CONFIGURATION_NAME. */
import { z } from "zod";
import { McpServers } from "../resources/agentic-session.ts";

/**
 * Tool servers by who decided on them. Their `url` and `headers` may hold `${NAME}`, a key of the project's integration
 * secrets, which the broker alone expands: whoever could choose both the variable and the host could read the secret.
 */
export const McpServersFile = z.object({
  platform: McpServers.default({}),
  project: McpServers.default({}),
});
export type McpServersFile = z.infer<typeof McpServersFile>;
