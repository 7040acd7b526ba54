/** One line per request that was answered: by route, never by address with its query, and nothing of its content. */
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { findCaller } from "../http/caller.ts";

export function logRequests(app: FastifyInstance, logger: Logger): void {
  app.addHook("onResponse", async (request, reply) => {
    const { url: route = "none", config } = request.routeOptions;
    const line = {
      requestId: request.id,
      method: request.method,
      route,
      project: findCaller(request)?.project,
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime * 10) / 10,
    };
    // Probes and scrapes come every few seconds and say nothing.
    if (config.gate === "open") logger.debug(line, "answered");
    else logger.info(line, "answered");
  });
}
