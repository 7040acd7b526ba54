/** The limits of this gateway: requests per address and per token. */
import { isIPv6 } from "node:net";
import { GatewayError } from "../errors/gateway-error.ts";
import type { Metrics } from "../operations/metrics.ts";
import type { Limits } from "./caller.ts";
import { RateLimiter, type RateLimit } from "./rate-limit.ts";

export function requestLimits(perAddress: RateLimit, perToken: RateLimit, metrics: Metrics): Limits {
  const addresses = new RateLimiter(perAddress);
  const tokens = new RateLimiter(perToken);
  const refuse = (kind: "address" | "token", seconds: number): void => {
    if (seconds === 0) return;
    metrics.limited(kind);
    throw new GatewayError("TOO_MANY_REQUESTS", `too many requests of this ${kind}: wait ${seconds} s`, {
      retryAfterSeconds: seconds,
    });
  };
  return {
    address: (address) => refuse("address", addresses.take(network(address))),
    token: (tokenHash) => refuse("token", tokens.take(tokenHash)),
  };
}

/** What counts as one address: a customer of an IPv6 network has a whole /64 to choose from. */
export function network(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [plain = ""] = address.split("%");
  if (!isIPv6(plain)) return address;
  // URL's own serialization puts every spelling of an address into one form.
  const [head = "", tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split("::");
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => "0");
  return `${[...groups, ...(tail === undefined ? [] : zeros), ...after].slice(0, 4).join(":")}::/64`;
}
