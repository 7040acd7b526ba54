/** One Claude Code process with its conversation: started warm, fed by a channel, read message by message. */
import {
  startup,
  type Options,
  type Query,
  type SDKMessage,
  type SDKUserMessage,
} from "@anthropic-ai/claude-agent-sdk";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../errors.ts";
import { Channel } from "./channel.ts";

const STDERR_KEPT = 4096;
const START_TIMEOUT = 60_000;
const STOP_PATIENCE = 1500;
const FORCE_PATIENCE = 3000;

export interface ClaudeProcessEvents {
  onMessage(message: SDKMessage): Promise<void>;
  /** The process has ended, asked or not. */
  onEnd(error: unknown): void;
}

export class ClaudeProcess {
  readonly query: Query;
  readonly #input: Channel<SDKUserMessage>;
  readonly #abort: AbortController;
  readonly #ended: Promise<void>;
  #stderr: () => string;
  #alive = true;

  private constructor(
    query: Query,
    input: Channel<SDKUserMessage>,
    abort: AbortController,
    stderr: () => string,
    events: ClaudeProcessEvents,
  ) {
    this.query = query;
    this.#input = input;
    this.#abort = abort;
    this.#stderr = stderr;
    this.#ended = this.#read(events);
  }

  /** Resolves when the process has initialized. Rejects with its own words when it cannot. */
  static async start(
    options: (hooks: { stderr: (data: string) => void; abortController: AbortController }) => Options,
    events: ClaudeProcessEvents,
  ): Promise<ClaudeProcess> {
    let tail = "";
    const stderr = (data: string): void => {
      tail = `${tail}${data}`.slice(-STDERR_KEPT);
    };
    const abortController = new AbortController();
    try {
      const warm = await startup({ options: options({ stderr, abortController }), initializeTimeoutMs: START_TIMEOUT });
      const input = new Channel<SDKUserMessage>();
      return new ClaudeProcess(warm.query(input), input, abortController, () => tail, events);
    } catch (error) {
      throw new Error([messageOf(error), tail.trim()].filter((part) => part !== "").join("\n"), { cause: error });
    }
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** The last lines that the process wrote to its error output. */
  get lastWords(): string {
    return this.#stderr().trim();
  }

  send(message: SDKUserMessage): void {
    this.#input.push(message);
  }

  /** Ends the process: by the end of its input, and by force when that takes too long. */
  async stop(): Promise<void> {
    this.#alive = false;
    this.#input.close();
    const timer = setTimeout(() => this.#abort.abort(), STOP_PATIENCE);
    // Aborting ends the process by force after a grace period of its own.
    await Promise.race([this.#ended, sleep(STOP_PATIENCE + FORCE_PATIENCE, undefined, { ref: false })]);
    clearTimeout(timer);
  }

  async #read(events: ClaudeProcessEvents): Promise<void> {
    let failure: unknown;
    try {
      for await (const message of this.query) await events.onMessage(message);
    } catch (error) {
      // Also thrown after an ordinary end when the last turn was an error.
      failure = error;
    }
    this.#alive = false;
    events.onEnd(failure);
  }
}
