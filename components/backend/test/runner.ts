/**
 * The runner's side of the contract, over real HTTP: a numbered log that outlives restarts, the live stream, and the push
 * to the transcript store. What it leaves out is an agent.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { resumePosition } from "@pilothouse/agui";
import { createLocalJWKSet, jwtVerify } from "jose";

export interface LoggedEvent {
  readonly seq: number;
  readonly data: string;
}

export interface RunnerCall {
  readonly method: string;
  readonly url: string;
  readonly subject: string | undefined;
  readonly verbs: unknown;
  readonly body: string;
  /** The trace that the call belongs to. */
  readonly traceparent: string | undefined;
}

/** Pods of one machine have loopback addresses of their own. */
const ADDRESS = "127.42.0.1";

export class TestRunner {
  readonly log: LoggedEvent[] = [];
  readonly calls: RunnerCall[] = [];
  /** Answers to everything but the event stream. */
  answer: (call: RunnerCall) => { status: number; body: unknown; type?: string } = () => ({ status: 404, body: {} });
  readonly #keys: ReturnType<typeof createLocalJWKSet>;
  readonly #uid: string;
  readonly #readers = new Map<ServerResponse, number>();
  #server: Server | undefined;

  constructor(jwks: string, uid: string) {
    this.#keys = createLocalJWKSet(JSON.parse(jwks) as Parameters<typeof createLocalJWKSet>[0]);
    this.#uid = uid;
  }

  /** @returns the endpoint to write into the session's status */
  async start(): Promise<string> {
    const server = createServer((request, response) => {
      void this.#serve(request.method ?? "", request.url ?? "", request, response).catch(() => response.destroy());
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, ADDRESS, resolve));
    return `http://${ADDRESS}:${(server.address() as AddressInfo).port}`;
  }

  /** As a pod that is killed: connections break wherever they are. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#readers.clear();
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  /** Breaks the event streams alone. */
  cut(): void {
    for (const response of this.#readers.keys()) response.destroy();
    this.#readers.clear();
  }

  append(...events: readonly Record<string, unknown>[]): void {
    for (const event of events) this.log.push({ seq: this.log.length + 1, data: JSON.stringify(event) });
    for (const response of this.#readers.keys()) this.#send(response);
  }

  #send(response: ServerResponse): void {
    const after = this.#readers.get(response) ?? 0;
    const frames = this.log.slice(after).map(({ seq, data }) => `id: ${seq}\ndata: ${data}\n\n`);
    if (frames.length === 0) return;
    this.#readers.set(response, this.log.length);
    response.write(frames.join(""));
  }

  async #serve(method: string, url: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const options = { issuer: "pilothouse-backend", audience: this.#uid, maxTokenAge: 60 };
    const { payload } = await jwtVerify(token, this.#keys, options);
    if (url.startsWith("/agui/events")) {
      const query = new URL(url, "http://runner").searchParams;
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(": open\n\n");
      this.#readers.set(response, resumePosition(undefined, query.get("after") ?? undefined) ?? 0);
      response.once("close", () => this.#readers.delete(response));
      this.#send(response);
      return;
    }
    let body = "";
    for await (const chunk of request as AsyncIterable<Buffer>) body += chunk.toString("utf8");
    const traceparent = request.headers["traceparent"];
    const call = {
      method,
      url,
      subject: payload.sub,
      verbs: payload["verbs"],
      body,
      traceparent: typeof traceparent === "string" ? traceparent : undefined,
    };
    this.calls.push(call);
    const { status, body: answer, type = "application/json" } = this.answer(call);
    response.writeHead(status, { "content-type": type });
    response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
  }
}
