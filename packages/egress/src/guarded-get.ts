/**
 * A GET to an address that a user has chosen, made by a process that can reach more than the user may. The name is
 * resolved once, every address that it has is checked, and the connection goes to the very address that was checked: no
 * second answer of a name server can redirect it. HTTPS alone, no redirect is followed, time and size are bounded.
 */
import { lookup } from "node:dns/promises";
import { request } from "node:https";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { getCACertificates } from "node:tls";
import { isPublicAddress } from "./addresses.ts";
import { EgressError } from "./errors.ts";
import { isAllowed, type Destination } from "./hosts.ts";

export interface GuardOptions {
  /** Hosts that may lead anywhere, as in `isAllowed`: services of the installation's own network. */
  readonly allowedHosts: readonly string[];
  /** PEM of authorities that are trusted besides the usual ones. */
  readonly certificateAuthorities?: string | undefined;
  /** All addresses of a name. Default: the system's resolver. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** For all of it: resolving, connecting, answering. Default 10 s. */
  readonly timeoutMilliseconds?: number;
  /** Default 256 KiB. */
  readonly maxBytes?: number;
}

export interface GuardedAnswer {
  readonly status: number;
  readonly text: string;
}

const DEFAULT_TIMEOUT_MILLISECONDS = 10_000;
const DEFAULT_MAX_BYTES = 256 * 1024;
/** Where strangers serve HTTPS; another port of theirs must be allowed by name. */
const PUBLIC_PORTS = [443, 8443];

const refused = (message: string): EgressError => new EgressError("DESTINATION_REFUSED", message);

/** @throws EgressError */
export async function guardedGet(
  address: string,
  headers: Readonly<Record<string, string>>,
  options: GuardOptions,
  signal?: AbortSignal,
): Promise<GuardedAnswer> {
  const url = checkedUrl(address);
  const destination = destinationOf(url);
  const deadline = AbortSignal.timeout(options.timeoutMilliseconds ?? DEFAULT_TIMEOUT_MILLISECONDS);
  const ending = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  try {
    const connectTo = await until(ending, addressOf(destination, options));
    const response = await ask(url, destination, connectTo, headers, options, ending);
    return { status: response.statusCode ?? 0, text: await textOf(response, destination, options) };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof EgressError) throw error;
    const why = deadline.aborted ? "does not answer in time" : `cannot be reached: ${reasonOf(error)}`;
    throw new EgressError("UNREACHABLE", `${destination.host}:${destination.port} ${why}`, { cause: error });
  }
}

function checkedUrl(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined) throw refused("this is not an address");
  if (url.protocol !== "https:") throw refused(`only https addresses are asked, not ${url.protocol}`);
  if (url.username !== "" || url.password !== "") throw refused("an address must hold no credentials");
  return url;
}

function destinationOf(url: URL): Destination {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
  return { host, port: url.port === "" ? 443 : Number(url.port) };
}

async function addressOf(destination: Destination, options: GuardOptions): Promise<string> {
  const { host, port } = destination;
  const { allowedHosts, resolve = systemResolve } = options;
  const allowed = isAllowed(allowedHosts, destination);
  if (!allowed && !PUBLIC_PORTS.includes(port))
    throw refused(`port ${port} of ${host} is not on the list of allowed hosts`);
  const addresses = isIP(host) === 0 ? await resolve(host) : [host];
  const [first] = addresses;
  if (first === undefined) throw new EgressError("UNREACHABLE", `${host} has no address`);
  if (!allowed && !addresses.every(isPublicAddress)) {
    throw refused(`${host} leads to an address that is not public, and is not on the list of allowed hosts`);
  }
  return first;
}

async function systemResolve(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map((entry) => entry.address);
}

async function ask(
  url: URL,
  { host, port }: Destination,
  connectTo: string,
  headers: Readonly<Record<string, string>>,
  options: GuardOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { certificateAuthorities } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: connectTo,
      port,
      path: url.pathname + url.search,
      // A name is what the certificate must be for; for an address it is the address itself.
      ...(isIP(host) === 0 ? { servername: host } : {}),
      headers: { "user-agent": "pilothouse", "accept-encoding": "identity", ...headers, host: url.host },
      agent: false,
      ...(certificateAuthorities === undefined
        ? {}
        : { ca: [...getCACertificates("default"), certificateAuthorities] }),
      signal,
    });
    outgoing.on("response", resolve);
    outgoing.on("error", reject);
    outgoing.end();
  });
}

async function textOf(response: IncomingMessage, { host }: Destination, options: GuardOptions): Promise<string> {
  const { maxBytes = DEFAULT_MAX_BYTES } = options;
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes)
        throw new EgressError("ANSWER_TOO_LARGE", `${host} answers with more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  } finally {
    response.destroy();
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** What cannot be cancelled, name lookups above all, is at least not waited for. */
async function until<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener("abort", stop);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
