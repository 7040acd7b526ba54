/** Health, readiness and metrics. Open to all, outside the rate limits. */
import { HealthAnswer, ReadyAnswer } from "@pilothouse/contracts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import type { BackendClient } from "../backend/client.ts";
import type { Metrics } from "./metrics.ts";

const tags = ["operations"];

export function operationsRoutes(backend: BackendClient, metrics: Metrics): FastifyPluginAsyncZod {
  return async (app) => {
    app.get("/health", {
      config: { gate: "open" },
      schema: { tags, summary: "Whether the process lives", response: { 200: HealthAnswer } },
      handler: async () => ({ status: "healthy" as const }),
    });

    app.get("/ready", {
      config: { gate: "open" },
      schema: { tags, summary: "Whether the backend can be reached", response: { 200: ReadyAnswer, 503: ReadyAnswer } },
      handler: async (_request, reply) => {
        const problem = await backend.problem();
        return problem === undefined
          ? reply.code(200).send({ status: "ready", checks: { backend: { ok: true } } })
          : reply.code(503).send({ status: "not_ready", checks: { backend: { ok: false, message: problem } } });
      },
    });

    app.get("/metrics", {
      config: { gate: "open", api: { bytes: ["text/plain"] } },
      schema: { tags, summary: "Prometheus metrics" },
      handler: async (_request, reply) =>
        reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
    });
  };
}
