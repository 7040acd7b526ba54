/** Puts the backend together: one Fastify server over what it is given. Listening is the caller's affair. */
import { AgentRegistry, FlagManifest, ModelManifest } from "@pilothouse/contracts";
import { KubernetesClient, createUndiciTransport, type Transport } from "@pilothouse/kubernetes";
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { validatorCompiler } from "fastify-type-provider-zod";
import type { Logger } from "pino";
import packageJson from "../package.json" with { type: "json" };
import { aguiRoutes } from "./agui/routes.ts";
import { RegistryFile } from "./catalog/registry-file.ts";
import { catalogRoutes } from "./catalog/routes.ts";
import type { Configuration } from "./configuration.ts";
import { translate } from "./errors/translate.ts";
import { Feeds } from "./events/feeds.ts";
import { ThreadStreams } from "./events/stream.ts";
import { exportRoutes } from "./exports/routes.ts";
import { fileFlags } from "./flags/file-provider.ts";
import { flagRoutes } from "./flags/routes.ts";
import { acceptJsonOnly } from "./http/body.ts";
import { callerOf, requireCallers } from "./http/caller.ts";
import { trackConnections } from "./http/connections.ts";
import { OpenStreams } from "./http/event-stream.ts";
import { describeApi, serveApiDescription } from "./http/openapi.ts";
import { serializerCompiler } from "./http/serialization.ts";
import { Authenticator } from "./identity/identity.ts";
import { keyRoutes } from "./keys/routes.ts";
import { KeyUsage } from "./keys/usage.ts";
import { meRoutes } from "./me/routes.ts";
import { memberRoutes } from "./members/routes.ts";
import { auditRequests, type AuditSink } from "./operations/audit.ts";
import { describeError } from "./operations/logging.ts";
import { createMetrics, measureRequests } from "./operations/metrics.ts";
import { healthRoutes, kubernetesAnswers, platformRoutes } from "./operations/routes.ts";
import { projectRoutes } from "./projects/routes.ts";
import { GrantSigner } from "./runner/grants.ts";
import { runnerRoutes } from "./runner/routes.ts";
import { RunnerClient } from "./runner/runner-client.ts";
import { secretRoutes } from "./secrets/routes.ts";
import { sessionRoutes } from "./sessions/routes.ts";
import { settingsRoutes } from "./settings/routes.ts";
import type { Store } from "./store/store.ts";
import { RunnerProofs } from "./transcripts/push.ts";
import { transcriptRoutes } from "./transcripts/routes.ts";
import { workspaceRoutes } from "./workspace/routes.ts";

export interface BackendOptions {
  readonly configuration: Configuration;
  readonly store: Store;
  readonly logger: Logger;
  readonly audit?: AuditSink | undefined;
  /** Default: HTTP to the configured Kubernetes API. */
  readonly transport?: Transport;
  /** Checks every answer against its schema; for tests. */
  readonly validateAnswers?: boolean;
}

const BODY_LIMIT = 1024 * 1024;
const RETRY = { attempts: 3, baseMilliseconds: 50, maximumMilliseconds: 2_000 };

