/** What the child process is started with. Pure. */
import type { AgenticSessionSpec, McpServer } from "@pilothouse/contracts/resources/agentic-session";
import type { SessionContext } from "../bridge.ts";
import type { History, StartOptions, ToolDefinition } from "./protocol.ts";

/** What may be another one while the session lives. */
export interface Settings {
  model: string;
  permissionMode: AgenticSessionSpec["permissionMode"];
  mcpServers: Readonly<Record<string, McpServer>>;
  workingDirectory: string;
  directories: readonly string[];
}

export function startOptions(
  context: SessionContext,
  settings: Settings,
  history: History,
  tools: ToolDefinition[],
): StartOptions {
  const { temperature, maxTokens } = context.spec.llmSettings ?? {};
  return {
    workingDirectory: settings.workingDirectory,
    directories: [...settings.directories, context.paths.artifacts, context.paths.uploads],
    model: settings.model,
    permissionMode: settings.permissionMode,
    mcpServers: Object.fromEntries(
      Object.entries(settings.mcpServers).map(([name, server]) => [name, serverOf(server)]),
    ),
    tools,
    baseUrl: `${context.broker.url}/gemini`,
    apiKey: context.broker.token,
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    history,
  };
}

/** Gemini CLI tells the two kinds of remote servers apart by the name of the field. */
function serverOf({ type, command, args, env, url, headers }: McpServer): StartOptions["mcpServers"][string] {
  if (type === "stdio")
    return {
      ...(command === undefined ? {} : { command }),
      ...(args === undefined ? {} : { args }),
      ...(env === undefined ? {} : { env }),
    };
  const address = url === undefined ? {} : type === "http" ? { httpUrl: url } : { url };
  return { ...address, ...(headers === undefined ? {} : { headers }) };
}
