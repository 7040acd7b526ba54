/** A Fastify server as all of ours are: JSON in and out, one error shape whoever finds the error, connections that end. */
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from "fastify";
import type { Logger } from "pino";
import {
  answerBrokenRequest,
  answerExpectation,
  answerTunnel,
  answerUnroutable,
  checkHost,
} from "./errors/broken-request.ts";
import { commonError } from "./errors/common-error.ts";
import { handleErrors } from "./errors/handler.ts";
import type { HttpError } from "./errors/http-error.ts";
import { refuseUnknownRoutes } from "./errors/unknown-route.ts";
import { translateError } from "./errors/translate.ts";
import { acceptJsonOnly } from "./http/body.ts";
import { trackConnections } from "./http/connections.ts";
import { compileValidator, serializerCompiler } from "./http/serialization.ts";

export interface ServerOptions {
  readonly logger: Logger;
  /** What a thrown value answers. Default: {@link translateError}, on which a component's own falls back. */
  readonly translate?: (thrown: unknown) => HttpError;
  /** How many proxies in front are believed when they say whom they forward for. Default 0. */
  readonly trustedProxies?: number;
  /** Checks every answer against its schema; for tests. */
  readonly validateAnswers?: boolean;
}

/** Largest body of a route that does not say otherwise, in bytes. */
export const BODY_LIMIT = 1024 * 1024;

/** Routes, callers and listening are the component's affair. */
export function createServer({
  logger,
  translate = translateError,
  trustedProxies = 0,
  validateAnswers = false,
}: ServerOptions): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = logger;
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => crypto.randomUUID(),
    bodyLimit: BODY_LIMIT,
    // With 0 nobody's X-Forwarded-For is believed; with n, what the n-th proxy from here wrote.
    trustProxy: (_address, hop) => hop < trustedProxies,
    // A body that trickles in holds a connection, not a request; runs and streams answer as long as they like.
    requestTimeout: 60_000,
    connectionTimeout: 0,
    keepAliveTimeout: 75_000,
    forceCloseConnections: "idle",
    // We refuse them ourselves, in the shape of every error.
    return503OnClosing: false,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (_error, _request, reply) => {
      reply.hijack();
      answerUnroutable(reply.raw);
    },
    // Node would answer a request without Host by itself, with an empty body.
    http: { requireHostHeader: false },
    routerOptions: { maxParamLength: 8192, ignoreTrailingSlash: true },
  });
  app.server.on("checkExpectation", answerExpectation).on("connect", answerTunnel);
  app.setValidatorCompiler(compileValidator);
  app.setSerializerCompiler(serializerCompiler({ validate: validateAnswers }));
  acceptJsonOnly(app);
  handleErrors(app, logger, translate);
  refuseUnknownRoutes(app);
  app.addHook("onRequest", async (request, reply) => {
    void reply
      .header("x-request-id", request.id)
      .header("x-content-type-options", "nosniff")
      .header("cache-control", "no-store");
    checkHost(request.raw);
    if (ending) {
      throw commonError("SHUTTING_DOWN", "this server is ending; send the request again", { retryAfterSeconds: 1 });
    }
  });
  let ending = false;
  const endConnections = trackConnections(app.server);
  app.addHook("preClose", async () => {
    ending = true;
    endConnections();
  });
  return app;
}
