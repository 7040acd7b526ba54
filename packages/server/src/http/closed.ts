/** A signal that fires when the client has gone before it was answered. */
import type { FastifyReply } from "fastify";

export function abortOnClose(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once("close", () => controller.abort());
  if (reply.raw.destroyed) controller.abort();
  return controller.signal;
}
