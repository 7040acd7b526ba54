/** Who caused a request: our own pages, or another site that only hopes for our cookie. */
import type { IncomingMessage } from "node:http";

const READING = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Whether a request may use the sign-in cookie. Reading is guarded by SameSite and the same-origin policy; a write must
 * come from our own origin. `Sec-Fetch-Site` is set by browsers and not by pages; older ones send at least `Origin`.
 */
export function mayUseCookie(request: Pick<IncomingMessage, "method" | "headers">): boolean {
  if (READING.has(request.method ?? "GET")) return true;
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin" || site === "none";
  const { origin, host } = request.headers;
  if (origin === undefined || host === undefined) return false;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** Whether the browser speaks https to us or to a proxy in front of us. */
export function isSecure(request: Pick<IncomingMessage, "headers">): boolean {
  return request.headers["x-forwarded-proto"] === "https";
}

/** A path of our own to go on to after sign-in; anything else (another host, a scheme, a back slash) becomes `/`. */
export function localPath(next: string | null | undefined): string {
  if (next === null || next === undefined || !next.startsWith("/")) return "/";
  const base = "http://pilothouse.invalid";
  if (!URL.canParse(next, base)) return "/";
  const url = new URL(next, base);
  return url.origin === base ? `${url.pathname}${url.search}` : "/";
}
