/** Calls a session's runner on behalf of a caller. */
import { type Readable } from "node:stream";
import type { GrantVerb } from "@pilothouse/contracts";
import { isAbort } from "@pilothouse/kubernetes";
import type { Tracing } from "@pilothouse/server";
import { Agent, type Dispatcher } from "undici";
import type { z } from "zod";
import { ApiError } from "../errors/api-error.ts";
import { ERRORS, type ErrorCode } from "../errors/table.ts";
import type { Identity } from "../identity/identity.ts";
import { phaseOf, type Session } from "../sessions/present.ts";
import { runnerOrigin } from "./endpoint.ts";
import type { GrantSigner } from "./grants.ts";

export interface RunnerRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Begins with a slash, is encoded, and may have a query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
  readonly signal?: AbortSignal;
  /** The answer has no natural end. */
  readonly streaming?: boolean;
}

export interface RunnerAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

/** Whoever acts is told soon that nothing came of it; what is read may take a runner longer to find out. */
const LONGEST_ACT_MILLISECONDS = 20_000;
const LARGEST_ERROR = 64 * 1024;
const LARGEST_JSON = 32 * 1024 * 1024;

export class RunnerClient {
  readonly #signer: GrantSigner;
  readonly #tracing: Tracing;
  readonly #ordinary = new Agent({
    connections: 32,
    headersTimeout: 60_000,
    bodyTimeout: 60_000,
    keepAliveTimeout: 10_000,
  });
  readonly #streaming = new Agent({ headersTimeout: 60_000, bodyTimeout: 60_000, keepAliveTimeout: 1_000 });

  constructor(signer: GrantSigner, tracing: Tracing) {
    this.#signer = signer;
    this.#tracing = tracing;
  }

  /**
   * Any call. The runner's own errors (4xx) are passed on in our shape.
   *
   * @throws ApiError SESSION_NOT_RUNNING, RUNNER_FAILED, or what the runner said
   */
  async call(session: Session, identity: Identity, request: RunnerRequest): Promise<RunnerAnswer> {
    const origin = liveOrigin(session);
    const verbs: GrantVerb[] = request.method === "GET" ? ["read"] : ["read", "act"];
    const grant = await this.#signer.sign(identity, session.metadata.uid, verbs);
    const { method, path } = request;
    const answer = await this.#tracing.call({
      name: `runner ${method}`,
      attributes: {
        "http.request.method": method,
        "url.path": routeOf(path),
        "pilothouse.session": session.metadata.name,
      },
      make: async (trace) =>
        this.#send(session, origin, { ...request, headers: { ...request.headers, ...trace } }, grant),
      statusOf: ({ status }) => status,
    });
    if (answer.status < 400) return answer;
    throw await errorOf(session, answer);
  }

  /** A call whose answer is JSON of this shape. A runner that answers anything else has failed, and not we. */
  async json<S extends z.ZodType>(
    session: Session,
    identity: Identity,
    request: RunnerRequest,
    schema: S,
  ): Promise<z.output<S>> {
    const { body } = await this.call(session, identity, request);
    const text = await readLimited(body, LARGEST_JSON);
    try {
      return schema.parse(JSON.parse(text));
    } catch (error) {
      throw failed(session, "its answer is none that this version understands", error);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#ordinary.destroy(), this.#streaming.destroy()]);
  }

  async #send(session: Session, origin: string, request: RunnerRequest, grant: string): Promise<RunnerAnswer> {
    const dispatcher: Dispatcher = request.streaming === true ? this.#streaming : this.#ordinary;
    try {
      const { statusCode, headers, body } = await dispatcher.request({
        origin,
        path: request.path,
        method: request.method,
        headers: { ...request.headers, authorization: `Bearer ${grant}` },
        body: request.body ?? null,
        signal: request.signal ?? null,
        ...(request.method === "GET" ? {} : { headersTimeout: LONGEST_ACT_MILLISECONDS }),
      });
      return { status: statusCode, headers, body };
    } catch (error) {
      // What was sent is read from the caller: its faults, such as being too long, are the caller's.
      if (isAbort(error) || error instanceof ApiError) throw error;
      throw failed(session, "it does not answer", error);
    }
  }
}

/** A path without what it says of files. */
function routeOf(path: string): string {
  return (path.split("?", 1)[0] ?? "").replace(/^\/workspace\/.*/, "/workspace/*");
}

/** The runner's answer to a GET, or undefined when no runner lives. */
export async function liveJson<S extends z.ZodType>(
  runner: RunnerClient,
  session: Session,
  identity: Identity,
  path: string,
  schema: S,
): Promise<z.output<S> | undefined> {
  try {
    return await runner.json(session, identity, { method: "GET", path }, schema);
  } catch (error) {
    // A runner that is just gone is the same as none: its status follows in a moment.
    if (error instanceof ApiError && ["SESSION_NOT_RUNNING", "RUNNER_FAILED"].includes(error.code)) return undefined;
    throw error;
  }
}

/** @throws ApiError SESSION_NOT_RUNNING with the phase and what to do */
export function liveOrigin(session: Session): string {
  const endpoint = session.status?.endpoint;
  if (endpoint === undefined || endpoint === "") throw notRunning(session);
  const origin = runnerOrigin(endpoint);
  if (origin === undefined) throw failed(session, "its address is not one of a pod");
  return origin;
}

export function notRunning(session: Session): ApiError {
  const phase = phaseOf(session);
  const starting = phase === "Pending" || phase === "Queued" || phase === "Creating" || phase === "Running";
  const hint = starting ? "wait until it is Running" : "start it with POST …/start";
  return new ApiError("SESSION_NOT_RUNNING", `session ${session.metadata.name} is ${phase}: ${hint}`, {
    details: { phase, hint },
  });
}

function failed(session: Session, reason: string, cause?: unknown): ApiError {
  return new ApiError("RUNNER_FAILED", `the runner of session ${session.metadata.name}: ${reason}`, {
    cause,
    retryAfterSeconds: 1,
  });
}

/** A refusal of the runner is the caller's to see; anything that only we could have caused is our failure. */
async function errorOf(session: Session, answer: RunnerAnswer): Promise<ApiError> {
  const text = await readLimited(answer.body, LARGEST_ERROR).catch(() => "");
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  const body = typeof parsed === "object" && parsed !== null ? parsed : {};
  const message = "error" in body && typeof body.error === "string" ? body.error : `answered ${answer.status}`;
  const details = "details" in body ? body.details : undefined;
  const code = RUNNER_CODES[answer.status];
  if (code === undefined) return failed(session, message);
  const named = "code" in body && typeof body.code === "string" && Object.hasOwn(ERRORS, body.code);
  const known = named && ERRORS[body.code as ErrorCode].status === answer.status ? (body.code as ErrorCode) : code;
  return new ApiError(known, message, details === undefined ? {} : { details });
}

const RUNNER_CODES: Readonly<Record<number, ErrorCode>> = {
  400: "INVALID_REQUEST",
  404: "NOT_FOUND",
  409: "CONFLICT",
  413: "BODY_TOO_LARGE",
  422: "INVALID_OBJECT",
  429: "TOO_MANY_REQUESTS",
};

/** Statuses that a call to a runner adds to those of a route: what it refuses, that there is none, that it failed. */
export const RUNNER_ERRORS: readonly number[] = [...Object.keys(RUNNER_CODES).map(Number), 502];

async function readLimited(body: Readable, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) {
      body.destroy();
      throw new ApiError("RUNNER_FAILED", `a runner's answer is longer than ${limit} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
