/** Answers errors, in one shape. */
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { BackendRefusal } from "./gateway-error.ts";
import { translate } from "./translate.ts";

export function handleErrors(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler(async (thrown, request, reply) => {
    const error = translate(thrown);
    const { status } = error;
    if (status === 401) void reply.header("www-authenticate", "Bearer");
    void reply.code(status).type("application/json; charset=utf-8").serializer(JSON.stringify);
    if (error instanceof BackendRefusal) {
      if (error.retryAfter !== undefined) void reply.header("retry-after", error.retryAfter);
      return reply.send(error.body);
    }
    const { code, message, details, retryAfterSeconds } = error;
    if (status >= 500) {
      const failure = { requestId: request.id, route: request.routeOptions.url, code };
      // Described by the logger's serializer, which leaves out what an error may carry of a request.
      logger.error({ ...failure, error: error.cause ?? error }, "request failed");
    }
    if (retryAfterSeconds !== undefined) void reply.header("retry-after", String(retryAfterSeconds));
    return reply.send({ error: message, code, ...(details === undefined ? {} : { details }) });
  });
  app.setNotFoundHandler(async (request, reply) =>
    reply
      .code(404)
      .send({ error: `there is no ${request.method} ${request.url.split("?", 1)[0] ?? ""}`, code: "NOT_FOUND" }),
  );
}
