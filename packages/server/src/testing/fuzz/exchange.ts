/** One request over a connection of its own kind, and its answer; of a stream its beginning. */
import { Agent, request as send, type IncomingHttpHeaders } from "node:http";
import type { Wish } from "./wish.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Of a stream that is still open. */
  readonly partial: boolean;
}

/** How long a stream is listened to. */
const LISTEN_MILLISECONDS = 40;
const LONGEST_TEXT = 4 * 1024 * 1024;

export class Exchange {
  readonly #base: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });

  constructor(base: string) {
    this.#base = new URL(base);
  }

  /** @throws Error when there is no answer within `patience` milliseconds */
  async ask({ method, path, headers, body }: Wish, token: string | undefined, patience: number): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const outgoing = send({
      host: this.#base.hostname,
      port: this.#base.port,
      agent: this.#agent,
      method,
      path,
      headers: {
        ...headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
      },
    });
    const late = setTimeout(() => outgoing.destroy(new Error(`no answer in ${patience} ms`)), patience);
    outgoing.once("error", reject);
    outgoing.once("response", (response) => {
      let text = "";
      const done = (partial: boolean): void => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, partial });
      };
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        if (text.length < LONGEST_TEXT) text += chunk;
      });
      response.once("end", () => done(false)).once("error", reject);
      if (!String(response.headers["content-type"]).startsWith("text/event-stream")) return;
      const enough = setTimeout(() => {
        done(true);
        response.destroy();
      }, LISTEN_MILLISECONDS);
      response.once("close", () => clearTimeout(enough));
    });
    outgoing.end(body);
    try {
      return await promise;
    } finally {
      clearTimeout(late);
    }
  }

  close(): void {
    this.#agent.destroy();
  }
}
