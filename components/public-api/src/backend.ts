/** Calls the backend, with the few headers that may pass and nothing of its own. */
import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { ErrorBody } from "@pilothouse/contracts";
import { Agent } from "undici";
import type { z } from "zod";
import { BackendRefusal, GatewayError } from "./errors.ts";

/** What passes from the caller to the backend. */
const PASSED = ["authorization", "accept", "idempotency-key", "traceparent", "tracestate", "baggage"] as const;

export interface BackendRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body?: unknown;
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

export interface BackendAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

const LARGEST_JSON = 32 * 1024 * 1024;

export class Backend {
  readonly #origin: string;
  readonly #prefix: string;
  readonly #agent = new Agent({ connections: 128, headersTimeout: 60_000, bodyTimeout: 60_000 });

  constructor(url: string) {
    const { origin, pathname } = new URL(url);
    this.#origin = origin;
    this.#prefix = pathname.replace(/\/+$/, "");
  }

  /** @throws BackendRefusal for an error in the common shape, GatewayError BACKEND_FAILED for anything else */
  async call(request: BackendRequest): Promise<BackendAnswer> {
    const headers: Record<string, string> = {};
    for (const name of PASSED) {
      const value = request.headers[name];
      if (typeof value === "string") headers[name] = value;
    }
    if (request.accept !== undefined) headers["accept"] = request.accept;
    if (request.body !== undefined) headers["content-type"] = "application/json";
    const answer = await this.#send(request, headers);
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw await refusalOf(answer);
  }

  async json<S extends z.ZodType>(request: BackendRequest, schema: S): Promise<z.output<S>> {
    const { body } = await this.call({ ...request, accept: "application/json" });
    try {
      return schema.parse(JSON.parse(await readLimited(body)));
    } catch (error) {
      throw new GatewayError("BACKEND_FAILED", "the backend's answer is not what it should be", { cause: error });
    }
  }

  async nothing(request: BackendRequest): Promise<void> {
    (await this.call(request)).body.resume();
  }

  async isReady(): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(3_000);
      const { statusCode, body } = await this.#agent.request({
        origin: this.#origin,
        path: `${this.#prefix}/ready`,
        method: "GET",
        signal,
      });
      await body.dump();
      return statusCode === 200;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #send(request: BackendRequest, headers: Record<string, string>): Promise<BackendAnswer> {
    try {
      const {
        statusCode,
        headers: received,
        body,
      } = await this.#agent.request({
        origin: this.#origin,
        path: `${this.#prefix}${request.path}`,
        method: request.method,
        headers,
        body: request.body === undefined ? null : JSON.stringify(request.body),
        signal: request.signal ?? null,
      });
      return { status: statusCode, headers: received, body };
    } catch (error) {
      throw new GatewayError("BACKEND_FAILED", "the backend does not answer; try again", {
        cause: error,
        retryAfterSeconds: 1,
      });
    }
  }
}

async function refusalOf(answer: BackendAnswer): Promise<Error> {
  const text = await readLimited(answer.body).catch(() => "");
  const type = answer.headers["content-type"];
  if (answer.status >= 400 && typeof type === "string" && /\bjson\b/.test(type)) {
    try {
      const retryAfter = answer.headers["retry-after"];
      const body = ErrorBody.parse(JSON.parse(text));
      return new BackendRefusal(answer.status, body, typeof retryAfter === "string" ? retryAfter : undefined);
    } catch {
      // Not in the common shape: not something to show.
    }
  }
  return new GatewayError("BACKEND_FAILED", "the backend failed; try again", { retryAfterSeconds: 1 });
}

async function readLimited(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LARGEST_JSON) throw new GatewayError("BACKEND_FAILED", "the backend's answer is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
