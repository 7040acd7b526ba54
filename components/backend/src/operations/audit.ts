/** The audit log: who did what to which object, and whether it was allowed. A stream of its own, one JSON line each. */
import { createWriteStream, type WriteStream } from "node:fs";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { findCaller } from "../http/caller.ts";

export interface AuditSink {
  write(line: string): unknown;
}

/** `stderr`, `off`, or the path of a file to append to. */
export function openAudit(target: string): { sink: AuditSink | undefined; close(): Promise<void> } {
  if (target === "off") return { sink: undefined, close: async () => undefined };
  if (target === "stderr") return { sink: process.stderr, close: async () => undefined };
  const file: WriteStream = createWriteStream(target, { flags: "a", mode: 0o600 });
  return {
    sink: file,
    close: async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      file.end(resolve);
      await promise;
    },
  };
}

/** Notes every request that changes something, and every one that was refused for lack of rights. */
export function auditRequests(app: FastifyInstance, sink: AuditSink): void {
  app.addHook("onResponse", async (request, reply) => {
    const verb = request.routeOptions.config.audit ?? (reads(request) ? undefined : request.method.toLowerCase());
    const refused = reply.statusCode === 401 || reply.statusCode === 403;
    if (request.routeOptions.config.access === undefined) return;
    if (verb === undefined && !refused) return;
    sink.write(`${JSON.stringify(entry(request, reply, verb ?? "read"))}\n`);
  });
}

function reads(request: FastifyRequest): boolean {
  return request.method === "GET" || request.method === "HEAD" || request.routeOptions.config.access === "runner";
}

function entry(request: FastifyRequest, reply: FastifyReply, verb: string): Record<string, unknown> {
  const { statusCode } = reply;
  return {
    audit: true,
    time: new Date().toISOString(),
    requestId: request.id,
    user: findCaller(request)?.identity.userId ?? null,
    verb,
    object: request.url.split("?", 1)[0],
    decision: statusCode === 401 || statusCode === 403 ? "denied" : "allowed",
    status: statusCode,
  };
}
