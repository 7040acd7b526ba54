/** Puts the public API together: one Fastify server over a backend. Listening is the caller's affair. */
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { validatorCompiler } from "fastify-type-provider-zod";
import type { Logger } from "pino";
import packageJson from "../package.json" with { type: "json" };
import { BackendClient } from "./backend/client.ts";
import type { Configuration } from "./configuration.ts";
import { answerBrokenRequest, answerUnroutable, handleErrors } from "./errors/handler.ts";
import { BODY_LIMIT, acceptJsonOnly } from "./http/body.ts";
import { requireCallers } from "./http/caller.ts";
import { trackConnections } from "./http/connections.ts";
import { requestLimits } from "./http/limits.ts";
import { describeApi } from "./http/openapi.ts";
import { serializerCompiler } from "./http/serialization.ts";
import { EventStreams } from "./http/streams.ts";
import { logRequests } from "./operations/request-log.ts";
import { Metrics } from "./operations/metrics.ts";
import { operationsRoutes } from "./operations/routes.ts";
import { sessionRoutes } from "./sessions/routes.ts";
import { conversationRoutes } from "./transcripts/routes.ts";
import { workspaceRoutes } from "./workspace/routes.ts";

export interface PublicApiOptions {
  readonly configuration: Configuration;
  readonly logger: Logger;
  /** Checks every answer against its schema; for tests. */
  readonly validateAnswers?: boolean;
}

export async function createPublicApi({
  configuration,
  logger,
  validateAnswers = false,
}: PublicApiOptions): Promise<FastifyInstance> {
  const metrics = new Metrics(() => streams.size);
  const streams = new EventStreams(configuration.STREAMS_PER_TOKEN, metrics);
  const backend = new BackendClient({
    url: configuration.BACKEND_URL,
    timeoutMilliseconds: configuration.BACKEND_TIMEOUT_SECONDS * 1000,
    metrics,
  });
  const limits = requestLimits(
    { perMinute: configuration.RATE_LIMIT_PER_ADDRESS, burst: configuration.RATE_LIMIT_PER_ADDRESS_BURST },
    { perMinute: configuration.RATE_LIMIT_PER_TOKEN, burst: configuration.RATE_LIMIT_PER_TOKEN_BURST },
    metrics,
  );

  const loggerInstance: FastifyBaseLogger = logger;
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => crypto.randomUUID(),
    bodyLimit: BODY_LIMIT,
    // With 0 nobody's X-Forwarded-For is believed; with n, what the n-th proxy from here wrote.
    trustProxy: (_address, hop) => hop < configuration.TRUSTED_PROXIES,
    requestTimeout: 60_000,
    connectionTimeout: 0,
    keepAliveTimeout: 75_000,
    forceCloseConnections: "idle",
    return503OnClosing: true,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (_error, _request, reply) => {
      reply.hijack();
      answerUnroutable(reply.raw);
    },
    routerOptions: { maxParamLength: 8192, ignoreTrailingSlash: true },
  });
  const endConnections = trackConnections(app.server);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler({ validate: validateAnswers }));
  acceptJsonOnly(app);
  handleErrors(app, logger);
  app.addHook("onRequest", async (request, reply) => {
    void reply
      .header("x-request-id", request.id)
      .header("x-content-type-options", "nosniff")
      .header("cache-control", "no-store");
  });
  metrics.measure(app);
  logRequests(app, logger);
  requireCallers(app, limits);
  await describeApi(app, packageJson.version);

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

  app.addHook("preClose", async () => {
    streams.endAll();
    endConnections();
  });
  app.addHook("onClose", async () => backend.close());
  return app;
}
