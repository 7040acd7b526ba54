/** What the broker counts for Prometheus. Labels are few and known, so that a series exists before its first event. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { ProviderName } from "./providers/provider.ts";

const PROVIDERS: readonly ProviderName[] = ["anthropic", "gemini", "openai"];
const OUTCOMES = ["answered", "cut", "refused", "failed"] as const;
const PROXIED = ["git", "mcp", "tracing"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface BrokerMetrics {
  readonly registry: Registry;
  readonly requests: Counter<"provider" | "outcome">;
  readonly firstByteSeconds: Histogram<"provider">;
  readonly tokens: Counter<"provider" | "kind">;
  readonly cost: Counter<"provider">;
  readonly running: Gauge;
  readonly egress: Counter<"outcome">;
  readonly proxied: Counter<"kind" | "outcome">;
}

export function brokerMetrics(): BrokerMetrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: "pilothouse_broker_requests_total",
    help: "Requests to model providers, by what became of them",
    labelNames: ["provider", "outcome"] as const,
    registers,
  });
  const firstByteSeconds = new Histogram({
    name: "pilothouse_broker_first_byte_seconds",
    help: "Time until a provider's first byte",
    labelNames: ["provider"] as const,
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const tokens = new Counter({
    name: "pilothouse_broker_tokens_total",
    help: "Tokens that providers counted; cached ones are a part of input",
    labelNames: ["provider", "kind"] as const,
    registers,
  });
  const cost = new Counter({
    name: "pilothouse_broker_cost_usd_total",
    help: "Cost by the price table, in US dollars",
    labelNames: ["provider"] as const,
    registers,
  });
  const running = new Gauge({ name: "pilothouse_broker_requests_running", help: "Requests under way", registers });
  const egress = new Counter({
    name: "pilothouse_broker_egress_total",
    help: "Connections to other hosts through the egress proxy: asked for, refused by a rule, failed",
    labelNames: ["outcome"] as const,
    registers,
  });
  const proxied = new Counter({
    name: "pilothouse_broker_proxied_total",
    help: "Requests to others than model providers that got a credential on the way, by what became of them",
    labelNames: ["kind", "outcome"] as const,
    registers,
  });
  for (const kind of PROXIED) for (const outcome of OUTCOMES) proxied.inc({ kind, outcome }, 0);
  for (const outcome of ["opened", "refused", "failed"]) egress.inc({ outcome }, 0);
  for (const provider of PROVIDERS) {
    for (const outcome of OUTCOMES) requests.inc({ provider, outcome }, 0);
    for (const kind of ["input", "output", "cached"]) tokens.inc({ provider, kind }, 0);
    cost.inc({ provider }, 0);
    firstByteSeconds.zero({ provider });
  }
  return { registry, requests, firstByteSeconds, tokens, cost, running, egress, proxied };
}
