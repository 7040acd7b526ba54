// Carries requests to an API server over pooled HTTP/1.1 connections.
//
// A client certificate outranks a bearer token at an API server, so a request that carries a token must
// never travel over a connection that showed a certificate: there is a pool for each, and the presence of
// an `authorization` header picks between them.
import { Agent, errors, type Dispatcher } from "undici";
import { ConnectionError } from "../errors.ts";
import type { Transport, TransportRequest, TransportResponse } from "./transport.ts";

export interface UndiciTransportOptions {
  /** `https://host:port`, with a path prefix if the server sits behind one. */
  readonly server: string;
  /** PEM; without it the system's roots are trusted. */
  readonly certificateAuthority?: string;
  /** PEM certificate and key, shown only by requests without a bearer token. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
  /** Name that the server's certificate must carry, when it differs from the URL's host. */
  readonly tlsServerName?: string;
  readonly insecureSkipTlsVerify?: boolean;
  /** Longest silence before the headers, and inside the body, of an ordinary request. Default 60 s. */
  readonly timeoutMilliseconds?: number;
  /** Connections for ordinary requests per pool. Streams have connections of their own. Default 64. */
  readonly connections?: number;
}

interface Pools {
  readonly ordinary: Agent;
  readonly streaming: Agent;
}

/** Longer than an API server pauses between two bytes of a watch is decided by the reader, not by the socket. */
const NO_TIMEOUT = 0;

export function createUndiciTransport(options: UndiciTransportOptions): Transport {
  const base = new URL(options.server);
  const prefix = base.pathname.replace(/\/+$/, "");
  const timeout = options.timeoutMilliseconds ?? 60_000;

  const createPools = (certificate: UndiciTransportOptions["clientCertificate"]): Pools => {
    const connect = {
      ...(options.certificateAuthority === undefined ? {} : { ca: options.certificateAuthority }),
      ...(certificate === undefined ? {} : { cert: certificate.certificate, key: certificate.key }),
      ...(options.tlsServerName === undefined ? {} : { servername: options.tlsServerName }),
      rejectUnauthorized: options.insecureSkipTlsVerify !== true,
      timeout: 10_000,
    };
    const common = { connect, headersTimeout: timeout, keepAliveTimeout: 30_000, pipelining: 1 };
    return {
      ordinary: new Agent({ ...common, bodyTimeout: timeout, connections: options.connections ?? 64 }),
      streaming: new Agent({ ...common, bodyTimeout: NO_TIMEOUT }),
    };
  };

  const bearer = createPools(undefined);
  const certificate = options.clientCertificate === undefined ? bearer : createPools(options.clientCertificate);

  return {
    async request(request: TransportRequest): Promise<TransportResponse> {
      const pools = request.headers["authorization"] === undefined ? certificate : bearer;
      const dispatcher: Dispatcher = request.streaming === true ? pools.streaming : pools.ordinary;
      const context = `${request.method} ${base.origin}${request.path.split("?", 1)[0]}`;
      try {
        const response = await dispatcher.request({
          origin: base.origin,
          path: prefix + request.path,
          method: request.method,
          headers: { ...request.headers },
          body: request.body ?? null,
          signal: request.signal ?? null,
        });
        return {
          status: response.statusCode,
          headers: flattenHeaders(response.headers),
          body: readBody(response.body, context, request.signal),
        };
      } catch (error) {
        throw toConnectionError(error, context, request.signal);
      }
    },

    async close(): Promise<void> {
      const agents = new Set([bearer.ordinary, bearer.streaming, certificate.ordinary, certificate.streaming]);
      await Promise.all(Array.from(agents, async (agent) => agent.destroy()));
    },
  };
}

function flattenHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}

async function* readBody(
  body: AsyncIterable<Uint8Array>,
  context: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw toConnectionError(error, context, signal);
  }
}

/** Codes of failures that happen before a single byte of the request has left. */
const NEVER_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT", "EHOSTUNREACH"]);

function toConnectionError(error: unknown, context: string, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return signal.reason ?? error;
  if (!(error instanceof Error)) return new ConnectionError("CONNECTION_LOST", `${context}: ${String(error)}`);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const options = { cause: error, notSent: NEVER_SENT.has(code) };
  if (code === "ECONNREFUSED") {
    return new ConnectionError("CONNECTION_REFUSED", `${context}: connection refused: is the API server up?`, options);
  }
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) {
    return new ConnectionError("TIMEOUT", `${context}: no answer in time`, options);
  }
  if (error instanceof errors.ConnectTimeoutError) {
    return new ConnectionError("TIMEOUT", `${context}: could not connect in time`, options);
  }
  if (error instanceof errors.ClientDestroyedError || error instanceof errors.ClientClosedError) {
    return new ConnectionError("CLOSED", `${context}: the client is closed`, options);
  }
  if (/CERT|SSL|TLS|SIGNATURE/.test(code)) {
    return new ConnectionError("TLS", `${context}: ${error.message}`, { cause: error, notSent: true });
  }
  return new ConnectionError("CONNECTION_LOST", `${context}: ${error.message}`, options);
}
