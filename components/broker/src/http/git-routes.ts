/**
 * `/git/HOST/…`: git over HTTP with the project's credential put in on the way, so that clone, fetch and push work in the
 * agent's container without any token in it: `git config url.http://BROKER/git/HOST/.insteadOf https://HOST/`.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { BrokerError } from "../errors.ts";
import { gitCredential } from "../git/credentials.ts";
import { forward } from "../proxy/forward.ts";
import type { Forwardee } from "../proxy/forward.ts";
import { targetOf } from "../proxy/target.ts";
import type { Broker } from "./broker.ts";

// A push may be large, and passes without being held.
const LARGEST_PUSH = 8 * 1024 ** 3;

export interface GitRoute {
  readonly host: string;
  /** What follows the host, with its query. */
  readonly rest: string;
}

export function gitRoute(url: string): GitRoute | undefined {
  const [, host, rest] = /^\/git\/([^/?]+)(\/.*)$/s.exec(url) ?? [];
  return host === undefined || rest === undefined ? undefined : { host: host.toLowerCase(), rest };
}

/** The smart protocol's three calls (gitprotocol-http(5)); nothing else of a host can be reached with its token. */
function isGitCall(method: string | undefined, path: string, query: URLSearchParams): boolean {
  if (method === "GET" && path.endsWith("/info/refs"))
    return /^git-(upload|receive)-pack$/.test(query.get("service") ?? "");
  return method === "POST" && /\/git-(upload|receive)-pack$/.test(path);
}

function gitHost(host: string): Forwardee {
  return {
    label: host,
    keyHeaders: (credential) => ({ authorization: `Basic ${Buffer.from(credential).toString("base64")}` }),
    meter: () => ({ see() {}, read: () => undefined }),
  };
}

/** @throws BrokerError when nothing has been answered yet */
export async function serveGit(
  broker: Broker,
  incoming: IncomingMessage,
  response: ServerResponse,
  { host, rest }: GitRoute,
): Promise<void> {
  const { configuration, now } = broker;
  const begun = now();
  if (!configuration.gitHosts.includes(host)) {
    throw new BrokerError("HOST_REFUSED", `no repository of this session is at ${host}`);
  }
  const origin = broker.gitOrigin(host);
  const target = targetOf(rest, origin);
  const query = new URLSearchParams(rest.split("?")[1] ?? "");
  if (!isGitCall(incoming.method, target.path, query)) {
    throw new BrokerError("PATH_REFUSED", `${incoming.method} ${target.path} is not a call of git's smart protocol`);
  }
  const credential = await gitCredential(broker.integrationSecrets, configuration.gitHosts, host);
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const { status, complete } = await forward(incoming, response, {
    upstreams: broker.upstreams,
    origin,
    provider: gitHost(host),
    target,
    kind: "free",
    // Public repositories need none.
    key: credential && `${credential.username}:${credential.password}`,
    secrets: credential ? [credential.password] : [],
    token: configuration.token,
    maxRequestBytes: LARGEST_PUSH,
    signal: AbortSignal.any([gone.signal, broker.stopping]),
    now,
    onAnswer() {},
  });
  broker.log.info({ host, path: target.path, status, complete, durationMs: Math.round(now() - begun) }, "git request");
}
