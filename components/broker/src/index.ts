/** Starts a broker: the second container of a session's pod, which alone holds the project's keys. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { GitHost } from "@pilothouse/contracts/runner/git-hosts";
import type { DestinationStream } from "pino";
import { rateLimit } from "./budget/rate-limit.ts";
import type { BrokerConfiguration } from "./environment.ts";
import { BrokerError } from "./errors.ts";
import type { TunnelOptions } from "./egress/tunnel.ts";
import type { Broker } from "./http/broker.ts";
import { brokerServer } from "./http/server.ts";
import { brokerLog } from "./log.ts";
import { Endpoints } from "./mcp/endpoint.ts";
import { brokerMetrics } from "./metrics.ts";
import type { Waits } from "./proxy/upstream.ts";
import { openUpstreams } from "./proxy/upstream.ts";
import type { SecretStore } from "./secrets/store.ts";
import { secretStore } from "./secrets/store.ts";
import { Ledger } from "./usage/ledger.ts";
import { openPrices } from "./usage/prices.ts";
import { RecentRequests } from "./usage/recent.ts";

export type { BrokerConfiguration } from "./environment.ts";
export { readConfiguration } from "./environment.ts";
export { BrokerError } from "./errors.ts";

export interface RunningBroker {
  readonly url: string;
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Where log lines go; default: standard output. */
  readonly logDestination?: DestinationStream;
  /** How names are resolved for the egress proxy, and which addresses it takes for reachable. */
  readonly egress?: Pick<TunnelOptions, "resolve" | "isReachable">;
  /** Where a git host is reached; default: at its own origin. */
  readonly gitOrigin?: (host: GitHost) => URL;
  /** How long to wait for providers. */
  readonly waits?: Waits;
}

// Anthropic's clients wait ten minutes for an answer that is not streamed; in a stream, providers send a ping at least
// every few seconds.
const WAITS: Waits = { connect: 10_000, answer: 600_000, silence: 300_000 };

export async function startBroker(
  configuration: BrokerConfiguration,
  options: StartOptions = {},
): Promise<RunningBroker> {
  const runnerSecrets = secretStore(configuration.runnerSecretsDirectory);
  const integrationSecrets = secretStore(configuration.integrationSecretsDirectory);
  const known = new Set([configuration.token]);
  const remember = async (): Promise<void> => {
    for (const store of [runnerSecrets, integrationSecrets]) for (const value of await store.values()) known.add(value);
  };
  await remember();
  const log = brokerLog({
    level: configuration.logLevel,
    secrets: () => [...known],
    bindings: { project: configuration.project, session: configuration.session.name },
    ...(options.logDestination ? { destination: options.logDestination } : {}),
  });

  const stopping = new AbortController();
  const upstreams = openUpstreams(options.waits ?? WAITS);
  // Rotated keys are learned where they are first used, before anything about them can be logged.
  const remembering = (store: SecretStore): SecretStore => ({
    ...store,
    get: async (name) => {
      const value = await store.get(name);
      if (value !== undefined) known.add(value);
      return value;
    },
  });
  const now = (): number => performance.now();
  const broker: Broker = {
    configuration,
    runnerSecrets: remembering(runnerSecrets),
    integrationSecrets: remembering(integrationSecrets),
    prices: await openPrices(configuration.pricesFile),
    ledger: new Ledger(configuration.spent),
    recent: new RecentRequests(),
    running: new Set(),
    instance: randomUUID(),
    rate: rateLimit(configuration.requestsPerMinute, now),
    upstreams,
    gitOrigin: options.gitOrigin ?? ((host) => new URL(host.origin)),
    endpoints: new Endpoints(),
    metrics: brokerMetrics(),
    log,
    now,
    stopping: stopping.signal,
  };
  if (broker.prices.problem !== undefined) log.warn({}, broker.prices.problem);

  const server = brokerServer(broker, options.egress);
  const { host, port } = configuration;
  server.listen(port, host);
  await once(server, "listening").catch((error: unknown) => {
    throw new BrokerError("CONFIGURATION_INVALID", `the broker cannot listen on ${host}:${port}: ${String(error)}`, {
      cause: error,
    });
  });
  const address = server.address();
  const bound = address !== null && typeof address === "object" ? address.port : port;
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${bound}`;
  log.info({ url, upstreams: configuration.upstreams }, "broker listening");

  return {
    url,
    async stop() {
      stopping.abort();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      upstreams.close();
      log.flush();
    },
  };
}
