/**
 * Who asks, and in which project. Nothing here is trusted: the backend has every token checked by Kubernetes. It is
 * read so that limits can be kept per token, and so that a project key need not name the project that it belongs to.
 */
import { createHash } from "node:crypto";
import { DnsLabel } from "@pilothouse/contracts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { GatewayError, invalidField } from "../errors/gateway-error.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** `open`: anybody, without limits. `token`: callers with a bearer token and a project. */
    gate?: "open" | "token";
  }
}

export interface Caller {
  readonly project: string;
  /** SHA-256 of the token: what it is called in memory. */
  readonly tokenHash: string;
}

/** RFC 6750's token68, bounded: anything else is no token, and is never sent on. */
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]{1,16384}=*) *$/i;
const KEY_SUBJECT = /^system:serviceaccount:([^:]+):[^:]+$/;
const Claims = z.object({ sub: z.string().regex(KEY_SUBJECT) });

const callers = new WeakMap<FastifyRequest, Caller>();

export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new GatewayError("UNAUTHENTICATED", "a bearer token is needed");
  return caller;
}

/** The caller, or undefined where nobody was let in: for logs. */
export function findCaller(request: FastifyRequest): Caller | undefined {
  return callers.get(request);
}

export interface Limits {
  /** @throws GatewayError TOO_MANY_REQUESTS */
  address(address: string): void;
  /** @throws GatewayError TOO_MANY_REQUESTS */
  token(tokenHash: string): void;
}

/** Everything that a request is refused for before its body is read. */
export function requireCallers(app: FastifyInstance, limits: Limits): void {
  // A route that forgets to say who may use it never starts.
  app.addHook("onRoute", (route) => {
    if (route.config?.gate === undefined) {
      throw new TypeError(`${String(route.method)} ${route.url} declares no gate`);
    }
  });
  app.addHook("onRequest", async (request) => {
    if (request.routeOptions.config.gate === "open") return;
    limits.address(request.ip);
    if (request.is404) return;
    const token = BEARER.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined) {
      throw new GatewayError("UNAUTHENTICATED", "a bearer token is needed: Authorization: Bearer …");
    }
    const tokenHash = createHash("sha256").update(token).digest("base64url");
    limits.token(tokenHash);
    callers.set(request, { tokenHash, project: projectOf(request.headers["x-project"], token) });
  });
}

/** @throws GatewayError PROJECT_REQUIRED, INVALID_REQUEST */
export function projectOf(header: string | string[] | undefined, token: string): string {
  if (header !== undefined && header !== "") {
    const project = DnsLabel.safeParse(header);
    if (project.success) return project.data;
    throw invalidField("X-Project", "must be the name of a project", "headers");
  }
  const project = projectOfKey(token);
  if (project !== undefined) return project;
  throw new GatewayError("PROJECT_REQUIRED", "name the project in the header X-Project, or use a key of a project");
}

/** The namespace of a ServiceAccount's token, as the token itself claims. */
export function projectOfKey(token: string): string | undefined {
  const [, payload, signature] = token.split(".");
  if (payload === undefined || signature === undefined) return undefined;
  try {
    const claims = Claims.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
    const namespace = claims.success ? KEY_SUBJECT.exec(claims.data.sub)?.[1] : undefined;
    return DnsLabel.safeParse(namespace).data;
  } catch {
    return undefined;
  }
}