export async function createBackend(options: BackendOptions): Promise<FastifyInstance> {
  const { configuration, store, logger } = options;
  const { environment } = configuration;
  const transport = options.transport ?? createUndiciTransport(configuration.kubernetes);
  const anonymous = new KubernetesClient({ transport, userAgent: "pilothouse-backend", retry: RETRY });
  const authenticator = new Authenticator(anonymous);
  const usage = new KeyUsage(store);
  const runner = new RunnerClient(new GrantSigner(configuration.signingKey));
  const feeds = new Feeds(runner);
  const streams = new OpenStreams();
  const threads = new ThreadStreams(streams, store, feeds);
  const registries = {
    agents: registry("the agent registry", environment.AGENT_REGISTRY_FILE, AgentRegistry, logger),
    models: registry("the model manifest", environment.MODELS_FILE, ModelManifest, logger),
  };
  const flagsFile = environment.FLAGS_FILE ?? new URL("flags/none.json", import.meta.url).pathname;
  const flagManifest = registry("the flags file", flagsFile, FlagManifest, logger);
  const flags = await fileFlags(flagManifest, `backend-${crypto.randomUUID()}`);
  const metrics = createMetrics({ openStreams: () => streams.size, runnerConnections: () => feeds.size });

  const loggerInstance: FastifyBaseLogger = logger;
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => crypto.randomUUID(),
    bodyLimit: BODY_LIMIT,
    // A body that trickles in holds a connection, not a request; runs and streams answer as long as they like.
    requestTimeout: 60_000,
    connectionTimeout: 0,
    keepAliveTimeout: 75_000,
    forceCloseConnections: "idle",
    return503OnClosing: true,
    routerOptions: { maxParamLength: 8192, ignoreTrailingSlash: true },
  });
  const endConnections = trackConnections(app.server);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler({ validate: options.validateAnswers === true }));
  acceptJsonOnly(app);
  handleErrors(app, logger);
  requireCallers(app, authenticator);
  app.addHook("preValidation", async (request) => {
    const { access } = request.routeOptions.config;
    if (access !== undefined && access !== "open") await usage.see(callerOf(request).identity);
  });
  app.addHook("onSend", async (_request, reply) => {
    if (!reply.hasHeader("cache-control")) void reply.header("cache-control", "no-store");
    void reply.header("x-content-type-options", "nosniff");
  });
  app.addHook("onRequest", async (request, reply) => {
    void reply.header("x-request-id", request.id);
  });
  measureRequests(app, metrics);
  if (options.audit !== undefined) auditRequests(app, options.audit);
  await describeApi(app, packageJson.version);

  const checks = {
    kubernetes: async () => kubernetesAnswers(anonymous),
    store: async () => problemOf(store.check()),
    agentRegistry: async () => registries.agents.problem(),
    models: async () => registries.models.problem(),
    flags: async () => flagManifest.problem(),
  };
  // With a last good copy the backend serves on; without the Kubernetes API each call says so itself.
  const advisory = new Set(["agentRegistry", "models", "flags"]);
  await app.register(healthRoutes({ version: packageJson.version, metrics, checks, advisory }));
  await app.register(
    async (api) => {
      await serveApiDescription(api);
      await api.register(platformRoutes(packageJson.version, anonymous));
      await api.register(meRoutes);
      await api.register(projectRoutes);
      await api.register(memberRoutes);
      await api.register(keyRoutes(store, authenticator, usage));
      await api.register(secretRoutes);
      await api.register(settingsRoutes);
      await api.register(flagRoutes(flags));
      await api.register(catalogRoutes(registries, flags));
      const schemes = environment.REPOSITORY_SCHEMES;
      await api.register(sessionRoutes({ store, streams, registries, flags, schemes }));
      await api.register(exportRoutes(store));
      await api.register(runnerRoutes(runner, store, registries));
      await api.register(workspaceRoutes(runner));
      await api.register(aguiRoutes({ runner, store, threads, streams }));
    },
    { prefix: "/api" },
  );
  await app.register(
    transcriptRoutes({ store, feeds, proofs: new RunnerProofs(), operatorIdentity: environment.OPERATOR_IDENTITY }),
    { prefix: "/internal" },
  );

  app.addHook("preClose", async () => {
    streams.endAll();
    feeds.close();
    endConnections();
  });
  app.addHook("onClose", async () => {
    await runner.close();
    if (options.transport === undefined) await transport.close();
  });
  return app;
}

function registry<S extends ConstructorParameters<typeof RegistryFile>[0]["schema"]>(
  name: string,
  path: string,
  schema: S,
  logger: Logger,
): RegistryFile<S> {
  return new RegistryFile({ name, path, schema, logger });
}

async function problemOf(check: Promise<void>): Promise<string | undefined> {
  try {
    await check;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function handleErrors(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler(async (thrown, request, reply) => {
    const error = translate(thrown);
    if (error.status >= 500) {
      const failure = { requestId: request.id, route: request.routeOptions.url, code: error.code };
      logger.error({ ...failure, error: describeError(error.cause ?? error) }, "request failed");
    }
    if (error.retryAfterSeconds !== undefined) void reply.header("retry-after", String(error.retryAfterSeconds));
    if (error.status === 401) void reply.header("www-authenticate", "Bearer");
    const { message, code, details } = error;
    return reply
      .code(error.status)
      .type("application/json; charset=utf-8")
      .serializer((body: unknown) => JSON.stringify(body))
      .send({ error: message, code, ...(details === undefined ? {} : { details }) });
  });
  app.setNotFoundHandler(async (request, reply) =>
    reply
      .code(404)
      .send({ error: `there is no ${request.method} ${request.url.split("?", 1)[0] ?? ""}`, code: "NOT_FOUND" }),
  );
}
