/** An MCP server over standard input and output, with one tool. */
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";

const server = new McpServer({ name: "desk", version: "1.0.0" });
server.registerTool("ring", { description: "Rings the bell", inputSchema: { times: z.number() } }, ({ times }) => ({
  content: [{ type: "text", text: "ding ".repeat(times).trim() }],
}));
await server.connect(new StdioServerTransport());
