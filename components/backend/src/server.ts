/** Puts the backend together: one Fastify server over what it is given. Listening is the caller's affair. */
import { AgentRegistry, FlagManifest, ModelManifest } from "@pilothouse/contracts";
import { KubernetesClient, createUndiciTransport, type Transport } from "@pilothouse/kubernetes";
import {
  createRegistry,
  createServer,
  logRequests,
  measureRequests,
  noTracing,
  type Tracing,
} from "@pilothouse/server";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { z } from "zod";
import packageJson from "../package.json" with { type: "json" };
import { openArchives } from "./archives/open.ts";
import { aguiRoutes } from "./agui/routes.ts";
import { taskRoutes } from "./agui/tasks.ts";
import { RegistryFile } from "./catalog/registry-file.ts";
import { catalogRoutes } from "./catalog/routes.ts";
import type { Configuration } from "./configuration.ts";
import { translate } from "./errors/translate.ts";
import { Feeds } from "./events/feeds.ts";
import { ThreadStreams } from "./events/stream.ts";
import { exportRoutes } from "./exports/routes.ts";
import { feedbackRoutes } from "./feedback/routes.ts";
import { openFlags } from "./flags/open.ts";
import { flagRoutes } from "./flags/routes.ts";
import { callerOf, findCaller, requireCallers } from "./http/caller.ts";
import { OpenStreams } from "./http/event-stream.ts";
import { describeApi, serveApiDescription } from "./http/openapi.ts";
import { Authenticator } from "./identity/identity.ts";
import { integrationRoutes } from "./integrations/routes.ts";
import { tracedTransport } from "./kubernetes/traced-transport.ts";
import { WatchBudget } from "./kubernetes/watch-budget.ts";
import { keyRoutes } from "./keys/routes.ts";
import { KeyUsage } from "./keys/usage.ts";
import { meRoutes } from "./me/routes.ts";
import { memberRoutes } from "./members/routes.ts";
import { auditRequests, type AuditSink } from "./operations/audit.ts";
import { gauges } from "./operations/metrics.ts";
import { healthRoutes, kubernetesAnswers, platformRoutes } from "./operations/routes.ts";
import { projectRoutes } from "./projects/routes.ts";
import { GrantSigner } from "./runner/grants.ts";
import { runnerRoutes } from "./runner/routes.ts";
import { RunnerClient } from "./runner/runner-client.ts";
import { searchRoutes } from "./search/routes.ts";
import { secretRoutes } from "./secrets/routes.ts";
import { sessionRoutes } from "./sessions/routes.ts";
import { settingsRoutes } from "./settings/routes.ts";
import type { Store } from "./store/store.ts";
import { RunnerProofs } from "./transcripts/push.ts";
import { Retention } from "./transcripts/retention.ts";
import { transcriptRoutes } from "./transcripts/routes.ts";
import { workspaceRoutes } from "./workspace/routes.ts";

export interface BackendOptions {
  readonly configuration: Configuration;
  readonly store: Store;
  readonly logger: Logger;
  readonly audit?: AuditSink | undefined;
  /** Default: HTTP to the configured Kubernetes API. */
  readonly transport?: Transport;
  /** Default: none. The caller closes it, after the server. */
  readonly tracing?: Tracing;
  /** Checks every answer against its schema; for tests. */
  readonly validateAnswers?: boolean;
}

export const VERSION = packageJson.version;

const RETRY = { attempts: 3, baseMilliseconds: 50, maximumMilliseconds: 2_000 };

