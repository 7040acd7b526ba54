/** The child process with Gemini CLI's core: started, spoken to over IPC, and ended by the bridge that owns it. */
import { fork, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { RunnerError } from "../../errors.ts";
import {
  FromChild,
  type History,
  type Part,
  type StartOptions,
  type ToChild,
  type Told,
  type ToolAnswer,
  type ToolDefinition,
} from "./protocol.ts";

const MAIN = fileURLToPath(new URL("child/main.ts", import.meta.url));
const STDERR_KEPT = 4096;
const START_TIMEOUT = 60_000;
const STOP_PATIENCE = 1500;
const STATUS_TIMEOUT = 5000;

type McpServers = Extract<FromChild, { type: "mcpStatus" }>["servers"];

export interface GeminiProcessOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly start: StartOptions;
  /** Told of each thing that the agent says or does in a turn, in order; the next waits for it. */
  readonly onTold: (turn: string, told: Told) => Promise<void>;
  /** A tool of the bridge is called; {@link GeminiProcess.answerTool} answers, at any time. */
  readonly onToolCall: (id: string, name: string, args: Record<string, unknown>) => void;
  readonly onTurnEnded: (turn: string, history: History) => void;
  /** The process has ended without being asked to. */
  readonly onDeath: (lastWords: string) => void;
  readonly onProblem: (error: unknown) => void;
}

export class GeminiProcess {
  readonly #child: ChildProcess;
  readonly #options: GeminiProcessOptions;
  readonly #ready = Promise.withResolvers<{ tools: string[]; models: string[] }>();
  readonly #exited: Promise<void>;
  readonly #statusRequests = new Map<string, (servers: McpServers) => void>();
  #stderr = "";
  #stopping = false;
  #alive = true;
  #handling: Promise<void> = Promise.resolve();
  tools: readonly string[] = [];
  models: readonly string[] = [];

  /** Resolves when the agent is ready. Rejects with its own words when it cannot be. */
  static async start(options: GeminiProcessOptions): Promise<GeminiProcess> {
    const started = new GeminiProcess(options);
    const timer = setTimeout(
      () => started.#ready.reject(new Error(`it was not ready within ${START_TIMEOUT / 1000} s`)),
      START_TIMEOUT,
    );
    try {
      const { tools, models } = await started.#ready.promise;
      started.tools = tools;
      started.models = models;
      return started;
    } catch (error) {
      await started.stop();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  private constructor(options: GeminiProcessOptions) {
    this.#options = options;
    const child = fork(MAIN, [], {
      cwd: options.start.workingDirectory,
      env: options.environment,
      execArgv: [],
      // What it writes to its standard output is noise; the end of its error output explains a death.
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child = child;
    this.#ready.promise.catch(() => undefined);
    child.stderr?.on("data", (data: Buffer) => {
      this.#stderr = `${this.#stderr}${data.toString("utf8")}`.slice(-STDERR_KEPT);
    });
    child.on("message", (raw) => {
      this.#handling = this.#handling.then(async () => this.#receive(raw)).catch(options.onProblem);
    });
    child.on("error", (error) => this.#ready.reject(error));
    this.#exited = new Promise((resolve) => {
      child.once("exit", () => {
        this.#alive = false;
        this.#ready.reject(new Error(this.lastWords === "" ? "it ended at once" : this.lastWords));
        resolve();
        // What it said before it ended comes first.
        void this.#handling.then(() => {
          if (!this.#stopping) options.onDeath(this.lastWords);
        });
      });
    });
    this.#send({ type: "start", options: options.start });
  }

  get alive(): boolean {
    return this.#alive && !this.#stopping;
  }

  /** The last lines that the process wrote to its error output. */
  get lastWords(): string {
    return this.#stderr.trim();
  }

  /** @param tools the client's, for this turn */
  turn(id: string, content: readonly Part[], tools: readonly ToolDefinition[]): void {
    this.#send({ type: "turn", id, content: [...content], tools: [...tools] });
  }

  answerTool(id: string, answer: ToolAnswer): void {
    this.#send({ type: "toolAnswer", id, answer });
  }

  abort(): void {
    this.#send({ type: "abort" });
  }

  /** Ends the process as a crash would: for one that does not hear. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  setModel(model: string): void {
    this.#send({ type: "model", model });
  }

  setPermissionMode(permissionMode: StartOptions["permissionMode"]): void {
    this.#send({ type: "permissionMode", permissionMode });
  }

  async mcpStatus(): Promise<McpServers> {
    const id = randomUUID();
    const { promise, resolve, reject } = Promise.withResolvers<McpServers>();
    this.#statusRequests.set(id, resolve);
    const timer = setTimeout(
      () => reject(new RunnerError("AGENT_ERROR", "Gemini CLI did not tell the state of its MCP servers")),
      STATUS_TIMEOUT,
    );
    this.#send({ type: "mcpStatus", id });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#statusRequests.delete(id);
    }
  }

  /** Ends the process: by asking, and by force when that takes too long. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (!this.#alive) return;
    this.#send({ type: "stop" });
    const patience = new AbortController();
    await Promise.race([this.#exited, sleep(STOP_PATIENCE, undefined, { signal: patience.signal, ref: false })]);
    patience.abort();
    if (!this.#alive) return;
    this.kill();
    await this.#exited;
  }

  #send(message: ToChild): void {
    if (this.#child.connected) this.#child.send(message, (error) => error !== null && this.#options.onProblem(error));
  }

  async #receive(raw: unknown): Promise<void> {
    const message = FromChild.parse(raw);
    switch (message.type) {
      case "ready":
        return this.#ready.resolve(message);
      case "failed":
        return this.#ready.reject(new Error(message.message));
      case "told":
        return this.#options.onTold(message.turn, message.told);
      case "toolCall":
        return this.#options.onToolCall(message.id, message.name, message.args);
      case "turnEnded":
        return this.#options.onTurnEnded(message.turn, message.history);
      case "mcpStatus":
        return this.#statusRequests.get(message.id)?.(message.servers);
      default:
        return message satisfies never;
    }
  }
}
