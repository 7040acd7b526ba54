/**
 * Which MCP servers a session has: the platform's, the project's and its own, those that are disabled left out. Names of
 * secrets in an address or a header (`${NAME}`) are never filled in here: such a server is reached through the broker,
 * which alone knows the values. Pure.
 */
import type { AgenticSessionSpec, McpServer, McpServers } from "@pilothouse/contracts/resources/agentic-session";
import type { McpServersFile } from "@pilothouse/contracts/runner/project-configuration";
import type { McpServerStatus } from "../bridges/bridge.ts";

export interface ToolServers {
  /** What the framework is given. */
  readonly servers: Readonly<Record<string, McpServer>>;
  /** Those that it is not given, and why. */
  readonly withheld: readonly McpServerStatus[];
}

type Owner = "platform" | "project" | "session";

/** Names of keys as Kubernetes' Secrets have them. */
const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/;

export function toolServers(
  file: McpServersFile,
  spec: Pick<AgenticSessionSpec, "mcpServers">,
  broker: { readonly url: string; readonly token: string },
): ToolServers {
  const layers: readonly (readonly [Owner, McpServers | undefined])[] = [
    ["platform", file.platform],
    ["project", file.project],
    ["session", spec.mcpServers],
  ];
  const disabled = new Set(layers.flatMap(([, layer]) => layer?.disabled ?? []));
  const named = new Map<string, { owner: Owner; server: McpServer }>();
  for (const [owner, layer] of layers)
    for (const [name, server] of Object.entries(layer?.custom ?? {})) named.set(name, { owner, server });
  const servers: Record<string, McpServer> = {};
  const withheld: McpServerStatus[] = [];
  for (const [name, { owner, server }] of named) {
    if (disabled.has(name)) {
      withheld.push({ name, status: "disabled", tools: [] });
      continue;
    }
    const problem = problemOf(owner, server);
    if (problem !== undefined) withheld.push({ name, status: "refused", error: problem, tools: [] });
    else servers[name] = holdsVariables(server) ? throughBroker(name, server, broker) : server;
  }
  return { servers, withheld };
}

function holdsVariables(server: McpServer): boolean {
  return VARIABLE.test(JSON.stringify(server));
}

function problemOf(owner: Owner, server: McpServer): string | undefined {
  const [variable] = VARIABLE.exec(JSON.stringify(server)) ?? [];
  if (variable === undefined) return undefined;
  if (owner === "session")
    return `holds ${variable}: only servers of the project or the platform may name a secret, since who chooses the host of a session's server would read it`;
  if (server.type === "stdio")
    return `holds ${variable}: a server that runs in the agent's container would show it to the agent; use an http server`;
  return undefined;
}

function throughBroker(name: string, server: McpServer, broker: { url: string; token: string }): McpServer {
  return {
    type: server.type,
    url: `${broker.url}/mcp/${encodeURIComponent(name)}/`,
    headers: { authorization: `Bearer ${broker.token}` },
  };
}
