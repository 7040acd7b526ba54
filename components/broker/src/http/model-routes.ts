/** `/anthropic/*`, `/gemini/*`, `/openai/*`: everything that stands between the agent's request and the provider. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { exceededBudget } from "../budget/budget.ts";
import { BrokerError } from "../errors.ts";
import type { Outcome } from "../metrics.ts";
import { anthropic } from "../providers/anthropic.ts";
import { gemini } from "../providers/gemini.ts";
import { openai } from "../providers/openai.ts";
import type { Provider, RouteKind } from "../providers/provider.ts";
import { forward } from "../proxy/forward.ts";
import { targetOf } from "../proxy/target.ts";
import type { Reading } from "../usage/reading.ts";
import type { RecentRequest } from "../usage/recent.ts";
import { accountNow, entryOf } from "./account.ts";
import type { Broker, RunningAnswer } from "./broker.ts";
import { asBrokerError, sendError } from "./respond.ts";

const PROVIDERS: readonly Provider[] = [anthropic, gemini, openai];

export interface ModelRoute {
  readonly provider: Provider;
  /** What follows the prefix, with its query. */
  readonly rest: string;
}

export function modelRoute(url: string): ModelRoute | undefined {
  for (const provider of PROVIDERS) {
    const prefix = `/${provider.name}`;
    if (url === prefix || url.startsWith(`${prefix}/`) || url.startsWith(`${prefix}?`)) {
      return { provider, rest: url.slice(prefix.length) };
    }
  }
  return undefined;
}

/** The first of the provider's keys that the project has set. */
async function keyFor(broker: Broker, provider: Provider): Promise<string | undefined> {
  for (const name of provider.keyNames) {
    const key = await broker.runnerSecrets.get(name);
    if (key !== undefined) return key;
  }
  const { project, upstreams } = broker.configuration;
  // A model server of the installation's own may do without keys; if it does not, it says so itself.
  if (upstreams[provider.name] !== provider.officialUrl) return undefined;
  const names = provider.keyNames.join(" or ");
  throw new BrokerError(
    "KEY_NOT_SET",
    `${names} is not set in project ${project}, so ${provider.label} cannot be asked. A project admin sets it under Settings, Model keys.`,
  );
}

function admit(broker: Broker, kind: RouteKind): void {
  if (kind === "model") {
    const { totals, turns } = accountNow(broker);
    const reason = exceededBudget(broker.configuration.budget, { totals, turns });
    if (reason !== undefined) throw new BrokerError("BUDGET_EXCEEDED", reason);
  }
  const wait = broker.rate.take();
  if (wait > 0) {
    throw new BrokerError(
      "TOO_MANY_REQUESTS",
      `this session sends more than ${broker.configuration.requestsPerMinute} model requests a minute; wait ${wait} s`,
      { retryAfterSeconds: wait },
    );
  }
}

export async function serveModel(
  broker: Broker,
  incoming: IncomingMessage,
  response: ServerResponse,
  { provider, rest }: ModelRoute,
): Promise<void> {
  const { configuration, log, metrics, now } = broker;
  const begun = now();
  const startedAt = Date.now();
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const fields: Record<string, unknown> = { provider: provider.name, method: incoming.method };
  let outcome: Outcome = "failed";
  let running: RunningAnswer | undefined;
  metrics.running.inc();
  try {
    const upstream = new URL(configuration.upstreams[provider.name]);
    const target = targetOf(rest, upstream);
    fields["path"] = target.path;
    const kind = provider.route(incoming.method ?? "GET", target.path);
    if (kind === undefined) {
      throw new BrokerError(
        "PATH_REFUSED",
        `${incoming.method} ${target.path} is not one of the calls that this session may make to ${provider.label}`,
      );
    }
    await broker.prices.refresh();
    admit(broker, kind);
    const key = await keyFor(broker, provider);
    const forwarded = await forward(incoming, response, {
      upstreams: broker.upstreams,
      origin: upstream,
      provider,
      target,
      kind,
      key,
      token: configuration.token,
      maxRequestBytes: configuration.maxRequestBytes,
      signal: AbortSignal.any([gone.signal, broker.stopping]),
      now,
      ...(provider.tidy === undefined ? {} : { rewrite: provider.tidy }),
      onAnswer(meter) {
        running = { provider, meter };
        broker.running.add(running);
      },
    });
    outcome = forwarded.complete ? "answered" : "cut";
    metrics.firstByteSeconds.observe({ provider: provider.name }, forwarded.firstByte / 1000);
    Object.assign(fields, { status: forwarded.status, firstByteMs: Math.round(forwarded.firstByte) });
    // Moves from the running answers to the ledger in one go, so that nobody sees it twice or not at all.
    if (running) broker.running.delete(running);
    if (forwarded.reading) {
      const times = { startedAt, firstByteAt: startedAt + forwarded.firstByte, endedAt: startedAt + now() - begun };
      Object.assign(fields, count(broker, provider, forwarded.reading, times));
    }
  } catch (error) {
    const refusal = asBrokerError(error);
    if (refusal.status < 500) outcome = "refused";
    Object.assign(fields, { status: refusal.status, code: refusal.code, reason: refusal.message });
    if (refusal.code === "INTERNAL") log.error({ err: refusal.cause }, "request failed");
    if (response.headersSent) response.destroy();
    else if (!response.destroyed) sendError(response, refusal, provider);
  } finally {
    if (running) broker.running.delete(running);
    metrics.running.dec();
    metrics.requests.inc({ provider: provider.name, outcome });
    log.info({ ...fields, outcome, durationMs: Math.round(now() - begun) }, "model request");
  }
}

type Times = Pick<RecentRequest, "startedAt" | "firstByteAt" | "endedAt">;

function count(broker: Broker, provider: Provider, reading: Reading, times: Times): Record<string, unknown> {
  const { ledger, metrics, recent } = broker;
  const { model, usage } = ledger.record(entryOf(broker, provider, reading));
  recent.add({ provider: provider.name, model, usage, ...times });
  metrics.tokens.inc({ provider: provider.name, kind: "input" }, usage.inputTokens);
  metrics.tokens.inc({ provider: provider.name, kind: "output" }, usage.outputTokens);
  metrics.tokens.inc({ provider: provider.name, kind: "cached" }, usage.cachedTokens);
  metrics.cost.inc({ provider: provider.name }, usage.costUsd);
  return { model, ...usage, estimated: reading.estimated };
}
