/** Forwards one request to its provider: swaps the key, streams the answer back as it comes, counts what it cost. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { once } from "node:events";
import { Readable } from "node:stream";
import { BrokerError } from "../errors.ts";
import type { Provider, RouteKind } from "../providers/provider.ts";
import { redactor, redactText, type Redactor } from "../secrets/redact.ts";
import type { Meter, Reading } from "../usage/reading.ts";
import { guessTokens } from "../usage/reading.ts";
import { scanner } from "../usage/scanner.ts";
import { boundedBody, readAll } from "./body.ts";
import { requestHeaders, responseHeaders } from "./headers.ts";
import type { Target } from "./target.ts";
import { unpack } from "./unpack.ts";
import type { UpstreamRequest, Upstreams } from "./upstream.ts";
import { UpstreamTimeout } from "./upstream.ts";

/** Whom a request is forwarded to: a model provider, or a git host. */
export type Forwardee = Pick<Provider, "label" | "keyHeaders" | "meter" | "prepare">;

export interface ForwardOptions {
  readonly upstreams: Upstreams;
  readonly origin: URL;
  /** How its name is resolved; default: as the system does. */
  readonly lookup?: UpstreamRequest["lookup"];
  readonly provider: Forwardee;
  readonly target: Target;
  readonly kind: RouteKind;
  /** Undefined: the upstream needs none. */
  readonly key: string | undefined;
  /** What must not stand in the answer; default: the key. */
  readonly secrets?: readonly string[];
  /** The broker's own token, which must not leave the pod. */
  readonly token: string;
  readonly maxRequestBytes: number;
  readonly signal: AbortSignal;
  /** Milliseconds, only ever growing. */
  readonly now: () => number;
  /** Told of the meter when an answer that is counted begins. */
  readonly onAnswer: (meter: Meter) => void;
  /** Why an answer with this status is not passed on; default: every answer is. */
  readonly refusal?: (status: number) => BrokerError | undefined;
  /** Milliseconds between two pieces of the answer; default: as with providers. */
  readonly silence?: number;
  /** Changes a stream of events on its way, before it is searched for secrets. */
  readonly rewrite?: () => Redactor;
  /** Where the asker is sent for an upstream's redirect; default: nowhere, a redirect is an error. */
  readonly movedTo?: (location: string | undefined) => string | undefined;
}

export interface Forwarded {
  readonly status: number;
  /** Undefined when the request is not one that is counted. */
  readonly reading: Reading | undefined;
  /** False when one of the two sides broke off. */
  readonly complete: boolean;
  /** Milliseconds until the provider's first byte. */
  readonly firstByte: number;
}

function toBrokerError(error: unknown, provider: Forwardee): BrokerError {
  if (error instanceof BrokerError) return error;
  if (error instanceof UpstreamTimeout) {
    return new BrokerError("UPSTREAM_TIMEOUT", `${provider.label} did not answer in time. Try again.`, {
      cause: error,
    });
  }
  const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
  const message = `${provider.label} cannot be reached${code}. Try again; if it lasts, an administrator should look at the way there.`;
  return new BrokerError("UPSTREAM_UNREACHABLE", message, { cause: error });
}

async function send(
  incoming: IncomingMessage,
  options: ForwardOptions,
): Promise<{ answer: IncomingMessage; bytes: () => number }> {
  const { provider, target, key, token, origin, signal, lookup } = options;
  const { method = "GET" } = incoming;
  const headers = requestHeaders(incoming.headers, token);
  if (key !== undefined) Object.assign(headers, provider.keyHeaders(key));
  const bounded = boundedBody(incoming, options.maxRequestBytes);
  let body: Readable | Buffer | undefined;
  if (method === "POST" && provider.prepare?.applies(target.path) === true) {
    body = provider.prepare.rewrite(await readAll(bounded.stream));
    headers["content-length"] = String(body.length);
  } else if (method === "POST" || method === "PATCH") {
    body = Readable.from(bounded.stream, { objectMode: false });
  }
  const answer = await options.upstreams.request({
    origin,
    method,
    path: target.send,
    headers,
    body,
    lookup,
    signal,
    silence: options.silence,
  });
  return { answer, bytes: bounded.bytes };
}

