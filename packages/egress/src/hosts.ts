/** A list of allowed hosts: `example.com`, `*.example.com`, `[2001:db8::1]`, each with `:port` or for 443 and 80. */

export interface Destination {
  readonly host: string;
  readonly port: number;
}

const USUAL_PORTS = [443, 80];

/** Reads the target of a CONNECT request (RFC 9110, 9.3.6). Undefined when it is not `host:port`. */
export function parseDestination(authority: string): Destination | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(authority) ?? [];
  const port = Number(digits);
  // A dot at the end names the same host.
  const host = (bracketed ?? plain)?.toLowerCase().replace(/\.$/, "");
  if (host === undefined || host === "" || port < 1 || port > 65_535) return undefined;
  return { host, port };
}

export function isAllowed(list: readonly string[], { host, port }: Destination): boolean {
  return list.some((entry) => {
    const [, bracketed, plain = entry, entryPort] = /^(?:\[(.*)\]|(.*?))(?::(\d+))?$/.exec(entry) ?? [];
    const pattern = bracketed ?? plain;
    if (entryPort === undefined ? !USUAL_PORTS.includes(port) : Number(entryPort) !== port) return false;
    return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) && host !== pattern.slice(2) : host === pattern;
  });
}
