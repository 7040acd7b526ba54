/**
 * `/tracing/langfuse/*` and `/tracing/langsmith/*`: the runner's tracing SDKs talk to the broker, which puts the project's
 * keys in on the way. `GET /tracing` tells which services the project has keys for.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { BrokerError } from "../errors.ts";
import { asBrokerError, sendError } from "../http/respond.ts";
import type { Broker } from "../http/broker.ts";
import { forward, type Forwardee } from "../proxy/forward.ts";
import { targetOf } from "../proxy/target.ts";
import { TRACING_SERVICES, type TracingService } from "./services.ts";
import { tracingUpstream } from "./upstream.ts";

export interface TracingRoute {
  readonly service: TracingService;
  /** What follows the prefix, with its query. */
  readonly rest: string;
}

export function tracingRoute(url: string): TracingRoute | undefined {
  for (const service of TRACING_SERVICES) {
    const prefix = `/tracing/${service.name}`;
    if (url.startsWith(`${prefix}/`)) return { service, rest: url.slice(prefix.length) };
  }
  return undefined;
}

/** `langsmithProject` is where LangSmith is to put the runs. */
export async function tracingReport({ integrationSecrets }: Broker): Promise<Record<string, unknown>> {
  const configured = await Promise.all(
    TRACING_SERVICES.map(
      async (service) => [service.name, (await service.headers(integrationSecrets)) !== undefined] as const,
    ),
  );
  return {
    ...Object.fromEntries(configured),
    langsmithProject: (await integrationSecrets.get("LANGSMITH_PROJECT")) ?? null,
  };
}

export async function serveTracing(
  broker: Broker,
  incoming: IncomingMessage,
  response: ServerResponse,
  { service, rest }: TracingRoute,
): Promise<void> {
  const { configuration, integrationSecrets, log, metrics, now } = broker;
  const fields: Record<string, unknown> = { service: service.name, path: rest.split("?")[0] };
  const begun = now();
  try {
    const headers = await service.headers(integrationSecrets);
    if (headers === undefined)
      throw new BrokerError("KEY_NOT_SET", `project ${configuration.project} has no keys for ${service.label}`);
    const address = (await integrationSecrets.get(service.addressKey)) ?? service.officialUrl;
    const { origin, lookup } = tracingUpstream(address, service.addressKey, configuration.integrationHosts);
    const target = targetOf(rest, origin);
    if (!service.allows(incoming.method ?? "GET", target.path))
      throw new BrokerError("PATH_REFUSED", `${incoming.method} ${target.path} is not a call that writes a trace`);
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const { status, complete } = await forward(incoming, response, {
      upstreams: broker.upstreams,
      origin,
      lookup,
      provider: receiver(service, headers),
      target,
      kind: "free",
      key: "",
      secrets: Object.values(headers),
      token: configuration.token,
      maxRequestBytes: configuration.maxRequestBytes,
      signal: AbortSignal.any([gone.signal, broker.stopping]),
      now,
      onAnswer() {},
    });
    Object.assign(fields, { status });
    metrics.proxied.inc({ kind: "tracing", outcome: complete ? "answered" : "cut" });
  } catch (error) {
    const refusal = asBrokerError(error);
    metrics.proxied.inc({ kind: "tracing", outcome: refusal.status < 500 ? "refused" : "failed" });
    Object.assign(fields, { status: refusal.status, code: refusal.code, reason: refusal.message });
    if (refusal.code === "INTERNAL") log.error({ err: refusal.cause }, "trace not sent");
    if (response.headersSent) response.destroy();
    else if (!response.destroyed) sendError(response, refusal);
  }
  log.info({ ...fields, durationMs: Math.round(now() - begun) }, "trace");
}

function receiver({ label }: TracingService, headers: Readonly<Record<string, string>>): Forwardee {
  return { label, keyHeaders: () => headers, meter: () => ({ see() {}, read: () => undefined }) };
}
