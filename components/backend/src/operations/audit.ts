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

/**
 * Notes every request that changes something, and every one that was refused for lack of rights. A line is written when
 * the outcome is known, and not when the answer has arrived: who hangs up before does not escape it.
 */
export function auditRequests(app: FastifyInstance, sink: AuditSink): void {
  const noted = new WeakSet<FastifyRequest>();
  const note = (request: FastifyRequest, reply: FastifyReply): void => {
    if (noted.has(request)) return;
    noted.add(request);
    const line = entry(request, reply);
    if (line !== undefined) sink.write(`${JSON.stringify(line)}\n`);
  };
  app.addHook("onSend", async (request, reply) => note(request, reply));
  // An event stream is written past Fastify; its outcome is known when its head is out.
  app.addHook("onRequest", async (request, reply) => {
    reply.raw.once("close", () => {
      if (reply.raw.headersSent) note(request, reply);
    });
  });
}

/** The verb under which a route's requests are noted whatever comes of them. */
export function auditVerb(method: string, config: { audit?: string; access?: string }): string | undefined {
  const reads = method === "GET" || method === "HEAD" || config.access === "runner";
  return config.audit ?? (reads ? undefined : method.toLowerCase());
}

/** What was made, where the answer says it, else what was asked for. */
function objectOf(request: FastifyRequest, reply: FastifyReply): string {
  const location = reply.statusCode === 201 ? reply.getHeader("location") : undefined;
  return typeof location === "string" ? location : (request.url.split("?", 1)[0] ?? "");
}

function entry(request: FastifyRequest, reply: FastifyReply): Record<string, unknown> | undefined {
  const { config } = request.routeOptions;
  const { statusCode } = reply;
  const refused = statusCode === 401 || statusCode === 403;
  const verb = auditVerb(request.method, config);
  if (config.access === undefined || (verb === undefined && !refused)) return undefined;
  return {
    audit: true,
    time: new Date().toISOString(),
    requestId: request.id,
    user: findCaller(request)?.identity.userId ?? null,
    verb: verb ?? "read",
    object: objectOf(request, reply),
    decision: refused ? "denied" : "allowed",
    status: statusCode,
  };
}
