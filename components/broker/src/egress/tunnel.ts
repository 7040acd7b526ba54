/**
 * The way out for everything but model calls: an HTTP CONNECT proxy that knows which hosts a session may reach. The name
 * is resolved here and the connection goes to the very address that was checked, so that no second answer of a name
 * server can redirect it.
 */
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { connect, isIP } from "node:net";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isAllowed, isPublicAddress, parseDestination } from "@pilothouse/egress";
import type { Destination } from "@pilothouse/egress";
import { BrokerError } from "../errors.ts";

const CONNECT_TIMEOUT = 10_000;
const IDLE_TIMEOUT = 600_000;

export interface TunnelOptions {
  readonly allowedHosts: readonly string[];
  readonly signal: AbortSignal;
  /** All addresses of a name; default: the system's resolver. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** Default: public addresses alone. */
  readonly isReachable?: (address: string) => boolean;
}

async function systemResolve(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map((entry) => entry.address);
}

/** @throws BrokerError HOST_REFUSED, UPSTREAM_UNREACHABLE */
async function addressOf({ host, port }: Destination, options: TunnelOptions): Promise<string> {
  if (!isAllowed(options.allowedHosts, { host, port })) {
    throw new BrokerError("HOST_REFUSED", `${host}:${port} is not on the list of hosts that this session may reach`);
  }
  const { resolve = systemResolve, isReachable = isPublicAddress } = options;
  const addresses = isIP(host)
    ? [host]
    : await resolve(host).catch((error: unknown) => {
        throw new BrokerError("UPSTREAM_UNREACHABLE", `${host} has no address`, { cause: error });
      });
  const found = addresses.find(isReachable);
  if (found === undefined || !addresses.every(isReachable)) {
    throw new BrokerError("HOST_REFUSED", `${host} leads to an address that is not public`);
  }
  return found;
}

async function open(address: string, { host, port }: Destination, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host: address, port });
  try {
    await once(socket, "connect", { signal: AbortSignal.any([signal, AbortSignal.timeout(CONNECT_TIMEOUT)]) });
    return socket;
  } catch (error) {
    socket.destroy();
    throw new BrokerError("UPSTREAM_UNREACHABLE", `${host}:${port} cannot be reached`, { cause: error });
  }
}

/**
 * Serves one CONNECT request; resolves when the tunnel is closed.
 *
 * @throws BrokerError before the tunnel stands
 */
export async function tunnel(
  incoming: IncomingMessage,
  client: Duplex,
  head: Buffer,
  options: TunnelOptions,
): Promise<Destination> {
  const destination = parseDestination(incoming.url ?? "");
  if (!destination) throw new BrokerError("INVALID_REQUEST", "CONNECT needs host:port");
  const { signal } = options;
  const remote = await open(await addressOf(destination, options), destination, signal);
  remote.setTimeout(IDLE_TIMEOUT, () => remote.destroy());
  client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
  if (head.length > 0) remote.write(head);
  // However a tunnel ends, both of its ends are closed with it; how it ended is nobody's concern.
  await Promise.allSettled([pipeline(client, remote, { signal }), pipeline(remote, client, { signal })]);
  return destination;
}
