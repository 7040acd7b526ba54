/** The broker's HTTP server: checks the token, then hands over to the route. */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { tokenCheck } from "../access/token.ts";
import { serveEgress } from "../egress/serve.ts";
import type { TunnelOptions } from "../egress/tunnel.ts";
import { BrokerError } from "../errors.ts";
import type { Broker } from "./broker.ts";
import { gitRoute, serveGit } from "./git-routes.ts";
import { mcpRoute, serveMcp } from "./mcp-routes.ts";
import { modelRoute, serveModel } from "./model-routes.ts";
import { ownRoute } from "./own-routes.ts";
import { asBrokerError, sendError, sendText } from "./respond.ts";
import { serveTracing, tracingRoute } from "../tracing/routes.ts";

// An import of it would evaluate every export, and one of them loads Node's whole fetch: a third of the broker's start.
const { createServer } = process.getBuiltinModule("node:http");

export function brokerServer(broker: Broker, egress: Partial<TunnelOptions> = {}): Server {
  const { configuration, log } = broker;
  const knows = tokenCheck(configuration.token);
  const tokenRequired = (): BrokerError =>
    new BrokerError(
      "TOKEN_REQUIRED",
      "this broker serves its own session alone: present the session's broker token as the API key",
    );

  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = incoming.url ?? "/";
    const model = modelRoute(url);
    const [path = "/", search] = url.split(/\?(.*)/s, 2);
    const query = new URLSearchParams(search ?? "");
    const allowed = knows(incoming.headers, query);
    if (model) {
      if (allowed) await serveModel(broker, incoming, response, model);
      else sendError(response, tokenRequired(), model.provider);
      return;
    }
    const tracing = tracingRoute(url);
    if (tracing) {
      if (allowed) await serveTracing(broker, incoming, response, tracing);
      else sendError(response, tokenRequired());
      return;
    }
    const git = gitRoute(url);
    if (git) {
      if (allowed) await serveGit(broker, incoming, response, git);
      else sendText(response, tokenRequired());
      return;
    }
    const mcp = mcpRoute(url);
    if (mcp) {
      if (allowed) await serveMcp(broker, incoming, response, mcp);
      else sendError(response, tokenRequired());
      return;
    }
    try {
      const route = ownRoute(incoming.method ?? "GET", path);
      if (!route.open && !allowed) throw tokenRequired();
      await route.handle(broker, incoming, response, query);
    } catch (error) {
      const refusal = asBrokerError(error);
      log.warn(
        { path, code: refusal.code, err: refusal.code === "INTERNAL" ? refusal.cause : undefined },
        refusal.message,
      );
      if (response.headersSent) response.destroy();
      else sendError(response, refusal);
    }
  };

  const server = createServer((incoming, response) => {
    // A socket that breaks is noticed by whoever reads or writes it; unheard, it would end the process.
    incoming.on("error", () => {});
    response.on("error", () => {});
    void serve(incoming, response);
  });
  serveEgress(server, broker, knows, egress);
  // Longer than the frameworks' own pools keep a connection, so that none is closed while a request is on its way.
  server.keepAliveTimeout = 75_000;
  // Models may think for long before a request's turn comes; the provider's own limits apply.
  server.requestTimeout = 0;
  return server;
}
