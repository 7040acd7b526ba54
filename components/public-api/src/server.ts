/** Puts the public API together: one Fastify server over a backend. Listening is the caller's affair. */
import {
  createServer,
  logRequests,
  measureRequests,
  noTracing,
  type Attributes,
  type Tracing,
} from "@pilothouse/server";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import packageJson from "../package.json" with { type: "json" };
import { BackendClient } from "./backend/client.ts";
import type { Configuration } from "./configuration.ts";
import { findCaller, requireCallers } from "./http/caller.ts";
import { requestLimits } from "./http/limits.ts";
import { describeApi } from "./http/openapi.ts";
import { EventStreams } from "./http/streams.ts";
import { Metrics } from "./operations/metrics.ts";
import { operationsRoutes } from "./operations/routes.ts";
import { sessionRoutes } from "./sessions/routes.ts";
import { conversationRoutes } from "./transcripts/routes.ts";
import { workspaceRoutes } from "./workspace/routes.ts";

export interface PublicApiOptions {
  readonly configuration: Configuration;
  readonly logger: Logger;
  /** Default: none. The caller closes it, after the server. */
  readonly tracing?: Tracing;
  /** Checks every answer against its schema; for tests. */
  readonly validateAnswers?: boolean;
}

export const VERSION = packageJson.version;

export async function createPublicApi({
  configuration,
  logger,
  tracing = noTracing,
  validateAnswers = false,
}: PublicApiOptions): Promise<FastifyInstance> {
  const metrics = new Metrics(() => streams.size);
  const streams = new EventStreams(configuration.STREAMS_PER_TOKEN, metrics);
  const backend = new BackendClient({
    url: configuration.BACKEND_URL,
    timeoutMilliseconds: configuration.BACKEND_TIMEOUT_SECONDS * 1000,
    metrics,
    tracing,
  });
  const limits = requestLimits(
    { perMinute: configuration.RATE_LIMIT_PER_ADDRESS, burst: configuration.RATE_LIMIT_PER_ADDRESS_BURST },
    { perMinute: configuration.RATE_LIMIT_PER_TOKEN, burst: configuration.RATE_LIMIT_PER_TOKEN_BURST },
    metrics,
  );

  const app = createServer({ logger, validateAnswers, trustedProxies: configuration.TRUSTED_PROXIES });
  measureRequests(app, metrics.registry, "pilothouse_public_api");
  logRequests(app, logger, {
    // Probes and scrapes come every few seconds.
    quiet: (request) => request.routeOptions.config.gate === "open",
    facts: (request) => ({ project: findCaller(request)?.project }),
  });
  tracing.traceRequests(app, (request): Attributes => {
    const project = findCaller(request)?.project;
    return project === undefined ? {} : { "pilothouse.project": project };
  });
  requireCallers(app, limits);
  await describeApi(app, VERSION);

  await app.register(operationsRoutes(backend, metrics));
  await app.register(
    async (v1) => {
      v1.get("/openapi.json", {
        config: { gate: "open" },
        schema: { hide: true },
        handler: async () => app.swagger(),
      });
      await v1.register(sessionRoutes(backend));
      await v1.register(conversationRoutes(backend, streams));
      await v1.register(workspaceRoutes(backend));
    },
    { prefix: "/v1" },
  );

  app.addHook("preClose", async () => streams.endAll());
  app.addHook("onClose", async () => backend.close());
  return app;
}
