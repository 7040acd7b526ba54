/** The broker's own routes: what the session has spent, and what a supervisor asks. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Usage } from "@pilothouse/contracts/resources/agentic-session";
import { z } from "zod";
import { exceededBudget } from "../budget/budget.ts";
import { BrokerError } from "../errors.ts";
import { boundedBody, readAll } from "../proxy/body.ts";
import { tracingReport } from "../tracing/routes.ts";
import { accountNow } from "./account.ts";
import type { Broker } from "./broker.ts";
import { sendJson } from "./respond.ts";

type Handler = (
  broker: Broker,
  incoming: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
) => void | Promise<void>;

interface Route {
  readonly method: "GET" | "PUT";
  readonly path: string;
  readonly open: boolean;
  readonly handle: Handler;
}

/** `GET /usage`: totals over all attempts, and per model since this container began. */
export function usageReport(broker: Broker): Record<string, unknown> {
  const { configuration, prices } = broker;
  const { totals, turns, requests, byModel, unpriced } = accountNow(broker);
  const exceeded = exceededBudget(configuration.budget, { totals, turns }) ?? null;
  return {
    instance: broker.instance,
    totals,
    byModel,
    requests,
    turns,
    budget: { ...configuration.budget, exceeded },
    unpricedModels: unpriced,
    pricesProblem: prices.problem ?? null,
  };
}

const usage: Handler = async (broker, _incoming, response) => {
  await broker.prices.refresh();
  sendJson(response, 200, usageReport(broker));
};

const Spent = Usage.partial().extend({ turns: z.int().min(0).optional() });

/** `PUT /usage/minimum`: after a restart of this container the runner tells what it knows to have been spent. */
const raiseUsage: Handler = async (broker, incoming, response) => {
  let given: unknown;
  try {
    given = JSON.parse((await readAll(boundedBody(incoming, 4096).stream)).toString("utf8"));
  } catch (error) {
    if (error instanceof BrokerError) throw error;
    throw new BrokerError("INVALID_REQUEST", "the body is not JSON", { cause: error });
  }
  const parsed = Spent.safeParse(given);
  if (!parsed.success) throw new BrokerError("INVALID_REQUEST", z.prettifyError(parsed.error));
  broker.ledger.raiseTo(parsed.data);
  sendJson(response, 200, usageReport(broker));
};

/** `GET /usage/requests?after=N`: the newest requests one by one. */
const requests: Handler = (broker, _incoming, response, query) =>
  sendJson(response, 200, { items: broker.recent.since(Number(query.get("after") ?? 0)) });

const tracing: Handler = async (broker, _incoming, response) => sendJson(response, 200, await tracingReport(broker));

const health: Handler = (_broker, _incoming, response) => sendJson(response, 200, { status: "ok" });

const ready: Handler = (broker, _incoming, response) =>
  sendJson(response, 200, { status: "ready", prices: broker.prices.problem ?? "ok" });

const metrics: Handler = async (broker, _incoming, response) => {
  const { registry } = broker.metrics;
  const text = await registry.metrics();
  response.writeHead(200, { "content-type": registry.contentType }).end(text);
};

const ROUTES: readonly Route[] = [
  { method: "GET", path: "/health", open: true, handle: health },
  { method: "GET", path: "/ready", open: true, handle: ready },
  { method: "GET", path: "/metrics", open: true, handle: metrics },
  { method: "GET", path: "/usage", open: false, handle: usage },
  { method: "GET", path: "/usage/requests", open: false, handle: requests },
  { method: "GET", path: "/tracing", open: false, handle: tracing },
  { method: "PUT", path: "/usage/minimum", open: false, handle: raiseUsage },
];

/** @throws BrokerError NOT_FOUND, METHOD_NOT_ALLOWED */
export function ownRoute(method: string, path: string): Route {
  const here = ROUTES.filter((route) => route.path === path);
  if (here.length === 0) throw new BrokerError("NOT_FOUND", `the broker has no path ${path}`);
  const found = here.find((route) => route.method === method || (route.method === "GET" && method === "HEAD"));
  if (!found) throw new BrokerError("METHOD_NOT_ALLOWED", `${path} has no method ${method}`);
  return found;
}
