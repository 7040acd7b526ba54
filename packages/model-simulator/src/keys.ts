// Finds the API key in a request, wherever a provider's clients put it.
import type { WireRequest } from "./wires/wire.ts";

export function presentedKey(request: Pick<WireRequest, "headers" | "query">): string | undefined {
  const { headers, query } = request;
  const bearer = /^Bearer (.+)$/i.exec(String(headers["authorization"] ?? ""))?.[1];
  for (const name of ["x-api-key", "x-goog-api-key"]) {
    const value = headers[name];
    if (typeof value === "string") return value;
  }
  return bearer ?? query.get("key") ?? undefined;
}