export async function createBackend(options: BackendOptions): Promise<FastifyInstance> {
  const { configuration, store, logger, tracing = noTracing } = options;
  const { environment } = configuration;
  const transport = options.transport ?? createUndiciTransport(configuration.kubernetes);
  const traced = tracedTransport(transport, tracing);
  const anonymous = new KubernetesClient({ transport: traced, userAgent: "pilothouse-backend", retry: RETRY });
  const authenticator = new Authenticator(anonymous);
  const usage = new KeyUsage(store);
  const runner = new RunnerClient(new GrantSigner(configuration.signingKey), tracing);
  const feeds = new Feeds(runner);
  const streams = new OpenStreams();
  const archives = openArchives(environment, store);
  const retention = new Retention({ store, archives, logger, days: environment.RETENTION_DAYS });
  const watches = new WatchBudget(environment.MAX_WATCHES);
  const threads = new ThreadStreams(streams, store, feeds, watches);
  const registries = {
    agents: registry("the agent registry", environment.AGENT_REGISTRY_FILE, AgentRegistry, logger),
    models: registry("the model manifest", environment.MODELS_FILE, ModelManifest, logger),
  };
  const flagsFile = environment.FLAGS_FILE ?? new URL("flags/none.json", import.meta.url).pathname;
  const flagManifest = registry("the flags file", flagsFile, FlagManifest, logger);
  const flags = await openFlags(environment, flagManifest, logger);
  const metrics = createRegistry();
  gauges(metrics, {
    openStreams: () => streams.size,
    runnerConnections: () => feeds.size,
    watches: () => watches.held,
  });

  const app = createServer({ logger, translate, validateAnswers: options.validateAnswers === true });
  tracing.traceRequests(app, namesOf);
  requireCallers(app, authenticator);
  app.addHook("preValidation", async (request) => {
    const { access } = request.routeOptions.config;
    if (access !== undefined && access !== "open") await usage.see(callerOf(request).identity);
  });
  measureRequests(app, metrics, "pilothouse_backend");
  logRequests(app, logger, {
    quiet: ({ method }) => method === "GET" || method === "HEAD",
    facts: (request) => ({ user: findCaller(request)?.identity.userId }),
  });
  if (options.audit !== undefined) auditRequests(app, options.audit);
  await describeApi(app, VERSION);

  const checks = {
    kubernetes: async () => kubernetesAnswers(anonymous),
    store: async () => problemOf(store.check()),
    agentRegistry: async () => registries.agents.problem(),
    models: async () => registries.models.problem(),
    flags: async () => flags.problem(),
  };
  // With a last good copy the backend serves on; without the Kubernetes API each call says so itself.
  const advisory = new Set(["agentRegistry", "models", "flags"]);
  await app.register(healthRoutes({ version: VERSION, metrics, checks, advisory }));
  await app.register(
    async (api) => {
      await serveApiDescription(api);
      await api.register(platformRoutes(VERSION, anonymous));
      await api.register(meRoutes);
      await api.register(projectRoutes);
      await api.register(memberRoutes);
      await api.register(keyRoutes(store, authenticator, usage));
      await api.register(secretRoutes);
      await api.register(integrationRoutes(environment.INTEGRATION_TEST_SECONDS * 1000));
      await api.register(settingsRoutes);
      await api.register(flagRoutes(flags));
      await api.register(catalogRoutes(registries, flags));
      const schemes = environment.REPOSITORY_SCHEMES;
      await api.register(sessionRoutes({ store, streams, retention, watches, registries, flags, schemes }));
      await api.register(searchRoutes(store));
      await api.register(exportRoutes(store, archives));
      await api.register(runnerRoutes(runner, store, registries));
      await api.register(workspaceRoutes(runner, archives));
      await api.register(aguiRoutes({ runner, store, threads, streams }));
      await api.register(feedbackRoutes(runner, store));
      await api.register(taskRoutes(runner, store));
    },
    { prefix: "/api" },
  );
  await app.register(
    transcriptRoutes({
      store,
      feeds,
      archives,
      proofs: new RunnerProofs(),
      operatorIdentity: environment.OPERATOR_IDENTITY,
    }),
    { prefix: "/internal" },
  );

  retention.start();
  app.addHook("preClose", async () => {
    retention.stop();
    streams.endAll();
    feeds.close();
  });
  app.addHook("onClose", async () => {
    await runner.close();
    await flags.close();
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

/** What a request is about, for its trace: names that its path has. */
function namesOf({ params }: FastifyRequest): Record<string, string> {
  const { data = {} } = z.object({ project: z.string(), session: z.string() }).partial().safeParse(params);
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [`pilothouse.${name}`, value]));
}

async function problemOf(check: Promise<void>): Promise<string | undefined> {
  try {
    await check;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
