/** The platform's tools as Claude Code takes them: an MCP server inside the runner. */
import { createSdkMcpServer, tool, type McpSdkServerConfigWithInstance } from "@anthropic-ai/claude-agent-sdk";
import { messageOf } from "../../errors.ts";
import { platformTools, START_SESSION_TOOL, type PlatformToolsOptions } from "../../platform/tools.ts";

export const PLATFORM_SERVER = "pilothouse";
/** The user decides on it, whatever else the agent may do without asking. */
export const START_SESSION = `mcp__${PLATFORM_SERVER}__${START_SESSION_TOOL}`;

/** True for tools that work on nothing but the session's own state, so that nobody needs to be asked. */
export function isPlatformTool(toolName: string): boolean {
  return toolName.startsWith(`mcp__${PLATFORM_SERVER}__`) && toolName !== START_SESSION;
}

export function platformServer(options: PlatformToolsOptions): McpSdkServerConfigWithInstance {
  const answer = (text: string, isError = false) => ({ content: [{ type: "text" as const, text }], isError });
  return createSdkMcpServer({
    name: PLATFORM_SERVER,
    version: "1.0.0",
    tools: platformTools(options).map(({ name, description, shape, run }) =>
      tool(name, description, shape, async (input) =>
        run(input).then(
          (text) => answer(text),
          (error: unknown) => answer(messageOf(error), true),
        ),
      ),
    ),
  });
}
