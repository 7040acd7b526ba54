/** What the broker's routes work with: its configuration, keys, account and connections. */
import type { GitHost } from "@pilothouse/contracts/runner/git-hosts";
import type { Logger } from "pino";
import type { RateLimit } from "../budget/rate-limit.ts";
import type { BrokerConfiguration } from "../environment.ts";
import type { Endpoints } from "../mcp/endpoint.ts";
import type { BrokerMetrics } from "../metrics.ts";
import type { Provider } from "../providers/provider.ts";
import type { Upstreams } from "../proxy/upstream.ts";
import type { SecretStore } from "../secrets/store.ts";
import type { Ledger } from "../usage/ledger.ts";
import type { Meter } from "../usage/reading.ts";
import type { RecentRequests } from "../usage/recent.ts";
import type { PriceSource } from "../usage/prices.ts";

export interface RunningAnswer {
  readonly provider: Provider;
  readonly meter: Meter;
}

export interface Broker {
  readonly configuration: BrokerConfiguration;
  readonly runnerSecrets: SecretStore;
  readonly integrationSecrets: SecretStore;
  readonly prices: PriceSource;
  /** Answers that have ended. */
  readonly ledger: Ledger;
  /** The newest of them, one by one. */
  readonly recent: RecentRequests;
  /** Answers that are under way. */
  readonly running: Set<RunningAnswer>;
  /** Another one after each start: who counts by differences learns that this account began anew. */
  readonly instance: string;
  readonly rate: RateLimit;
  readonly upstreams: Upstreams;
  /** Where a git host is reached. */
  readonly gitOrigin: (host: GitHost) => URL;
  /** Where messages to tool servers of MCP's older transport go. */
  readonly endpoints: Endpoints;
  readonly metrics: BrokerMetrics;
  readonly log: Logger;
  /** Milliseconds, only ever growing. */
  readonly now: () => number;
  /** Aborted when the broker ends. */
  readonly stopping: AbortSignal;
}
