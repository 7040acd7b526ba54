/** One line per request that was answered: by route, never by address with its query, and nothing of its content. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Logger } from "pino";

export interface RequestLogOptions {
  /** Requests that say little, such as probes and scrapes: logged at debug level. */
  readonly quiet: (request: FastifyRequest) => boolean;
  /** What a component adds to its lines. */
  readonly facts?: (request: FastifyRequest) => Readonly<Record<string, unknown>>;
}

export function logRequests(app: FastifyInstance, logger: Logger, { quiet, facts }: RequestLogOptions): void {
  app.addHook("onResponse", async (request, reply) => {
    const level = quiet(request) ? "debug" : "info";
    if (!logger.isLevelEnabled(level)) return;
    const line = {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? "none",
      ...facts?.(request),
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime * 10) / 10,
    };
    logger[level](line, "answered");
  });
}
