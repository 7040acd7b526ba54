// The server's own idea of a request and a response, the same for a TLS connection and for a caller in this process.
import type { UserInfo } from "../auth/user.ts";

export interface ApiRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly user: UserInfo;
  /** Reads the body, at most `limit` bytes: 413 beyond. */
  body(limit: number): Promise<Buffer>;
}

/** Where a streaming response goes. Writers look at `buffered` and give up on readers that do not keep up. */
export interface ByteSink {
  write(chunk: Uint8Array): void;
  end(): void;
  /** Bytes that the reader has not taken yet. */
  readonly buffered: number;
}

/** Starts writing; the returned function is called once, when the reader has gone or the stream has ended. */
export type StreamBody = (sink: ByteSink) => () => void;

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | StreamBody;
}

const JSON_TYPE = { "content-type": "application/json" };

export function jsonBytes(
  status: number,
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): ApiResponse {
  return { status, headers: { ...JSON_TYPE, ...headers }, body };
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): ApiResponse {
  return jsonBytes(status, Buffer.from(JSON.stringify(value), "utf8"), headers);
}

export function text(status: number, value: string): ApiResponse {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: Buffer.from(value, "utf8") };
}
