/** Authenticates a request before its body is read, and hands its caller to the handler. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { ApiError } from "../errors/api-error.ts";
import type { Authenticator, Caller } from "../identity/identity.ts";
import { tokenOf } from "../identity/token.ts";

/**
 * Who may use a route. Everything beyond `token` is decided by Kubernetes when the handler calls it; it is declared so
 * that the OpenAPI document and the authorization tests know of it.
 */
export type RouteAccess = "open" | "token" | "view" | "edit" | "admin" | "runner" | "operator";

declare module "fastify" {
  interface FastifyContextConfig {
    access?: RouteAccess;
    /** Written to the audit log as this verb. Absent: reads are not audited, writes are by their method. */
    audit?: string;
  }
  interface FastifyInstance {
    /** Every route, with what it declares: the tests of authorization and audit go over all of them. */
    readonly routeTable: readonly RouteEntry[];
  }
}

export interface RouteEntry {
  readonly method: string;
  /** As Fastify writes it: `/projects/:project`. */
  readonly url: string;
  readonly access: RouteAccess;
  readonly audit: string | undefined;
}

const callers = new WeakMap<FastifyRequest, Caller>();

/** The caller of a request on a route that is not open. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new ApiError("UNAUTHENTICATED", "a bearer token is needed");
  return caller;
}

/** The caller, or undefined where nobody has been authenticated: for logs. */
export function findCaller(request: FastifyRequest): Caller | undefined {
  return callers.get(request);
}

export function requireCallers(app: FastifyInstance, authenticator: Authenticator): void {
  const table: RouteEntry[] = [];
  app.decorate("routeTable", table);
  app.addHook("onRoute", ({ method, url, config }) => {
    const access = config?.access;
    // A route that forgets to say who may use it never starts.
    if (access === undefined) throw new TypeError(`${String(method)} ${url} declares no access`);
    for (const name of [method].flat()) table.push({ method: name, url, access, audit: config?.audit });
  });
  app.addHook("onRequest", async (request) => {
    const { access } = request.routeOptions.config;
    if (access === "open" || access === undefined) return;
    const token = tokenOf(request.headers);
    if (token === undefined) {
      throw new ApiError("UNAUTHENTICATED", "a bearer token is needed: Authorization: Bearer …");
    }
    callers.set(request, await authenticator.authenticate(token));
  });
}
