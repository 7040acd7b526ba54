/** Requests that no route takes: 404, or 405 with the methods that the address has. Answered before any body is read. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { commonError } from "./common-error.ts";

export function refuseUnknownRoutes(app: FastifyInstance): void {
  const methods = new Map<string, Set<string>>();
  let patterns: readonly (readonly [RegExp, Set<string>])[] | undefined;
  app.addHook("onRoute", ({ method, url }) => {
    const known = methods.get(url) ?? new Set();
    for (const name of [method].flat()) known.add(name);
    methods.set(url, known);
    patterns = undefined;
  });
  const allowed = (path: string): string[] => {
    patterns ??= [...methods].map(([url, names]) => [patternOf(url), names]);
    const names = patterns.filter(([pattern]) => pattern.test(path)).flatMap(([, found]) => [...found]);
    return [...new Set(names)].toSorted((a, b) => a.localeCompare(b));
  };
  app.addHook("preParsing", async (request, reply) => {
    if (!request.is404) return;
    const path = pathOf(request);
    const others = allowed(path.replace(/(.)\/$/, "$1"));
    if (others.length === 0) throw commonError("NOT_FOUND", `there is no ${request.method} ${path}`);
    void reply.header("allow", others.join(", "));
    throw commonError("METHOD_NOT_ALLOWED", `${path} has no ${request.method}; it has ${others.join(", ")}`);
  });
  app.setNotFoundHandler(async (request) => {
    throw commonError("NOT_FOUND", `there is no ${request.method} ${pathOf(request)}`);
  });
}

function pathOf(request: FastifyRequest): string {
  return request.url.split("?", 1)[0] ?? "";
}

/** `/projects/:project/*` as a pattern of addresses. */
function patternOf(url: string): RegExp {
  const parts = url.split("/").map((part) => {
    if (part === "*") return ".*";
    return part.startsWith(":") ? "[^/]+" : part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("/")}$`);
}
