/** Calls the backend on behalf of a caller, with the caller's own token, and tells apart how such a call can end. */
import type { Readable } from "node:stream";
import { ErrorBody } from "@pilothouse/contracts";
import type { Tracing } from "@pilothouse/server";
import { Agent, errors, type Dispatcher } from "undici";
import type { z } from "zod";
import { BackendRefusal, GatewayError } from "../errors/gateway-error.ts";
import type { BackendOutcome, Metrics } from "../operations/metrics.ts";

export interface BackendRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Begins with a slash, is encoded, and may have a query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Fires when the client has gone. */
  readonly signal: AbortSignal;
}

export interface BackendAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

export interface BackendClientOptions {
  readonly url: URL;
  readonly timeoutMilliseconds: number;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
}

const LARGEST_ERROR = 256 * 1024;
const LARGEST_JSON = 32 * 1024 * 1024;
const READY_MILLISECONDS = 3_000;
/** The backend sends a heartbeat every 15 s at the latest. */
const STREAM_SILENCE_MILLISECONDS = 60_000;

export class BackendClient {
  readonly #origin: string;
  readonly #prefix: string;
  readonly #timeout: number;
  readonly #metrics: Metrics;
  readonly #tracing: Tracing;
  /** Streams last; they must not take connections that calls wait for. */
  readonly #calls: Agent;
  readonly #streams: Agent;

  constructor({ url, timeoutMilliseconds, metrics, tracing }: BackendClientOptions) {
    this.#origin = url.origin;
    this.#prefix = url.pathname.replace(/\/+$/, "");
    this.#timeout = timeoutMilliseconds;
    this.#metrics = metrics;
    this.#tracing = tracing;
    // Calls have deadlines of their own, kept here; what is left to undici is a stream that falls silent.
    const timeouts = { headersTimeout: 0, bodyTimeout: STREAM_SILENCE_MILLISECONDS };
    this.#calls = new Agent({ ...timeouts, connections: 128, keepAliveTimeout: 10_000 });
    this.#streams = new Agent({ ...timeouts, keepAliveTimeout: 1_000 });
  }

  /**
   * A call whose answer is taken in whole, within the time that a call may take.
   *
   * @throws BackendRefusal with what the backend said
   * @throws GatewayError BACKEND_FAILED, BACKEND_UNAVAILABLE, BACKEND_TIMEOUT, and what `take` throws of its kind
   */
  async read<T>(request: BackendRequest, take: (answer: BackendAnswer) => Promise<T>): Promise<T> {
    return this.#inTime(request, async (timed) => {
      const answer = await this.#call(this.#calls, timed);
      try {
        return await take(answer);
      } catch (error) {
        answer.body.destroy();
        throw timed.signal.aborted ? failureOf(timed.signal.reason).error : brokenOff(error);
      }
    });
  }

  /** {@link read} for JSON of this shape. */
  async json<S extends z.ZodType>(
    schema: S,
    request: BackendRequest,
  ): Promise<{ value: z.output<S>; headers: BackendAnswer["headers"] }> {
    return this.read(request, async ({ status, headers, body }) => {
      const parsed = schema.safeParse(parseJson(await readLimited(body, LARGEST_JSON)));
      if (parsed.success) return { value: parsed.data, headers };
      throw new GatewayError("BACKEND_FAILED", "the backend's answer is not one that this version understands", {
        cause: new TypeError(`${request.method} → ${status}: ${parsed.error.issues[0]?.message ?? "not JSON"}`),
      });
    });
  }

  /** {@link read} for an answer without a body that matters. */
  async done(request: BackendRequest): Promise<void> {
    await this.read(request, async ({ body }) => readLimited(body, LARGEST_JSON));
  }

  /** A call whose body is passed on as it comes. Once it answers, it may take as long as it likes. */
  async pass(request: BackendRequest): Promise<BackendAnswer> {
    return this.#inTime(request, async (timed) => this.#call(this.#streams, timed));
  }

  /** What keeps the backend from answering, or undefined when it does. */
  async problem(): Promise<string | undefined> {
    try {
      const { statusCode, body } = await this.#calls.request({
        origin: this.#origin,
        path: `${this.#prefix}/health`,
        method: "GET",
        signal: AbortSignal.timeout(READY_MILLISECONDS),
      });
      await body.dump();
      return statusCode === 200 ? undefined : `the backend's health check answers ${statusCode}`;
    } catch {
      return "the backend does not answer";
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#calls.destroy(), this.#streams.destroy()]);
  }

  async #inTime<T>(request: BackendRequest, work: (timed: BackendRequest) => Promise<T>): Promise<T> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new DOMException("no answer in time", "TimeoutError")), this.#timeout);
    try {
      return await work({ ...request, signal: AbortSignal.any([request.signal, late.signal]) });
    } finally {
      clearTimeout(timer);
    }
  }

  async #call(dispatcher: Dispatcher, request: BackendRequest): Promise<BackendAnswer> {
    const began = performance.now();
    const note = (outcome: BackendOutcome): void =>
      this.#metrics.backendCall(outcome, (performance.now() - began) / 1000);
    let answer: Dispatcher.ResponseData;
    try {
      answer = await this.#tracing.call({
        name: `backend ${request.method}`,
        attributes: { "http.request.method": request.method },
        make: async (trace) =>
          dispatcher.request({
            origin: this.#origin,
            path: this.#prefix + request.path,
            method: request.method,
            headers: { ...withContentType(request), ...trace },
            body: request.body === undefined ? null : JSON.stringify(request.body),
            signal: request.signal,
          }),
        statusOf: ({ statusCode }) => statusCode,
      });
    } catch (error) {
      const failure = failureOf(error);
      note(failure.outcome);
      throw failure.error;
    }
    const { statusCode: status, headers, body } = answer;
    if (status >= 200 && status < 300) {
      note("answered");
      return { status, headers, body };
    }
    const refusal = await refusalOf(answer);
    note(refusal instanceof BackendRefusal ? "refused" : "failed");
    throw refusal;
  }
}

