/**
 * The address of a tracing service, which a project's admins choose: HTTPS to a public address, or a host that the
 * installation allows. Every address of the name is checked where the connection is made, so that no second answer of a
 * name server leads elsewhere.
 */
import { lookup as resolve } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { isAllowed, isPublicAddress } from "@pilothouse/egress";
import { BrokerError } from "../errors.ts";

export interface TracingUpstream {
  readonly origin: URL;
  readonly lookup: LookupFunction;
}

/** @throws BrokerError HOST_REFUSED */
export function tracingUpstream(address: string, key: string, allowedHosts: readonly string[]): TracingUpstream {
  const refuse = (reason: string): never => {
    throw new BrokerError("HOST_REFUSED", `${key}: ${reason}`);
  };
  const url = URL.canParse(address) ? new URL(address) : refuse("is not an address");
  if (url.protocol !== "https:" && url.protocol !== "http:") refuse("is not an https address");
  if (url.username !== "" || url.password !== "") refuse("must hold no credentials");
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  const allowed = isAllowed(allowedHosts, { host, port });
  if (!allowed && url.protocol !== "https:") refuse("only https addresses are sent to");
  if (!allowed && isIP(host) !== 0 && !isPublicAddress(host)) refuse(`${host} is not a public address`);
  return { origin: url, lookup: allowed ? plainLookup : publicLookup };
}

const plainLookup: LookupFunction = (host, options, callback) => {
  resolve(host, { ...options, all: true }, (error, found) => answer(error, found, options, callback));
};

const publicLookup: LookupFunction = (host, options, callback) => {
  resolve(host, { ...options, all: true }, (error, found) => {
    const hidden = error === null && !found.every((entry) => isPublicAddress(entry.address));
    const refusal = new BrokerError("HOST_REFUSED", `${host} leads to an address that is not public`);
    answer(hidden ? refusal : error, found, options, callback);
  });
};

type Found = readonly { address: string; family: number }[];

function answer(
  error: Error | null,
  found: Found,
  options: Parameters<LookupFunction>[1],
  callback: Parameters<LookupFunction>[2],
): void {
  const [first] = found ?? [];
  if (error !== null || first === undefined) return callback(error ?? new Error("the name has no address"), "", 0);
  if (options.all === true) callback(null, [...found]);
  else callback(null, first.address, first.family);
}
