/**
 * Checks the address of a runner before it is called. `status.endpoint` is written by the operator, but a session's own
 * runner may write the status too: it must not be able to turn the backend against other servers.
 */
import { BlockList, isIP } from "node:net";

/** What no pod has: this machine's own services, link-local and metadata addresses, "any", broadcast. */
const REFUSED = new BlockList();
REFUSED.addSubnet("0.0.0.0", 8, "ipv4");
// One machine gives its pods loopback addresses, but none of 127.0.0.x, where its other servers listen.
REFUSED.addSubnet("127.0.0.0", 24, "ipv4");
REFUSED.addSubnet("169.254.0.0", 16, "ipv4");
REFUSED.addSubnet("224.0.0.0", 3, "ipv4");
REFUSED.addAddress("::", "ipv6");
REFUSED.addAddress("::1", "ipv6");
REFUSED.addSubnet("fe80::", 10, "ipv6");
REFUSED.addSubnet("ff00::", 8, "ipv6");
REFUSED.addSubnet("fd00:ec2::", 32, "ipv6");

/** The origin to call, or undefined when the address is not one that a pod can have. */
export function runnerOrigin(endpoint: string): string | undefined {
  if (!URL.canParse(endpoint)) return undefined;
  const { protocol, hostname, username, password, pathname, search, hash, origin } = new URL(endpoint);
  if (protocol !== "http:" || username !== "" || password !== "") return undefined;
  if (pathname !== "/" || search !== "" || hash !== "") return undefined;
  const address = hostname.replace(/^\[|\]$/g, "");
  const family = isIP(address);
  if (family === 0 || REFUSED.check(address, family === 6 ? "ipv6" : "ipv4")) return undefined;
  return origin;
}
