/**
 * `Idempotency-Key`: a request that is sent twice is carried out once, and answered twice with the same. Keys are the
 * caller's own and end after a day; a failure is not kept, so that the same request may be tried again.
 */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyReply, FastifyRequest } from "fastify";
import { ApiError, invalidField } from "../errors/api-error.ts";
import { describeError } from "@pilothouse/server";
import type { Remembered, RememberedAnswer, Store } from "../store/store.ts";
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

/**
 * Does what the request asks for. `requestId` is the same each time that the request with this key is carried out, and is
 * what to name things by, so that whoever takes over from a replica that died makes nothing twice.
 */
export type Work = (requestId: string | undefined) => Promise<Answer>;

const PATIENCE_MILLISECONDS = 15_000;
/** The lease of work that names what it makes by `requestId`: should two carry it out, it is done once all the same. */
export const REPEATABLE = 8_000;

export async function once(
  store: Store,
  request: FastifyRequest,
  reply: FastifyReply,
  work: Work,
  lease?: number,
): Promise<FastifyReply> {
  const { answer, replayed } = await carryOutOnce(store, request, work, lease);
  if (replayed) void reply.header("idempotent-replayed", "true");
  void reply.code(answer.status);
  if (answer.location !== undefined) void reply.header("location", answer.location);
  return reply.send(answer.body);
}

/**
 * As {@link once}, for those who make more of the answer than sending it.
 *
 * @param lease milliseconds after which whoever carries a request out is taken to be gone; see {@link REPEATABLE}
 */
export async function carryOutOnce(
  store: Store,
  request: FastifyRequest,
  work: Work,
  lease?: number,
): Promise<CarriedOut> {
  const header = request.headers["idempotency-key"];
  if (header === undefined) return { answer: await work(undefined), replayed: false };
  if (typeof header !== "string" || !/^[\x21-\x7e]{1,255}$/.test(header)) {
    throw invalidField("Idempotency-Key", "must be 1 to 255 printable characters without spaces", "headers");
  }
  const path = request.url.split("?", 1)[0] ?? "";
  const key = digest([callerOf(request).identity.userId, request.method, path, header]);
  const requestHash = digest([JSON.stringify(request.body ?? null)]);
  const remembered = await claim(async () => store.remember(key, requestHash, lease), header);
  if (remembered.state === "done") {
    const { status, location, body: text } = remembered.answer;
    const body: unknown = JSON.parse(text);
    return { answer: { status, body, ...(location === undefined ? {} : { location }) }, replayed: true };
  }
  const settle = async (answer: RememberedAnswer | undefined): Promise<void> => {
    try {
      await store.settle(key, answer);
    } catch (error) {
      // The outcome stands; who asks again within the lease waits, and carries the same out again after it.
      request.log.warn({ error: describeError(error) }, "the answer to an Idempotency-Key was not kept");
    }
  };
  let answer: Answer;
  try {
    answer = await work(digest([key, String(remembered.firstAt)]));
  } catch (error) {
    await settle(undefined);
    throw error;
  }
  const { status, location, body } = answer;
  await settle(status < 400 ? { status, location, body: JSON.stringify(body) } : undefined);
  return { answer, replayed: false };
}

/** `new` when the request is ours to carry out. */
async function claim(
  ask: () => Promise<Remembered>,
  header: string,
): Promise<Extract<Remembered, { state: "new" | "done" }>> {
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    const remembered = await ask();
    if (remembered.state === "new" || remembered.state === "done") return remembered;
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
