// Puts the operator together: connection, caches, leader election, controllers, health.
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { SYSTEM_NAMESPACE } from "@pilothouse/contracts";
import {
  EventRecorder,
  KubernetesClient,
  LeadershipLostError,
  createControllerMetrics,
  createUndiciTransport,
  loadConnection,
  measureTransport,
  runAsLeader,
  type Logger,
  type Transport,
} from "@pilothouse/kubernetes";
import { Gauge, Registry, collectDefaultMetrics } from "prom-client";
import { configurationFiles } from "./configuration/configuration-files.ts";
import type { Configuration } from "./configuration/configuration.ts";
import { RegistryLoader } from "./configuration/registries.ts";
import { startHealthServer } from "./http/health-server.ts";
import { createSessionMetrics } from "./metrics/session-metrics.ts";
import { OPERATOR_NAME } from "./session/names.ts";
import { fingerprintKey, Fingerprints } from "./settings/fingerprints.ts";
import { createTranscriptStore } from "./transcript/transcript-store.ts";
import { createCaches, informersOf } from "./wiring/caches.ts";
import { runControllers } from "./wiring/controllers.ts";

export interface RunningOperator {
  readonly healthPort: number;
  /** Ends when the operator does: after `stop`, or by an error that it cannot live with. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

export interface OperatorOptions {
  /** Put around the connection to the API server: to count, to record, to disturb. */
  readonly aroundTransport?: (transport: Transport) => Transport;
}

export async function startOperator(
  configuration: Configuration,
  logger: Logger,
  options: OperatorOptions = {},
): Promise<RunningOperator> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const connection = await loadConnection(configuration.kubeconfig);
  const { aroundTransport = (transport) => transport } = options;
  const client = new KubernetesClient({
    transport: measureTransport(aroundTransport(createUndiciTransport(connection.transport)), registry),
    token: connection.token,
    userAgent: OPERATOR_NAME,
  });

  const loader = new RegistryLoader(
    {
      agents: configuration.agentRegistryFile,
      models: configuration.modelsFile,
      mcpServers: configuration.mcpServersFile,
    },
    logger,
  );
  // A start with a broken registry would fail every session: better not to start.
  await Promise.all([loader.read(), loader.mcpServers()]);

  const instance = `${hostname()}_${process.pid}_${randomBytes(4).toString("hex")}`;
  const fingerprints = new Fingerprints();
  const caches = createCaches(client, configuration.resyncMilliseconds, logger, fingerprints.of);
  const events = new EventRecorder({ client, component: OPERATOR_NAME, instance, logger });
  const leading = new Gauge({
    name: "leader_election_master_status",
    help: "1 while this replica leads",
    labelNames: ["name"] as const,
    registers: [registry],
  });
  leading.set({ name: OPERATOR_NAME }, 0);

  const context = {
    client,
    caches,
    configuration,
    registries: async () => loader.read(),
    platformMcpServers: async () => loader.mcpServers(),
    configurationFiles: configurationFiles({
      "models.json": configuration.modelsFile,
      "prices.json": configuration.pricesFile,
    }),
    transcripts: createTranscriptStore({
      backendUrl: configuration.backendUrl,
      token: async () => connection.token?.token(),
    }),
    events,
    metrics: createControllerMetrics(registry),
    sessionMetrics: createSessionMetrics(registry, {
      sessions: () => caches.sessions.list(),
      podOf: ({ metadata, status }) => caches.pods.get(`${metadata.namespace}/${status?.podName}`),
    }),
    logger,
    now: Date.now,
  };

  const informers = informersOf(caches);
  const health = await startHealthServer({
    ...configuration.health,
    metrics: registry,
    problems: () => [
      ...informers
        .filter((informer) => !informer.hasSynced)
        .map((informer) => `waiting for the first list of ${informer.resource.plural}`),
      ...loader.problems,
    ],
  });

  const lead = async (term: AbortSignal): Promise<void> => {
    await Promise.all(informers.map(async (informer) => informer.synced(term)));
    logger.info(
      { sessions: caches.sessions.size, projects: caches.projects.size },
      "caches are in step: controllers start",
    );
    await runControllers(context, term);
  };
  const elect = async (): Promise<void> => {
    if (!configuration.leaderElection.enabled) {
      await lead(signal);
      return;
    }
    const { leaseSeconds } = configuration.leaderElection;
    const election = {
      client,
      lease: { namespace: SYSTEM_NAMESPACE, name: OPERATOR_NAME },
      identity: instance,
      leaseSeconds,
      renewDeadlineSeconds: (leaseSeconds * 2) / 3,
      retrySeconds: Math.min(2, leaseSeconds / 7),
      isGone: isFormerProcessOfThisMachine,
      logger,
      onChange: (leads: boolean) => leading.set({ name: OPERATOR_NAME }, leads ? 1 : 0),
    };
    while (!signal.aborted) {
      await runAsLeader(election, signal, lead).catch((error: unknown) => {
        if (!(error instanceof LeadershipLostError)) throw error;
        logger.warn({ error }, "another replica may lead now: standing by");
      });
    }
  };

  const untilDone = async (): Promise<void> => {
    let caching: Promise<unknown> = Promise.resolve();
    try {
      fingerprints.use(await fingerprintKey(client, logger, signal));
      caching = Promise.all([...informers.map(async (informer) => informer.run(signal)), events.run(signal)]);
      await elect();
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      stopping.abort();
      await caching;
      await health.close();
      await client.close();
    }
  };
  const done = untilDone();
  return {
    healthPort: health.port,
    done,
    stop: async () => {
      stopping.abort(new Error("the operator is stopping"));
      await done;
    },
  };
}

/**
 * A replica's host name is its pod's, so the same name means the same pod or machine, where a process can be looked up.
 * A former container of this pod had another process id space: its id, if it is ours now, was not ours.
 */
function isFormerProcessOfThisMachine(holder: string): boolean {
  const [host, pid] = holder.split("_");
  if (host !== hostname() || !/^\d+$/.test(pid ?? "")) return false;
  if (Number(pid) === process.pid) return true;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
