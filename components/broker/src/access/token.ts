/** Who may use this broker: whoever presents its token, in any of the places where providers' clients put a key. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Everything in the request that could be a key. HTTP Basic counts by its password (git, proxies). */
export function presentedTokens(headers: IncomingHttpHeaders, query: URLSearchParams): string[] {
  const found: string[] = [];
  for (const name of ["x-api-key", "x-goog-api-key", "authorization", "proxy-authorization"]) {
    const value = headers[name];
    if (typeof value !== "string") continue;
    const [, scheme, credentials] = /^(bearer|basic)\s+(\S+)\s*$/i.exec(value) ?? [];
    if (scheme === undefined || credentials === undefined) found.push(value);
    else if (scheme.toLowerCase() === "bearer") found.push(credentials);
    else found.push(Buffer.from(credentials, "base64").toString("utf8").split(":").slice(1).join(":"));
  }
  const key = query.get("key");
  if (key !== null) found.push(key);
  return found;
}

export type TokenCheck = (headers: IncomingHttpHeaders, query: URLSearchParams) => boolean;

/** Compares digests, so that neither content nor length shows in the time it takes. */
export function tokenCheck(token: string): TokenCheck {
  const expected = digest(token);
  return (headers, query) => {
    let known = false;
    for (const presented of presentedTokens(headers, query)) {
      if (timingSafeEqual(digest(presented), expected)) known = true;
    }
    return known;
  };
}
