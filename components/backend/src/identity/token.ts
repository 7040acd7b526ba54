/** Where the caller's token is: `X-Forwarded-Access-Token`, as an OAuth proxy sets it, wins over `Authorization`. */
import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** RFC 6750's token68, bounded: anything else is no token, and is never sent on. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;
const MAXIMUM_LENGTH = 16_384;

/** The bearer token of a request, or undefined when there is none that could be one. Never read from the query. */
export function tokenOf(headers: IncomingHttpHeaders): string | undefined {
  const forwarded = headers["x-forwarded-access-token"];
  const presented = typeof forwarded === "string" && forwarded !== "" ? forwarded : bearer(headers.authorization);
  if (presented === undefined || presented.length > MAXIMUM_LENGTH || !TOKEN.test(presented)) return undefined;
  return presented;
}

function bearer(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /^bearer +(\S+) *$/i.exec(header)?.[1];
}

/** What a token is called in memory: caches never hold the token itself as a key. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
