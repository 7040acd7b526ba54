/**
 * The client's tools as Claude Code takes them: an MCP server inside the runner. A call waits for the permission to run,
 * which comes with the client's result; the server then only hands the result on.
 */
import { randomUUID } from "node:crypto";
import type { McpSdkServerConfigWithInstance } from "@anthropic-ai/claude-agent-sdk";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { EventType, type Event } from "@pilothouse/agui";
import type { Tool } from "@ag-ui/core";
import { toolSchema, type ClientResult } from "../common/client-tools.ts";

export const CLIENT_SERVER = "client";
const PREFIX = `mcp__${CLIENT_SERVER}__`;
/** Where the server finds the result, in the input of the permitted call. */
const RESULT = "pilothouseResult";

export function isClientTool(toolName: string): boolean {
  return toolName.startsWith(PREFIX);
}

export class ClientTools {
  readonly #results = new Map<string, ClientResult>();
  /** Calls whose results came from the client, which has them already. */
  readonly #answered = new Set<string>();
  #tools: readonly Tool[] = [];

  /** True when they are others than before. */
  set(tools: readonly Tool[]): boolean {
    const changed = JSON.stringify(tools) !== JSON.stringify(this.#tools);
    this.#tools = tools;
    return changed;
  }

  get tools(): readonly Tool[] {
    return this.#tools;
  }

  get servers(): Record<string, McpSdkServerConfigWithInstance> {
    return this.#tools.length === 0 ? {} : { [CLIENT_SERVER]: this.#server(this.#tools) };
  }

  withResult(input: Record<string, unknown>, result: ClientResult): Record<string, unknown> {
    const key = randomUUID();
    this.#results.set(key, result);
    this.#answered.add(result.toolCallId);
    return { ...input, [RESULT]: key };
  }

  /** The event as the client is to see it: its tools by their own names, and nothing that it said itself. */
  told(event: Event): Event | undefined {
    if (event.type === EventType.TOOL_CALL_START && isClientTool(event.toolCallName))
      return { ...event, toolCallName: event.toolCallName.slice(PREFIX.length) };
    return event.type === EventType.TOOL_CALL_RESULT && this.#answered.delete(event.toolCallId) ? undefined : event;
  }

  #server(tools: readonly Tool[]): McpSdkServerConfigWithInstance {
    const instance = new McpServer({ name: CLIENT_SERVER, version: "1.0.0" }, { capabilities: { tools: {} } });
    instance.server.setRequestHandler(ListToolsRequestSchema, () => ({
      tools: tools.map(({ name, description, parameters }) => ({
        name,
        description: description ?? "",
        inputSchema: toolSchema(parameters),
        // Not behind a search: the client offers them for just this run.
        _meta: { "anthropic/alwaysLoad": true },
      })),
    }));
    instance.server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
      const key = params.arguments?.[RESULT];
      const result = typeof key === "string" ? this.#results.get(key) : undefined;
      if (typeof key === "string") this.#results.delete(key);
      const { text, isError } = result ?? { text: "The user's application gave no result.", isError: true };
      return { content: [{ type: "text", text }], isError };
    });
    return { type: "sdk", name: CLIENT_SERVER, instance };
  }
}
