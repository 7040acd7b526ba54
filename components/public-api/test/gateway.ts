/** A public API that listens on a free port, with what it logs kept for inspection. */
import type { FastifyInstance } from "fastify";
import { loadConfiguration } from "../src/configuration.ts";
import { createLogger } from "@pilothouse/server";
import { createPublicApi } from "../src/server.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

export interface CallOptions {
  readonly token?: string | undefined;
  readonly project?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export class TestGateway {
  readonly url: string;
  readonly logs: string[];
  readonly #app: FastifyInstance;

  private constructor(app: FastifyInstance, url: string, logs: string[]) {
    this.#app = app;
    this.url = url;
    this.logs = logs;
  }

  static async start(backendUrl: string, variables: Record<string, string> = {}): Promise<TestGateway> {
    const logs: string[] = [];
    const app = await createPublicApi({
      configuration: loadConfiguration({ BACKEND_URL: backendUrl, ...variables }),
      logger: createLogger("public-api", "debug", { write: (line) => logs.push(line) }),
      validateAnswers: true,
    });
    return new TestGateway(app, await app.listen({ host: "127.0.0.1", port: 0 }), logs);
  }

  /** The answer as it comes; its body is the caller's to read. `body` is sent as JSON unless it is text. */
  async fetch(method: string, path: string, options: CallOptions = {}): Promise<Response> {
    const { token, project, body, headers, signal } = options;
    return fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(project === undefined ? {} : { "x-project": project }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
      redirect: "manual",
    });
  }

  async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const { status, headers, ...response } = await this.fetch(method, path, options).then(async (answer) => ({
      status: answer.status,
      headers: answer.headers,
      text: await answer.text(),
    }));
    const isJson = headers.get("content-type")?.startsWith("application/json") === true;
    const body = isJson && response.text !== "" ? (JSON.parse(response.text) as Record<string, unknown>) : {};
    return { status, headers, text: response.text, body };
  }

  /** The value of a metric's line that begins so. */
  async metric(begin: string): Promise<number | undefined> {
    const { text } = await this.call("GET", "/metrics");
    const line = text.split("\n").find((candidate) => candidate.startsWith(begin));
    return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(" ")));
  }

  async stop(): Promise<void> {
    await this.#app.close();
  }
}

/** Polls until it holds. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  what: string | (() => string),
  seconds = 10,
  pause = 20,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s for ${typeof what === "string" ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
