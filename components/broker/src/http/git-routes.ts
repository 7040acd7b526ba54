/**
 * `/git/HOST/…`: git over HTTP with the project's credential put in on the way, so that clone, fetch and push work in the
 * agent's container without any token in it: `git config url.http://BROKER/git/HOST/.insteadOf https://HOST/`.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { GitHost } from "@pilothouse/contracts/runner/git-hosts";
import { BrokerError } from "../errors.ts";
import { gitCredential, type GitCredential } from "../git/credentials.ts";
import { forward } from "../proxy/forward.ts";
import type { Forwardee } from "../proxy/forward.ts";
import { targetOf } from "../proxy/target.ts";
import type { Broker } from "./broker.ts";
import { asBrokerError, sendText } from "./respond.ts";

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

/**
 * Where git is sent instead when the host says that a repository has moved: to the same host alone, and to nothing but
 * the same call. Git remembers it for the calls that follow.
 */
function movedTo(location: string | undefined, asked: string, origin: URL, host: string): string | undefined {
  const base = new URL(asked, origin).href;
  if (location === undefined || !URL.canParse(location, base)) return undefined;
  const url = new URL(location, base);
  if (url.origin !== origin.origin || url.username !== "" || url.password !== "") return undefined;
  const { path, send } = targetOf(`${url.pathname}${url.search}`, new URL(origin.origin));
  return isGitCall("GET", path, url.searchParams) ? `/git/${host}${send}` : undefined;
}

/** A host's "who are you" as words that help: nobody is there to type a password. */
function needsCredential(broker: Broker, host: string, used: GitCredential | undefined): BrokerError {
  const { project } = broker.configuration;
  const problem =
    used === undefined
      ? `${host} asks for a credential, and project ${project} has none for it`
      : `${host} refused the credential of project ${project}`;
  return new BrokerError(
    "CREDENTIAL_REFUSED",
    `${problem}. A project admin sets GITHUB_TOKEN, GITLAB_TOKEN or GIT_CREDENTIALS under Settings, Integrations.`,
  );
}

/** Answers every request, errors included: as plain text, which git shows to its user. */
export async function serveGit(
  broker: Broker,
  incoming: IncomingMessage,
  response: ServerResponse,
  route: GitRoute,
): Promise<void> {
  const begun = broker.now();
  const fields: Record<string, unknown> = { host: route.host, path: route.rest.split("?")[0] };
  try {
    Object.assign(fields, await passOn(broker, incoming, response, route));
    broker.metrics.proxied.inc({ kind: "git", outcome: fields["complete"] === true ? "answered" : "cut" });
  } catch (error) {
    const refusal = asBrokerError(error);
    broker.metrics.proxied.inc({ kind: "git", outcome: refusal.status < 500 ? "refused" : "failed" });
    Object.assign(fields, { status: refusal.status, code: refusal.code, reason: refusal.message });
    if (refusal.code === "INTERNAL") broker.log.error({ err: refusal.cause }, "git request failed");
    if (response.headersSent) response.destroy();
    else sendText(response, refusal);
  }
  broker.log.info({ ...fields, durationMs: Math.round(broker.now() - begun) }, "git request");
}

/** @throws BrokerError when nothing has been answered yet */
async function passOn(
  broker: Broker,
  incoming: IncomingMessage,
  response: ServerResponse,
  { host, rest }: GitRoute,
): Promise<{ status: number; complete: boolean }> {
  const { configuration, now } = broker;
  const known: GitHost | undefined = configuration.gitHosts.find((each) => each.host === host);
  if (known === undefined)
    throw new BrokerError("HOST_REFUSED", `${host} is not one of the git hosts of this installation`);
  const origin = new URL(known.origin);
  const target = targetOf(rest, origin);
  const query = new URLSearchParams(rest.split("?")[1] ?? "");
  if (!isGitCall(incoming.method, target.path, query)) {
    throw new BrokerError("PATH_REFUSED", `${incoming.method} ${target.path} is not a call of git's smart protocol`);
  }
  const credential = await gitCredential(broker.integrationSecrets, known);
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  return forward(incoming, response, {
    upstreams: broker.upstreams,
    origin: broker.gitOrigin(known),
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
    refusal: (status) => (status === 401 ? needsCredential(broker, host, credential) : undefined),
    movedTo: (location) => (incoming.method === "GET" ? movedTo(location, target.send, origin, host) : undefined),
  });
}
