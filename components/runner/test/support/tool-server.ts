/** MCP servers over HTTP: `/mcp` speaks streamable HTTP, `/sse` the older transport, `/hang` never answers. */
import { createServer, type Server } from "node:http";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { testTools } from "./test-tools.ts";

export interface ToolServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function startToolServer(): Promise<ToolServer> {
  const sessions = new Map<string, SSEServerTransport>();
  const http: Server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://tools");
    const serve = async (): Promise<void> => {
      if (url.pathname === "/mcp") {
        const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
        await testTools("http").connect(transport);
        return transport.handleRequest(request, response);
      }
      if (url.pathname === "/sse") {
        // Clients that know both transports try the newer one by a POST.
        if (request.method !== "GET") return void response.writeHead(405).end();
        const transport = new SSEServerTransport("/messages", response);
        sessions.set(transport.sessionId, transport);
        return testTools("sse").connect(transport);
      }
      if (url.pathname === "/messages")
        return sessions.get(url.searchParams.get("sessionId") ?? "")?.handlePostMessage(request, response);
      if (url.pathname !== "/hang") response.writeHead(404).end();
    };
    serve().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("no address");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
