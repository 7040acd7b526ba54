/** Prometheus metrics of the backend. Label values come from the route table, so their number is bounded. */
import type { FastifyInstance } from "fastify";
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

export interface MetricSources {
  readonly openStreams: () => number;
  readonly runnerConnections: () => number;
}

export function createMetrics(sources: MetricSources): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge("pilothouse_backend_open_streams", "Event streams that are open", sources.openStreams);
  gauge("pilothouse_backend_runner_connections", "Connections to runners that feed streams", sources.runnerConnections);
  return registry;
}

export function measureRequests(app: FastifyInstance, registry: Registry): void {
  const labelNames = ["method", "route", "status"] as const;
  const requests = new Counter({
    name: "pilothouse_backend_requests_total",
    help: "Requests that were answered",
    labelNames,
    registers: [registry],
  });
  const seconds = new Histogram({
    name: "pilothouse_backend_request_duration_seconds",
    help: "Time until an answer was complete; streams are not measured",
    labelNames: ["method", "route"] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    const { method } = request;
    requests.inc({ method, route, status: String(reply.statusCode) });
    if (!reply.sent || reply.getHeader("content-type") !== undefined) {
      seconds.observe({ method, route }, reply.elapsedTime / 1000);
    }
  });
}
