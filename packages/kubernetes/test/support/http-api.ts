// A real HTTP server whose answers a test writes; the client and its transport are the real ones.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { KubernetesClient, createUndiciTransport, staticToken, type RetryPolicy } from "../../src/index.ts";

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Handler = (request: Seen, response: ServerResponse) => void | Promise<void>;

export interface HttpApi {
  readonly url: string;
  readonly seen: Seen[];
  handler: Handler;
  client(options?: { token?: string; retry?: RetryPolicy }): KubernetesClient;
  close(): Promise<void>;
}

export async function startHttpApi(handler: Handler): Promise<HttpApi> {
  const seen: Seen[] = [];
  const clients: KubernetesClient[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "/", "http://api");
      const entry = {
        method: request.method ?? "",
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      seen.push(entry);
      Promise.resolve(api.handler(entry, response)).catch((error: unknown) => response.destroy(error as Error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api: HttpApi = {
    url,
    seen,
    handler,
    client: ({ token, retry } = {}) => {
      const client = new KubernetesClient({
        transport: createUndiciTransport({ server: url }),
        retry,
        ...(token === undefined ? {} : { token: staticToken(token) }),
      });
      clients.push(client);
      return client;
    },
    close: async () => {
      await Promise.all(clients.map(async (client) => client.close()));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return api;
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

export function failure(
  response: ServerResponse,
  code: number,
  reason: string,
  extra: object = {},
  headers: Record<string, string> = {},
): void {
  json(
    response,
    code,
    { kind: "Status", status: "Failure", code, reason, message: `it is ${reason}`, ...extra },
    headers,
  );
}

export function widget(name: string, version: number, extra: object = {}) {
  return { metadata: { name, namespace: "default", uid: `uid-${name}`, resourceVersion: String(version) }, ...extra };
}
