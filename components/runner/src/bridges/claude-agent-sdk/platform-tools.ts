/** Tools that the platform itself gives to the agent, as an MCP server inside the runner: the state shared with clients. */
import { createSdkMcpServer, tool, type McpSdkServerConfigWithInstance } from "@anthropic-ai/claude-agent-sdk";
import type { Event } from "@pilothouse/agui";
import { z } from "zod";
import { messageOf } from "../../errors.ts";
import type { SharedState } from "../../state/shared-state.ts";

export const PLATFORM_SERVER = "pilothouse";

/** True for tools that work on nothing but the session's own state, so that nobody needs to be asked. */
export function isPlatformTool(toolName: string): boolean {
  return toolName.startsWith(`mcp__${PLATFORM_SERVER}__`);
}

export function platformTools(
  state: SharedState,
  tell: (event: Event) => Promise<void>,
): McpSdkServerConfigWithInstance {
  const answer = (text: string, isError = false) => ({ content: [{ type: "text" as const, text }], isError });
  return createSdkMcpServer({
    name: PLATFORM_SERVER,
    version: "1.0.0",
    tools: [
      tool(
        "get_shared_state",
        "Reads the JSON document that this session shares with the user's application.",
        {},
        async () => answer(JSON.stringify(state.current)),
      ),
      tool(
        "update_shared_state",
        "Changes one place of the JSON document that this session shares with the user's application, which sees it at once.",
        {
          path: z.string().describe("JSON pointer, such as /plan/title"),
          value: z.unknown().optional().describe("The new value; without it, what is there is removed"),
        },
        async ({ path, value }) => {
          try {
            await tell(state.change(path, value));
            return answer("Done.");
          } catch (error) {
            return answer(messageOf(error), true);
          }
        },
      ),
    ],
  });
}
