// The simulated provider: an HTTP server that answers every wire's requests from one script and keeps what it was asked.
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setImmediate } from "node:timers/promises";
import type { Conversation, Turn, Wire } from "./conversation.ts";
import { readTurn } from "./conversation.ts";
import { SimulatorError } from "./errors.ts";
import { readBody } from "./body.ts";
import type { SpokenBlock } from "./perform.ts";
import { perform } from "./perform.ts";
import type { MessageReply, ModelError, Reply } from "./reply.ts";
import { stopReasonOf, usageOf } from "./reply.ts";
import type { Script } from "./script.ts";
import { presentedKey } from "./keys.ts";
import { anthropicWire } from "./wires/anthropic/index.ts";
import { geminiWire } from "./wires/gemini/index.ts";
import { openaiWire } from "./wires/openai/index.ts";
import type { AnswerContext, WireProtocol, WireRequest } from "./wires/wire.ts";
import { BadRequest, randomId } from "./wires/wire.ts";

/** A request as it arrived, and what became of it. */
export interface RecordedRequest {
  readonly method: string;
  /** Path with its query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
  readonly wire?: Wire;
  readonly conversation?: Conversation;
  readonly turn?: Turn;
  /** Which rule of the script answered. */
  rule?: string;
  reply?: Reply;
  /** `pending` while the answer runs; `aborted` when the client left before its end. */
  outcome: "pending" | "answered" | "aborted";
}

export interface SimulatorOptions {
  readonly script: Script;
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly host?: string;
  /** When given, requests with any other key get the provider's 401. */
  readonly apiKeys?: readonly string[];
  /** Told of each answered request in one line. */
  readonly log?: (line: string) => void;
  /** How many requests `requests` holds; older ones are dropped. */
  readonly keep?: number;
}

export interface ModelSimulator {
  /** Origin to give to a client as the provider's address, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Oldest first. */
  readonly requests: RecordedRequest[];
  /** Replaces the script for the requests to come. */
  use(script: Script): void;
  stop(): Promise<void>;
}

// Asked in this order: Anthropic and OpenAI share a path, and only the former can tell its own clients by a header.
const WIRES: readonly WireProtocol[] = [anthropicWire, geminiWire, openaiWire];

function sendJson(
  response: ServerResponse,
  status: number,
  document: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify(document);
  response.writeHead(status, {
    ...headers,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

function sendError(response: ServerResponse, wire: WireProtocol, error: ModelError): void {
  sendJson(response, error.status, wire.errorDocument(error), wire.errorHeaders(error));
}

/** Resolves when the client may be written to again, or has gone. */
async function write(response: ServerResponse, chunk: string, signal: AbortSignal): Promise<void> {
  if (chunk === "" || response.write(chunk) || signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off("drain", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    response.once("drain", done);
    signal.addEventListener("abort", done, { once: true });
  });
}

async function sendMessage(
  response: ServerResponse,
  wire: WireProtocol,
  reply: MessageReply,
  context: AnswerContext,
  signal: AbortSignal,
): Promise<void> {
  const { stream } = context.conversation;
  const writer = wire.streamWriter(context);
  const finished: SpokenBlock[] = [];
  const begin = async (): Promise<void> => {
    if (!stream || response.headersSent) return;
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
    await write(response, writer.start(), signal);
  };
  for await (const beat of perform(reply, () => wire.newToolId(), signal)) {
    await begin();
    if (beat.type === "break") {
      // What was said so far leaves the machine first: the head of an answer is only written in the next tick.
      await setImmediate();
      response.socket?.destroySoon();
      return;
    }
    if (beat.type === "fail") {
      if (stream) response.end(writer.fail(beat.error));
      else sendError(response, wire, beat.error);
      return;
    }
    if (beat.type === "close") finished.push(beat.block);
    if (stream) await write(response, writer.beat(beat), signal);
  }
  if (signal.aborted) return;
  await begin();
  if (stream) response.end(writer.finish());
  else sendJson(response, 200, wire.document(finished, context));
}

export async function startModelSimulator(options: SimulatorOptions): Promise<ModelSimulator> {
  const { host = "127.0.0.1", keep = 1000, log } = options;
  const requests: RecordedRequest[] = [];
  const stopping = new AbortController();
  let script = options.script;

  const remember = (request: RecordedRequest): RecordedRequest => {
    requests.push(request);
    if (requests.length > keep) requests.splice(0, requests.length - keep);
    return request;
  };

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(incoming.url ?? "/", "http://simulator");
    if (url.pathname === "/health") return sendJson(response, 200, { status: "ok" });
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const signal = AbortSignal.any([gone.signal, stopping.signal]);
    const received = await readBody(incoming);
    const { headers, method = "GET" } = incoming;
    const request: WireRequest = { method, path: url.pathname, query: url.searchParams, headers, body: received };
    const common = { method, url: incoming.url ?? "/", headers, body: received };

    for (const wire of WIRES) {
      const refuse = (error: ModelError): void => {
        remember({ ...common, reply: { kind: "error", error }, outcome: "answered" });
        log?.(`${method} ${url.pathname} ${error.status} ${error.message ?? ""}`);
        sendError(response, wire, error);
      };
      let exchange;
      try {
        exchange = wire.read(request);
      } catch (error) {
        if (!(error instanceof BadRequest)) throw error;
        return refuse({ status: 400, message: error.message });
      }
      if (exchange === undefined) continue;
      const key = presentedKey(request);
      if (method !== "HEAD" && options.apiKeys && !options.apiKeys.includes(key ?? "")) {
        return refuse({ status: 401, message: "invalid x-api-key" });
      }
      if (exchange.kind === "document") {
        remember({ ...common, outcome: "answered" });
        return sendJson(response, 200, exchange.document);
      }
      const { conversation } = exchange;
      const turn = readTurn(conversation);
      const given = script.answer(conversation, turn);
      if (given === undefined) {
        const message = `script "${script.name}" has no answer to prompt ${turn.number} step ${turn.step}: ${turn.prompt.slice(0, 200)}`;
        return refuse({ status: 400, message });
      }
      const { reply, rule } = given;
      const record = remember({
        ...common,
        wire: conversation.wire,
        conversation,
        turn,
        rule,
        reply,
        outcome: "pending",
      });
      response.once("close", () => {
        record.outcome = response.writableFinished ? "answered" : "aborted";
      });
      log?.(`${method} ${url.pathname} ${conversation.model} ${rule} turn ${turn.number} step ${turn.step}`);
      if (reply.kind === "error") return sendError(response, wire, reply.error);
      const context: AnswerContext = {
        conversation,
        usage: usageOf(reply, conversation),
        stopReason: stopReasonOf(reply),
        id: randomId(),
        now: Math.floor(Date.now() / 1000),
      };
      return sendMessage(response, wire, reply, context, signal);
    }
    remember({ ...common, outcome: "answered" });
    sendJson(response, 404, {
      type: "error",
      error: { type: "not_found_error", message: `no such path: ${url.pathname}` },
    });
  };

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => {
      log?.(`${incoming.method ?? ""} ${incoming.url ?? ""} failed: ${String(error)}`);
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { type: "error", error: { type: "api_error", message: String(error) } });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new SimulatorError("PORT_UNAVAILABLE", `${host}:${options.port ?? 0}: ${error.message}`, { cause: error }),
      ),
    );
    server.listen(options.port ?? 0, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new SimulatorError("PORT_UNAVAILABLE", `${host}: no address`);
  return {
    url: `http://${host}:${address.port}`,
    port: address.port,
    requests,
    use(next) {
      script = next;
    },
    async stop() {
      stopping.abort();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
