/** A client of the event stream that comes back after every cut, as a browser does. */
import { readMessages } from "@pilothouse/agui";

export interface Received {
  readonly seq: number;
  readonly data: string;
}

export class TestReader {
  readonly received: Received[] = [];
  /** How often it connected. */
  connections = 0;
  readonly #urls: readonly string[];
  readonly #token: string;
  readonly #end = new AbortController();
  #connection = new AbortController();
  #done: Promise<void> | undefined;

  /** Of several addresses each connection takes the next. */
  constructor(url: string | readonly string[], token: string) {
    this.#urls = typeof url === "string" ? [url] : url;
    this.#token = token;
  }

  get lastSeq(): number {
    return this.received.at(-1)?.seq ?? 0;
  }

  /** Reads until {@link stop}. With `from` 0 the history comes whole, without it compacted. */
  start(from?: number): void {
    this.#done = this.#run(from);
  }

  /** Breaks the connection; the reader resumes by itself. */
  cut(): void {
    this.#connection.abort();
  }

  async stop(): Promise<void> {
    this.#end.abort();
    this.#connection.abort();
    await this.#done;
  }

  async until(condition: () => boolean, milliseconds = 10_000): Promise<void> {
    const deadline = Date.now() + milliseconds;
    while (!condition()) {
      if (Date.now() > deadline) throw new Error(`nothing came of it: last event ${this.lastSeq}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async #run(from: number | undefined): Promise<void> {
    for (let attempt = 0; !this.#end.signal.aborted; attempt += 1) {
      this.#connection = new AbortController();
      const resume = this.received.length > 0 ? this.lastSeq : from;
      try {
        const response = await fetch(this.#urls[attempt % this.#urls.length] ?? "", {
          headers: {
            authorization: `Bearer ${this.#token}`,
            accept: "text/event-stream",
            ...(resume === undefined ? {} : { "last-event-id": String(resume) }),
          },
          signal: this.#connection.signal,
        });
        this.connections += 1;
        if (!response.ok || response.body === null) throw new Error(`${response.status}`);
        for await (const { id, data } of readMessages(response.body)) this.received.push({ seq: Number(id), data });
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  }
}
