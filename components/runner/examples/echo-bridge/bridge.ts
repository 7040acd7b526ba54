/**
 * The smallest bridge that does everything: says the user's words again, piece by piece, with a tool call and a question
 * when it is asked for them. Worked example of docs/guide/bridges.md; copy it to begin a bridge of your own.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Speech } from "../../src/bridges/common/speech.ts";
import { questionInterrupt, Questions } from "../../src/bridges/common/asks.ts";
import type {
  EventSink,
  PlatformBridge,
  RunInput,
  RunOutcome,
  SessionContext,
  SpecChange,
} from "../../src/bridges/bridge.ts";
import type { CapabilitiesReport, FrameworkCapabilities } from "@pilothouse/contracts/runner/capabilities";

export const createBridge = (): PlatformBridge => new EchoBridge();

const PAUSE = 20;
const QUESTION = { question: "Loud or quiet?", header: "Voice", options: [], multiSelect: false };

class EchoBridge implements PlatformBridge {
  /** Speech makes AG-UI events of what the agent says and does, and ends what is open. */
  readonly #speech = new Speech({ newId: randomUUID, now: () => performance.now() });
  #context: SessionContext | undefined;
  #running: AbortController | undefined;

  capabilities(): FrameworkCapabilities {
    return {
      framework: "echo",
      provider: null,
      agentFeatures: ["agentic_chat", "human_in_the_loop"],
      fileSystem: false,
      mcp: false,
      tracing: null,
      supportedTracing: null,
      sessionPersistence: true,
    };
  }

  report(): CapabilitiesReport {
    return { ...this.capabilities(), models: [], tools: ["count_words"], commands: [], agents: [] };
  }

  /** Start the framework here: its process, its connection. Reject with a RunnerError when it cannot work at all. */
  async start(context: SessionContext): Promise<void> {
    this.#context = context;
    await context.rememberFrameworkSession(context.threadId);
  }

  /** One run at a time. Everything between RUN_STARTED and RUN_FINISHED is emitted here; these two are not. */
  async run(input: RunInput, sink: EventSink): Promise<RunOutcome> {
    const running = new AbortController();
    this.#running = running;
    this.#speech.newRun();
    try {
      return await this.#answer(input, sink, running.signal);
    } catch (error) {
      if (running.signal.aborted) return { type: "cancelled" };
      throw error;
    } finally {
      this.#running = undefined;
    }
  }

  async interrupt(): Promise<void> {
    this.#running?.abort(new Error("The user interrupted."));
  }

  async applyChange(change: SpecChange): Promise<void> {
    this.#context?.logger.info({ change: change.type }, "an echo has nothing to change");
  }

  async mcpStatus(): Promise<never[]> {
    return [];
  }

  async stop(): Promise<void> {
    await this.interrupt();
  }

  async #answer(input: RunInput, sink: EventSink, signal: AbortSignal): Promise<RunOutcome> {
    const [answer] = input.resume;
    if (answer?.status === "cancelled") return { type: "cancelled" };
    const words = answer === undefined ? wordsOf(input) : `You chose: ${chosen(answer.payload)}`;
    if (words === "ask me") {
      // The run ends with the question. The answer comes as `resume` of the next run, which may be after a restart.
      const interrupt = questionInterrupt({ id: randomUUID() }, { questions: [QUESTION] });
      return { type: "interrupt", interrupts: [interrupt] };
    }
    if (words.startsWith("count ")) this.#count(words.slice("count ".length), sink);
    for (const word of words.split(/(?<= )/)) {
      await sleep(PAUSE, undefined, { signal });
      for (const event of this.#speech.text(word)) sink.emit(event);
      // When readers are slow, wait for them.
      await sink.writable();
    }
    for (const event of this.#speech.end()) sink.emit(event);
    return { type: "success", text: words };
  }

  #count(words: string, sink: EventSink): void {
    const id = randomUUID();
    const events = [
      ...this.#speech.toolStart(id, "count_words"),
      ...this.#speech.toolArguments(id, JSON.stringify({ words })),
      ...this.#speech.toolEnd(id),
      ...this.#speech.toolResult(id, { content: String(words.split(/\s+/).length), isError: false }),
    ];
    for (const event of events) sink.emit(event);
  }
}

function wordsOf({ messages }: RunInput): string {
  const last = messages.at(-1);
  return last !== undefined && "content" in last && typeof last.content === "string" ? last.content : "";
}

function chosen(payload: unknown): string {
  const read = Questions.answers.safeParse(payload);
  return read.success ? Object.values(read.data.answers).join(", ") : "nothing that could be read";
}
