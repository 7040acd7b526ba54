/** From the path that the agent asks for to the path at the provider. The host is never the agent's to choose. */
import { BrokerError } from "../errors.ts";

export interface Target {
  /** Without the query, as the provider's routes are matched. */
  readonly path: string;
  /** Path and query to send, below the upstream's own base path. */
  readonly send: string;
}

/** Dots that climb out of the upstream's base path, also written as %2e or behind an encoded slash. */
function climbs(path: string): boolean {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return true;
  }
  return /(^|[/\\])\.{1,2}([/\\]|$)/.test(decoded) || decoded.includes("\\") || /[\0\r\n]/.test(decoded);
}

/**
 * @param rest what follows the provider's prefix, with its query
 * @throws BrokerError INVALID_REQUEST
 */
export function targetOf(rest: string, upstream: URL): Target {
  const [rawPath = "", query] = rest.split(/\?(.*)/s, 2);
  const path = rawPath === "" ? "/" : rawPath;
  if (!path.startsWith("/") || path.startsWith("//") || climbs(path)) {
    throw new BrokerError("INVALID_REQUEST", "the path of the request is not acceptable");
  }
  const parameters = new URLSearchParams(query ?? "");
  // Gemini's clients may put the key here.
  parameters.delete("key");
  const search = parameters.size === 0 ? "" : `?${parameters.toString()}`;
  return { path, send: upstream.pathname.replace(/\/+$/, "") + path + search };
}
