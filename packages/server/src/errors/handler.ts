/** Answers errors in one shape, and logs those that are this server's own. */
import type { ErrorBody } from "@pilothouse/contracts";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { HttpError } from "./http-error.ts";

export function handleErrors(app: FastifyInstance, logger: Logger, translate: (thrown: unknown) => HttpError): void {
  app.setErrorHandler(async (thrown, request, reply) => {
    const error = translate(thrown);
    if (error.status >= 500) {
      const failure = { requestId: request.id, route: request.routeOptions.url, code: error.code };
      // Described by the logger's serializer, which leaves out what an error may carry of a request.
      logger.error({ ...failure, error: error.cause ?? error }, "request failed");
    }
    if (error.retryAfterSeconds !== undefined) void reply.header("retry-after", String(error.retryAfterSeconds));
    if (error.status === 401) void reply.header("www-authenticate", "Bearer");
    return reply
      .code(error.status)
      .type("application/json; charset=utf-8")
      .serializer((body: unknown) => JSON.stringify(body))
      .send(bodyOf(error));
  });
}

export function bodyOf({ message, code, details }: HttpError): ErrorBody {
  return { error: message, code, ...(details === undefined ? {} : { details }) };
}
