/** The runner's HTTP face. `/health`, `/ready` and `/metrics` are open, all else needs a grant of the backend. */
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { GrantVerb } from "@pilothouse/contracts/runner/grant";
import type { Logger } from "pino";
import { messageOf, RUNNER_ERRORS, RunnerError } from "../errors.ts";
import type { Runner } from "../runner.ts";
import { agentRoutes } from "./agent-routes.ts";
import { aguiRoutes } from "./agui-routes.ts";
import type { Caller, GrantVerifier } from "./grants.ts";
import { workspaceRoutes } from "./workspace-routes.ts";

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller | undefined;
  }
}

export interface ServerOptions {
  readonly runner: Runner;
  readonly grants: GrantVerifier;
  readonly logger: Logger;
}

const OPEN_PATHS = new Set(["/health", "/ready", "/metrics"]);
/** A run may carry images. */
const LARGEST_BODY = 16 * 1024 * 1024;

/**
 * Bodies are parsed with zod: compilers of JSON schemas, which no route has, need not be loaded at each session's start.
 * Fastify's type asks for functions as Ajv makes them.
 */
const NO_COMPILERS = {
  buildValidator: (() => () => () => true) as never,
  buildSerializer: () => () => (body: unknown) => JSON.stringify(body),
};

export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { runner, grants, logger } = options;
  const app = fastify({
    logger: false,
    bodyLimit: LARGEST_BODY,
    // Streams to the backend live as long as the runner: closing must not wait for them.
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 4096 },
    schemaController: { compilersFactory: NO_COMPILERS },
  });
  app.decorateRequest("caller", undefined);

  app.addHook("onRequest", async (request: FastifyRequest) => {
    if (OPEN_PATHS.has(request.routeOptions.url ?? "")) return;
    const verb: GrantVerb = request.method === "GET" || request.method === "HEAD" ? "read" : "act";
    request.caller = await grants.verify(request.headers.authorization, verb);
  });

  app.setErrorHandler(async (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const { status, body } = describe(error);
    if (status >= 500)
      logger.error({ method: request.method, url: request.url, reason: messageOf(error) }, "request failed");
    // What was meant to be a stream of another kind answers its errors as JSON like everything else.
    return reply.code(status).type("application/json; charset=utf-8").send(body);
  });
  app.setNotFoundHandler(async (request, reply) =>
    reply
      .code(404)
      .send({ error: `${request.method} ${request.url.split("?")[0] ?? ""}: no such route`, code: "NOT_FOUND" }),
  );

  app.get("/health", async () => ({ status: "healthy", bridge: runner.bridgeName }));
  app.get("/ready", async (_request, reply) => {
    const problem = runner.notReadyBecause;
    if (problem !== undefined) return reply.code(503).send({ status: "not_ready", reason: problem });
    return { status: "ready" };
  });
  app.get("/metrics", async (_request, reply) =>
    reply.type(runner.metrics.contentType).send(await runner.metrics.text()),
  );

  await app.register(aguiRoutes, { runner });
  await app.register(agentRoutes, { runner });
  await app.register(workspaceRoutes, { runner });
  return app;
}

function describe(error: unknown): { status: number; body: { error: string; code: string } } {
  if (error instanceof RunnerError) return { status: error.status, body: { error: error.message, code: error.code } };
  // Fastify's own: a body that is too large or not JSON, a media type that nobody reads.
  if (error instanceof Error && "statusCode" in error && typeof error.statusCode === "number" && error.statusCode < 500)
    return { status: error.statusCode, body: { error: error.message, code: "BODY_INVALID" } };
  return { status: RUNNER_ERRORS.INTERNAL, body: { error: "the runner failed; its log says why", code: "INTERNAL" } };
}
