/** Which headers pass: hop-by-hop ones never do (RFC 9110, 7.6.1), nor anything that carries a credential of this side. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

// Where the agent puts the broker token, and what the broker answers for itself.
const REQUEST_ONLY_HERE = new Set([
  "host",
  "expect",
  "cookie",
  "authorization",
  "x-api-key",
  "x-goog-api-key",
  "api-key",
  "accept-encoding",
  "forwarded",
  "via",
]);

// The length changes when a key is taken out, and the encoding when the answer is unpacked to be counted.
const RESPONSE_ONLY_THERE = new Set([
  "content-length",
  "content-encoding",
  "set-cookie",
  "alt-svc",
  "strict-transport-security",
]);

function named(connection: string | string[] | undefined): Set<string> {
  return new Set(
    String(connection ?? "")
      .split(",")
      .map((name) => name.trim().toLowerCase()),
  );
}

export function requestHeaders(incoming: IncomingHttpHeaders, token: string): Record<string, string | string[]> {
  const listed = named(incoming.connection);
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(incoming)) {
    if (value === undefined || HOP_BY_HOP.has(name) || REQUEST_ONLY_HERE.has(name) || listed.has(name)) continue;
    if (name.startsWith("x-forwarded-") || String(value).includes(token)) continue;
    headers[name] = value;
  }
  // Unpacked answers can be counted and cleaned while they pass, piece by piece.
  headers["accept-encoding"] = "identity";
  return headers;
}

export function responseHeaders(
  upstream: Readonly<Record<string, string | string[] | undefined>>,
  clean: (text: string) => string,
): OutgoingHttpHeaders {
  const listed = named(upstream["connection"]);
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(upstream)) {
    const lower = name.toLowerCase();
    if (value === undefined || HOP_BY_HOP.has(lower) || RESPONSE_ONLY_THERE.has(lower) || listed.has(lower)) continue;
    headers[lower] = Array.isArray(value) ? value.map(clean) : clean(value);
  }
  return headers;
}
