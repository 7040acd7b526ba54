// /health, /ready and /metrics.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Registry } from "prom-client";

export interface HealthServerOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly metrics: Registry;
  /** Why the operator is not ready; none = ready. */
  readonly problems: () => readonly string[];
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0];
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (path === "/health") {
      json(200, { status: "ok" });
    } else if (path === "/ready") {
      const problems = options.problems();
      json(problems.length === 0 ? 200 : 503, { status: problems.length === 0 ? "ready" : "not ready", problems });
    } else if (path === "/metrics") {
      options.metrics.metrics().then(
        (text) => {
          response.writeHead(200, { "content-type": options.metrics.contentType });
          response.end(text);
        },
        (error: unknown) => json(500, { error: String(error), code: "METRICS_FAILED" }),
      );
    } else {
      json(404, { error: "there is /health, /ready and /metrics", code: "NOT_FOUND" });
    }
  });
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function listen(server: Server, options: HealthServerOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
