/** One way to call the backend from the browser: our own origin, JSON, answers parsed, errors with a code. */
import { signInEnded } from "../sign-in-again.ts";
import * as texts from "../texts/index.ts";
import { ErrorBody } from "./answers/place.ts";
import type { Shape } from "./shape.ts";

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: unknown;

  constructor(status: number, code: string, message: string, details?: unknown) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

export interface RequestOptions {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

/** Calls `/api…` and parses the answer with a schema. Throws {@link ApiError}; 401 asks to sign in again. */
export async function request<T>(schema: Shape<T>, path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options);
  const parsed = schema.safeParse(await readJson(response));
  if (!parsed.success) throw new ApiError(response.status, "UNREADABLE_ANSWER", texts.errors.unreadable, parsed.error);
  return parsed.data;
}

/** Calls `/api…` when the answer has no body worth reading. */
export async function command(path: string, options: RequestOptions): Promise<void> {
  const response = await send(path, options);
  await response.body?.cancel();
}

/** Sends a file as it is. */
export async function upload(path: string, file: Blob, signal?: AbortSignal): Promise<void> {
  const response = await receive(path, {
    method: "POST",
    headers: { accept: "application/json", "content-type": "application/octet-stream" },
    body: file,
    ...(signal === undefined ? {} : { signal }),
  });
  await response.body?.cancel();
}

function send(path: string, { method = "GET", body, signal, headers }: RequestOptions): Promise<Response> {
  return receive(path, {
    method,
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function receive(path: string, init: RequestInit): Promise<Response> {
  const { signal } = init;
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiError(0, "NETWORK", texts.errors.network);
  }
  if (response.ok) return response;
  if (response.status === 401) signInEnded();
  const error = ErrorBody.safeParse(await readJson(response));
  throw error.success
    ? new ApiError(response.status, error.data.code, error.data.error, error.data.details)
    : new ApiError(response.status, "UNREADABLE_ANSWER", texts.errors.unreadable);
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined; // Not JSON: the schema says so with a better message.
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
