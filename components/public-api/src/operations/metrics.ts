/** Prometheus metrics. Label values come from the route table and short lists, so their number is bounded. */
import type { FastifyInstance } from "fastify";
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export type BackendOutcome = "answered" | "refused" | "failed" | "unavailable" | "timeout" | "aborted";
export type LimitKind = "address" | "token" | "streams";

export class Metrics {
  readonly registry = new Registry();
  readonly #requests: Counter<"method" | "route" | "status">;
  readonly #seconds: Histogram<"method" | "route">;
  readonly #backend: Histogram<"outcome">;
  readonly #limited: Counter<"limit">;

  constructor(openStreams: () => number) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#requests = new Counter({
      name: "pilothouse_public_api_requests_total",
      help: "Requests that were answered",
      labelNames: ["method", "route", "status"],
      registers,
    });
    this.#seconds = new Histogram({
      name: "pilothouse_public_api_request_duration_seconds",
      help: "Time until an answer was complete; event streams are not measured",
      labelNames: ["method", "route"],
      buckets: BUCKETS,
      registers,
    });
    this.#backend = new Histogram({
      name: "pilothouse_public_api_backend_duration_seconds",
      help: "Time until the backend began to answer, by how it went",
      labelNames: ["outcome"],
      buckets: BUCKETS,
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

  measure(app: FastifyInstance): void {
    app.addHook("onResponse", async (request, reply) => {
      const route = request.routeOptions.url ?? "none";
      const { method } = request;
      this.#requests.inc({ method, route, status: String(reply.statusCode) });
      if (!isStream(reply.raw.getHeader("content-type"))) {
        this.#seconds.observe({ method, route }, reply.elapsedTime / 1000);
      }
    });
  }
}

function isStream(contentType: unknown): boolean {
  return typeof contentType === "string" && contentType.startsWith("text/event-stream");
}