/** For an answer that nobody understood: a guess is better than a model that costs nothing. */
function guess(requestBytes: number, answerBytes: number): Reading {
  return {
    model: undefined,
    freshTokens: guessTokens(requestBytes),
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: guessTokens(answerBytes),
    estimated: true,
  };
}

/**
 * Resolves when the answer has been passed on, or was cut by either side after it had begun.
 *
 * @throws BrokerError when nothing has been answered yet, so that the caller can still say why
 */
export async function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  options: ForwardOptions,
): Promise<Forwarded> {
  const { provider, target, kind, key, signal, now } = options;
  const begun = now();
  const sent = await send(incoming, options).catch((error: unknown) => {
    throw toBrokerError(error, provider);
  });
  const { answer } = sent;
  const firstByte = now() - begun;
  const status = answer.statusCode ?? 502;
  const refusal = options.refusal?.(status);
  if (refusal !== undefined) {
    answer.destroy();
    throw refusal;
  }
  if (status >= 300 && status < 400) {
    answer.destroy();
    const location = options.movedTo?.(answer.headers.location);
    if (location !== undefined) {
      response.writeHead(status, { location, "content-length": 0 }).end();
      return { status, reading: undefined, complete: true, firstByte };
    }
    const message = `${provider.label} answered with a redirect, which the broker does not follow; an administrator should correct its upstream.`;
    throw new BrokerError("UPSTREAM_UNREACHABLE", message);
  }
  const counted = kind === "model" && status >= 200 && status < 300;
  const secrets = options.secrets ?? (key === undefined ? [] : [key]);
  const contentType = answer.headers["content-type"];
  const body = hasBody(incoming, status) ? unpack(answer, answer.headers["content-encoding"]) : answer;

  const meter: Meter = provider.meter({ path: target.path, bytes: sent.bytes });
  const scan = scanner(contentType, (value) => meter.see(value));
  const clean = redactor(secrets);
  const isStream = /^text\/event-stream\b/i.test(contentType ?? "");
  const rewrite = isStream ? options.rewrite?.() : undefined;
  if (counted) options.onAnswer(meter);
  let answerBytes = 0;
  const write = async (chunk: Buffer): Promise<void> => {
    if (chunk.length > 0 && !response.write(chunk) && !signal.aborted) await once(response, "drain", { signal });
  };

  response.writeHead(
    status,
    responseHeaders(answer.headers, (text) => redactText(text, secrets)),
  );
  // A client that waits for a slow model learns at once that it was heard.
  response.flushHeaders();
  let complete = true;
  try {
    for await (const piece of body) {
      const chunk = Buffer.from(piece);
      answerBytes += chunk.length;
      // Counted before it is passed on: see accountNow().
      if (counted) scan.push(chunk);
      await write(clean.push(rewrite?.push(chunk) ?? chunk));
    }
    if (counted) scan.end();
    if (rewrite) await write(clean.push(rewrite.end()));
    await write(clean.end());
    response.end();
  } catch {
    // Too late for words: the cut itself tells the client that the answer is not whole.
    complete = false;
    response.destroy();
  }
  if (!counted) return { status, reading: undefined, complete, firstByte };
  const spoke = answerBytes > 0 && /json|event-stream|^$/i.test(contentType ?? "");
  const reading = meter.read(complete) ?? (spoke ? guess(sent.bytes(), answerBytes) : undefined);
  return { status, reading, complete, firstByte };
}

/** Some name a packing for the body that they do not send. */
function hasBody({ method }: IncomingMessage, status: number): boolean {
  return method !== "HEAD" && status !== 204 && status !== 304;
}
