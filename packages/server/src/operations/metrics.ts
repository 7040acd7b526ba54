/** Prometheus metrics of a server. Label values come from the route table, so their number is bounded. */
import type { FastifyInstance } from "fastify";
import { Counter, Histogram, Registry, collectDefaultMetrics } from "prom-client";

export const DURATION_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** A registry with the process's own metrics. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** `<prefix>_requests_total` and `<prefix>_request_duration_seconds`. Event streams are counted, not timed. */
export function measureRequests(app: FastifyInstance, registry: Registry, prefix: string): void {
  const registers = [registry];
  const requests = new Counter({
    name: `${prefix}_requests_total`,
    help: "Requests that were answered",
    labelNames: ["method", "route", "status"] as const,
    registers,
  });
  const seconds = new Histogram({
    name: `${prefix}_request_duration_seconds`,
    help: "Time until an answer was complete; event streams are not measured",
    labelNames: ["method", "route"] as const,
    buckets: DURATION_BUCKETS,
    registers,
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    const { method } = request;
    requests.inc({ method, route, status: String(reply.statusCode) });
    if (!isStream(reply.raw.getHeader("content-type"))) seconds.observe({ method, route }, reply.elapsedTime / 1000);
  });
}

function isStream(contentType: unknown): boolean {
  return typeof contentType === "string" && contentType.startsWith("text/event-stream");
}
