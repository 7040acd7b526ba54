/** The tools of the MCP servers of the tests: one that answers, one that never does, and one that ends its process. */
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";

export function testTools(name: string): McpServer {
  const server = new McpServer({ name, version: "1.0.0" });
  server.registerTool("say", { description: "Says it again", inputSchema: { text: z.string() } }, ({ text }) => ({
    content: [{ type: "text", text: `${name}: ${text}` }],
  }));
  server.registerTool(
    "stall",
    { description: "Takes forever" },
    async () => new Promise<{ content: [] }>(() => undefined),
  );
  return server;
}
