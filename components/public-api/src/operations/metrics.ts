/** What the gateway alone measures. Label values come from short lists, so their number is bounded. */
import { DURATION_BUCKETS, createRegistry } from "@pilothouse/server";
import { Counter, Gauge, Histogram } from "prom-client";

export type BackendOutcome = "answered" | "refused" | "failed" | "unavailable" | "timeout" | "aborted";
export type LimitKind = "address" | "token" | "streams";

export class Metrics {
  readonly registry = createRegistry();
  readonly #backend: Histogram<"outcome">;
  readonly #limited: Counter<"limit">;

  constructor(openStreams: () => number) {
    const registers = [this.registry];
    this.#backend = new Histogram({
      name: "pilothouse_public_api_backend_duration_seconds",
      help: "Time until the backend began to answer, by how it went",
      labelNames: ["outcome"],
      buckets: DURATION_BUCKETS,
      registers,
    });
    this.#limited = new Counter({
      name: "pilothouse_public_api_limited_total",
      help: "Requests that were refused with 429",
      labelNames: ["limit"],
      registers,
    });
    for (const limit of ["address", "token", "streams"] as const) this.#limited.inc({ limit }, 0);
    const streams: Gauge = new Gauge({
      name: "pilothouse_public_api_open_streams",
      help: "Event streams that are open",
      registers: [],
      collect: () => streams.set(openStreams()),
    });
    this.registry.registerMetric(streams);
  }

  limited(limit: LimitKind): void {
    this.#limited.inc({ limit });
  }

  backendCall(outcome: BackendOutcome, seconds: number): void {
    this.#backend.observe({ outcome }, seconds);
  }
}
