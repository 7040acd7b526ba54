/** An MCP server over standard input and output. One of its tools ends it. */
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { testTools } from "./test-tools.ts";

const server = testTools("echo");
server.registerTool("die", { description: "Ends the server" }, () => process.exit(1));
await server.connect(new StdioServerTransport());