/** A body is always JSON of our own making; without one there is no type to speak of. */
function withContentType({ headers, body }: BackendRequest): Record<string, string> {
  const { "content-type": _type, ...rest } = headers;
  return body === undefined ? rest : { ...rest, "content-type": "application/json" };
}

function failureOf(error: unknown): { outcome: BackendOutcome; error: unknown } {
  if (error instanceof errors.ConnectTimeoutError || (error instanceof Error && error.name === "TimeoutError")) {
    return { outcome: "timeout", error: timedOut(error) };
  }
  if (error instanceof Error && error.name === "AbortError") {
    return { outcome: "aborted", error: new GatewayError("CLIENT_GONE", "the client has gone", { cause: error }) };
  }
  const unavailable = new GatewayError("BACKEND_UNAVAILABLE", "the backend cannot be reached; try again", {
    cause: error,
    retryAfterSeconds: 1,
  });
  return { outcome: "unavailable", error: unavailable };
}

function timedOut(cause: unknown): GatewayError {
  return new GatewayError("BACKEND_TIMEOUT", "the backend did not answer in time; it may have done what was asked", {
    cause,
  });
}

function brokenOff(cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  return new GatewayError("BACKEND_FAILED", "the backend's answer broke off", { cause });
}

/** The backend's own error, or 502 for anything that is none: a proxy's page, a redirect, an empty answer. */
async function refusalOf({
  statusCode,
  headers,
  body,
}: Dispatcher.ResponseData): Promise<BackendRefusal | GatewayError> {
  const text = await readLimited(body, LARGEST_ERROR).catch(() => "");
  const parsed = ErrorBody.safeParse(parseJson(text));
  if (statusCode >= 400 && parsed.success) {
    const retryAfter = Number(headers["retry-after"] ?? Number.NaN);
    return new BackendRefusal(statusCode, parsed.data, Number.isInteger(retryAfter) ? retryAfter : undefined);
  }
  return new GatewayError("BACKEND_FAILED", `the backend answered ${statusCode} without an error of its own`, {
    retryAfterSeconds: 1,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readLimited(body: Readable, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) {
      body.destroy();
      throw new GatewayError("BACKEND_FAILED", `the backend's answer is longer than ${limit} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
