/** Passes a body of the backend on as it comes: bytes that no browser should run. */
import type { FastifyReply } from "fastify";
import type { BackendAnswer } from "../backend/client.ts";
import { answerHeaders } from "../backend/headers.ts";

export function passBody(reply: FastifyReply, { headers, body }: BackendAnswer): FastifyReply {
  // The route's schema is that of its JSON form; a stream is not serialized.
  return reply
    .headers(answerHeaders(headers))
    .header("content-security-policy", "sandbox; default-src 'none'")
    .send(body);
}
