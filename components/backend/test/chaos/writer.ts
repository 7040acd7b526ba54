/** A client that sends one run after the other, at whichever replica, and repeats a request until it is answered. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

/** Whoever asks is answered within this time, or told to ask again. */
const LONGEST_MILLISECONDS = 30_000;

export interface Sent {
  readonly text: string;
  /** Undefined: never accepted, so it may have begun or not. */
  runId: string | undefined;
  cancelled: "no" | "perhaps" | "yes";
}

export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

const Body = z.record(z.string(), z.unknown());

export class Writer {
  readonly sent: Sent[] = [];
  /** What must never happen and did. */
  readonly faults: string[] = [];
  /** How often each answer was given. */
  readonly answers = new Map<string, number>();
  readonly #name: string;
  readonly #address: () => string;
  readonly #token: string;

  /** `address`: of the session at a replica, each time anew. */
  constructor(name: string, address: () => string, token: string) {
    this.#name = name;
    this.#address = address;
    this.#token = token;
  }

  /** One request, once; undefined when the connection broke. */
  async ask(method: string, path: string, body?: unknown, key?: string): Promise<Answered | undefined> {
    const began = performance.now();
    const what = `${method} ${path}`;
    try {
      const answer = await fetch(`${this.#address()}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(key === undefined ? {} : { "idempotency-key": key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(LONGEST_MILLISECONDS + 5_000),
      });
      const text = await answer.text();
      const { status } = answer;
      const parsed = text === "" ? {} : Body.parse(JSON.parse(text));
      this.#note(status, parsed, what);
      return { status, body: parsed };
    } catch (error) {
      if (error instanceof Error && error.name === "TimeoutError") this.faults.push(`${what} was not answered`);
      return undefined;
    } finally {
      const seconds = (performance.now() - began) / 1000;
      if (seconds * 1000 > LONGEST_MILLISECONDS) this.faults.push(`${what} took ${seconds.toFixed(1)} s`);
    }
  }

  /** Resolves when the run was accepted, or with the signal. */
  async say(signal: AbortSignal): Promise<void> {
    const text = `${this.#name} ${this.sent.length}`;
    const entry: Sent = { text, runId: undefined, cancelled: "no" };
    this.sent.push(entry);
    const body = { messages: [{ role: "user", content: text }] };
    const key = text.replaceAll(" ", "-");
    while (!signal.aborted) {
      const answer = await this.ask("POST", "/agui/run", body, key);
      if (answer?.status === 202) {
        entry.runId = z.string().parse(answer.body["runId"]);
        return;
      }
      if (answer?.status !== undefined && answer.status < 500 && answer.status !== 409 && answer.status !== 429) {
        this.faults.push(`${text} was refused with ${answer.status} ${JSON.stringify(answer.body)}`);
        return;
      }
      await sleep(50);
    }
  }

  /** Takes back one that may still wait. */
  async cancel(entry: Sent): Promise<void> {
    if (entry.runId === undefined || entry.cancelled === "yes") return;
    const answer = await this.ask("DELETE", `/agui/queue/${entry.runId}`);
    if (answer?.status === 204) entry.cancelled = "yes";
    else if (answer === undefined || answer.status >= 500) entry.cancelled = "perhaps";
  }

  #note(status: number, body: Record<string, unknown>, what: string): void {
    const code = status < 400 ? "" : ` ${String(body["code"])}`;
    this.answers.set(`${status}${code}`, (this.answers.get(`${status}${code}`) ?? 0) + 1);
    const isOurs = status < 500 || [502, 503, 504].includes(status);
    if (!isOurs || (status >= 400 && typeof body["code"] !== "string")) {
      this.faults.push(`${what} was answered with ${status} ${JSON.stringify(body)}`);
    }
  }
}
