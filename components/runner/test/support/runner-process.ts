/** A runner as its own process, as in a pod, and a client of its HTTP interface. */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { readEvents, type SequencedEvent } from "@pilothouse/agui";
import type { Platform, TestSession } from "./platform.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

export class RunnerProcess {
  readonly #child: ChildProcess;
  readonly #platform: Platform;
  readonly #session: TestSession;
  readonly logs: string[] = [];
  readonly exited: Promise<number | null>;
  url = "";

  private constructor(platform: Platform, session: TestSession, change: Record<string, string>) {
    this.#platform = platform;
    this.#session = session;
    this.#child = spawn(process.execPath, [MAIN], {
      env: platform.environment(session, change),
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.exited = new Promise((resolve) => this.#child.once("exit", (code) => resolve(code)));
  }

  /** Started and serving. */
  static async start(
    platform: Platform,
    session: TestSession,
    change: Record<string, string> = {},
  ): Promise<RunnerProcess> {
    const runner = RunnerProcess.launch(platform, session, change);
    await runner.serving;
    return runner;
  }

  /** Started; it may never serve. */
  static launch(platform: Platform, session: TestSession, change: Record<string, string> = {}): RunnerProcess {
    const runner = new RunnerProcess(platform, session, change);
    runner.#read();
    return runner;
  }

  readonly #serving = Promise.withResolvers<void>();
  get serving(): Promise<void> {
    return this.#serving.promise;
  }

  #read(): void {
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new Error("no output");
    createInterface({ input: stdout }).on("line", (line) => {
      this.logs.push(line);
      const address = /"address":"([^"]+)"/.exec(line)?.[1];
      if (address === undefined) return;
      this.url = address;
      this.#serving.resolve();
    });
    createInterface({ input: stderr }).on("line", (line) => this.logs.push(line));
    void this.exited.then((code) =>
      this.#serving.reject(new Error(`the runner ended with ${code} before it served:\n${this.logs.join("\n")}`)),
    );
    this.#serving.promise.catch(() => undefined);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const authorization = `Bearer ${await this.#platform.grant(this.#session.uid)}`;
    const raw = typeof body === "string" || body === undefined;
    return fetch(`${this.url}${path}`, {
      method,
      headers: { authorization, ...(raw ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
    });
  }

  async json(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await this.request(method, path, body);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? undefined : response.json();
  }

  async say(text: string, runId: string = crypto.randomUUID()): Promise<string> {
    const messages = [{ id: crypto.randomUUID(), role: "user", content: text }];
    await this.json("POST", "/agui/run", { runId, messages });
    return runId;
  }

  /** Events after `after`, up to the first that satisfies the condition. */
  async eventsUntil(
    condition: (entry: SequencedEvent, all: readonly SequencedEvent[]) => boolean,
    after = 0,
    seconds = 20,
  ): Promise<SequencedEvent[]> {
    const authorization = `Bearer ${await this.#platform.grant(this.#session.uid)}`;
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(new Error(`no such event within ${seconds} s`)), seconds * 1000);
    const all: SequencedEvent[] = [];
    try {
      const response = await fetch(`${this.url}/agui/events?after=${after}`, {
        headers: { authorization },
        signal: controller.signal,
      });
      if (response.body === null) throw new Error("no body");
      for await (const entry of readEvents(response.body)) {
        all.push(entry);
        if (condition(entry, all)) return all;
      }
      throw new Error("the stream ended");
    } catch (error) {
      const seen = all.map(({ seq, event }) => `${seq} ${event.type}`).slice(-30);
      throw new Error(`${String(error)}\nseen:\n${seen.join("\n")}\nlogs:\n${this.logs.slice(-20).join("\n")}`, {
        cause: error,
      });
    } finally {
      clearTimeout(timer);
      controller.abort();
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(): Promise<number | null> {
    this.#child.kill("SIGTERM");
    return this.exited;
  }
}
