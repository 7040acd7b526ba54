/**
 * `Idempotency-Key`: a request that is sent twice is carried out once, and answered twice with the same. Keys are the
 * caller's own and end after a day; a failure is not kept, so that the same request may be tried again.
 */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyReply, FastifyRequest } from "fastify";
import { ApiError, invalidField } from "../errors/api-error.ts";
import type { RememberedAnswer, Store } from "../store/store.ts";
import { callerOf } from "./caller.ts";

export interface Answer {
  readonly status: number;
  readonly location?: string;
  readonly body: unknown;
}

export interface CarriedOut {
  readonly answer: Answer;
  /** True when an earlier request with the same key was carried out, and this one was not. */
  readonly replayed: boolean;
}

const PATIENCE_MILLISECONDS = 15_000;

export async function once(
  store: Store,
  request: FastifyRequest,
  reply: FastifyReply,
  work: () => Promise<Answer>,
): Promise<FastifyReply> {
  const { answer, replayed } = await carryOutOnce(store, request, work);
  if (replayed) void reply.header("idempotent-replayed", "true");
  void reply.code(answer.status);
  if (answer.location !== undefined) void reply.header("location", answer.location);
  return reply.send(answer.body);
}

/** As {@link once}, for those who make more of the answer than sending it. */
export async function carryOutOnce(
  store: Store,
  request: FastifyRequest,
  work: () => Promise<Answer>,
): Promise<CarriedOut> {
  const header = request.headers["idempotency-key"];
  if (header === undefined) return { answer: await work(), replayed: false };
  if (typeof header !== "string" || !/^[\x21-\x7e]{1,255}$/.test(header)) {
    throw invalidField("Idempotency-Key", "must be 1 to 255 printable characters without spaces", "headers");
  }
  const path = request.url.split("?", 1)[0] ?? "";
  const key = digest([callerOf(request).identity.userId, request.method, path, header]);
  const remembered = await claim(store, key, digest([JSON.stringify(request.body ?? null)]), header);
  if (remembered !== undefined) {
    const { status, location } = remembered;
    const body: unknown = JSON.parse(remembered.body);
    return { answer: { status, body, ...(location === undefined ? {} : { location }) }, replayed: true };
  }
  let answer: Answer;
  try {
    answer = await work();
  } catch (error) {
    await store.settle(key, undefined);
    throw error;
  }
  const { status, location, body } = answer;
  await store.settle(key, status < 400 ? { status, location, body: JSON.stringify(body) } : undefined);
  return { answer, replayed: false };
}

/** Undefined when the request is ours to carry out. */
async function claim(
  store: Store,
  key: string,
  requestHash: string,
  header: string,
): Promise<RememberedAnswer | undefined> {
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    const remembered = await store.remember(key, requestHash);
    if (remembered.state === "new") return undefined;
    if (remembered.state === "done") return remembered.answer;
    if (remembered.state === "other-request") {
      throw new ApiError(
        "IDEMPOTENCY_KEY_REUSED",
        `Idempotency-Key ${header} was used for a request with another body`,
      );
    }
    if (performance.now() > deadline) {
      throw new ApiError(
        "REQUEST_IN_PROGRESS",
        `the request with Idempotency-Key ${header} is still being carried out`,
        {
          retryAfterSeconds: 5,
        },
      );
    }
    await sleep(100);
  }
}

function digest(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest("base64url");
}
