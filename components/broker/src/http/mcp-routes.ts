/**
 * `/mcp/NAME/`: a tool server of the project or the platform, with the secrets that its address and headers name put in on
 * the way. The agent's side knows the name of the server alone.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { BrokerError } from "../errors.ts";
import { endpointRewriter } from "../mcp/endpoint.ts";
import { expandedServer } from "../mcp/servers.ts";
import { forward, type Forwardee } from "../proxy/forward.ts";
import { targetOf } from "../proxy/target.ts";
import type { Broker } from "./broker.ts";
import { asBrokerError, sendError } from "./respond.ts";

const METHODS = new Set(["GET", "POST", "DELETE"]);
/** A server that has nothing to tell leaves its stream open and silent. */
const LONGEST_SILENCE = 24 * 3_600_000;

export interface McpRoute {
  readonly name: string;
  /** The broker's name for an address to which messages are posted; undefined = the server's own address. */
  readonly endpoint: string | undefined;
}

export function mcpRoute(url: string): McpRoute | undefined {
  const [, encoded, endpoint] = /^\/mcp\/([^/?]+)(?:\/(?:messages\/([A-Za-z0-9_-]+))?)?(?:\?.*)?$/s.exec(url) ?? [];
  if (encoded === undefined) return undefined;
  try {
    return { name: decodeURIComponent(encoded), endpoint };
  } catch {
    return undefined;
  }
}

/** Answers every request, errors included. */
export async function serveMcp(
  broker: Broker,
  incoming: IncomingMessage,
  response: ServerResponse,
  route: McpRoute,
): Promise<void> {
  const { log, metrics, now } = broker;
  const begun = now();
  const fields: Record<string, unknown> = { server: route.name, method: incoming.method };
  try {
    Object.assign(fields, await passOn(broker, incoming, response, route));
    metrics.proxied.inc({ kind: "mcp", outcome: fields["complete"] === true ? "answered" : "cut" });
  } catch (error) {
    const refusal = asBrokerError(error);
    metrics.proxied.inc({ kind: "mcp", outcome: refusal.status < 500 ? "refused" : "failed" });
    Object.assign(fields, { status: refusal.status, code: refusal.code, reason: refusal.message });
    if (refusal.code === "INTERNAL") log.error({ err: refusal.cause }, "request to a tool server failed");
    if (response.headersSent) response.destroy();
    else sendError(response, refusal);
  }
  log.info({ ...fields, durationMs: Math.round(now() - begun) }, "tool server request");
}

async function passOn(
  broker: Broker,
  incoming: IncomingMessage,
  response: ServerResponse,
  { name, endpoint }: McpRoute,
): Promise<{ status: number; complete: boolean }> {
  const { configuration, endpoints, now } = broker;
  if (!METHODS.has(incoming.method ?? ""))
    throw new BrokerError("METHOD_NOT_ALLOWED", `tool servers have no method ${incoming.method}`);
  const server = await expandedServer(configuration.projectConfigurationDirectory, broker.integrationSecrets, name);
  const { url } = server;
  const own = `${url.pathname}${url.search}`;
  const path = endpoint === undefined ? own : endpoints.path(name, endpoint);
  if (path === undefined) throw new BrokerError("NOT_FOUND", `tool server ${name} has no such address; connect anew`);
  const origin = new URL(url.origin);
  const provider: Forwardee = {
    label: `tool server ${name}`,
    keyHeaders: () => server.headers,
    meter: () => ({ see() {}, read: () => undefined }),
  };
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const rename = (address: string): string | undefined => {
    if (!URL.canParse(address, url.href)) return undefined;
    const named = new URL(address, url.href);
    if (named.origin !== url.origin) return undefined;
    return `/mcp/${encodeURIComponent(name)}/messages/${endpoints.issue(name, `${named.pathname}${named.search}`)}`;
  };
  return forward(incoming, response, {
    upstreams: broker.upstreams,
    origin,
    provider,
    target: { path: targetOf(path, origin).path, send: path },
    kind: "free",
    key: "",
    secrets: server.secrets,
    token: configuration.token,
    maxRequestBytes: configuration.maxRequestBytes,
    silence: LONGEST_SILENCE,
    signal: AbortSignal.any([gone.signal, broker.stopping]),
    now,
    onAnswer() {},
    ...(server.type === "sse" ? { rewrite: () => endpointRewriter(rename) } : {}),
  });
}
