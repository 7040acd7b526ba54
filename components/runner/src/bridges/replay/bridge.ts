/** Plays a recorded session: for demos without a key, for tests, and to look at a bug report as its author saw it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { randomUUID } from "node:crypto";
import { EventType } from "@pilothouse/agui";
import {
  BRIDGE_CAPABILITIES,
  type CapabilitiesReport,
  type FrameworkCapabilities,
} from "@pilothouse/contracts/runner/capabilities";
import { messageOf, RunnerError } from "../../errors.ts";
import type { EventSink, McpServerStatus, PlatformBridge, RunInput, RunOutcome, SessionContext } from "../bridge.ts";
import { FreshIds } from "./fresh-ids.ts";
import { parseRecording, type RecordedEvent, type RecordedRun } from "./recording.ts";

const BUNDLED = fileURLToPath(new URL("recordings", import.meta.url));
const DEFAULT_RECORDING = "fix-the-flaky-test";

export const createBridge = (): PlatformBridge => new ReplayBridge();

export class ReplayBridge implements PlatformBridge {
  /** What is played calls the tools that it called. */
  readonly clientTools = "ignored";
  /** A restarted session plays on with the next run. */
  readonly remembers = true;
  #runs: readonly RecordedRun[] = [];
  #name = DEFAULT_RECORDING;
  #speed = 1;
  #played = 0;
  #ids = new FreshIds(randomUUID);
  #playing: AbortController | undefined;

  capabilities(): FrameworkCapabilities {
    return BRIDGE_CAPABILITIES.replay;
  }

  report(): CapabilitiesReport {
    return { ...this.capabilities(), models: [], tools: [], commands: [], agents: [] };
  }

  async start(context: SessionContext): Promise<void> {
    const variables = context.spec.environmentVariables ?? {};
    this.#name = variables["REPLAY_RECORDING"] ?? DEFAULT_RECORDING;
    this.#speed = speedOf(variables["REPLAY_SPEED"]);
    this.#runs = parseRecording(await load(this.#name, context.recordingsDirectory), this.#name);
    // A session that is started again goes on where it was.
    this.#played = Number(context.frameworkSessionId ?? 0) || 0;
    this.#remember = async (): Promise<void> => context.rememberFrameworkSession(String(this.#played));
  }

  #remember: () => Promise<void> = async () => undefined;

  async run(_input: RunInput, sink: EventSink): Promise<RunOutcome> {
    const run = this.#runs[this.#played];
    if (run === undefined) return this.#sayThatItIsOver(sink);
    this.#played++;
    await this.#remember();
    const playing = new AbortController();
    this.#playing = playing;
    try {
      return await this.#play(run, sink, playing.signal);
    } catch (error) {
      if (playing.signal.aborted) return { type: "cancelled" };
      throw error;
    } finally {
      this.#playing = undefined;
    }
  }

  async interrupt(): Promise<void> {
    this.#playing?.abort();
  }

  async applyChange(): Promise<void> {
    // A recording cannot be asked to have gone otherwise.
  }

  async mcpStatus(): Promise<McpServerStatus[]> {
    return [];
  }

  async stop(): Promise<void> {
    this.#playing?.abort();
  }

  async #play(run: RecordedRun, sink: EventSink, signal: AbortSignal): Promise<RunOutcome> {
    const began = performance.now();
    const wait = async ({ at }: RecordedEvent): Promise<void> => {
      const due = this.#speed === 0 ? 0 : at / this.#speed;
      const remaining = due - (performance.now() - began);
      if (remaining > 1) await sleep(remaining, undefined, { signal });
      signal.throwIfAborted();
    };
    let text = "";
    for (const recorded of run.events) {
      await wait(recorded);
      await sink.writable();
      if (recorded.event.type === EventType.TEXT_MESSAGE_START) text = "";
      if (recorded.event.type === EventType.TEXT_MESSAGE_CONTENT) text += recorded.event.delta;
      sink.emit(this.#ids.event(recorded.event));
    }
    if (run.end !== undefined) await wait(run.end);
    return this.#outcome(run.end, text);
  }

  #outcome(end: RecordedEvent | undefined, text: string): RunOutcome {
    const event = end?.event;
    if (event?.type === EventType.RUN_ERROR) return { type: "error", code: "AGENT_ERROR", message: event.message };
    if (event?.type !== EventType.RUN_FINISHED) return { type: "success", text };
    const spent = {
      text,
      ...(event.usage === undefined ? {} : { usage: event.usage }),
      ...(typeof event.metadata?.["costUsd"] === "number" ? { costUsd: event.metadata["costUsd"] } : {}),
    };
    if (event.outcome?.type === "cancelled") return { type: "cancelled", ...spent };
    if (event.outcome?.type === "interrupt") {
      const interrupts = event.outcome.interrupts.map((interrupt) => this.#ids.interrupt(interrupt));
      return { type: "interrupt", interrupts, ...spent };
    }
    return { type: "success", ...spent, ...(event.result === undefined ? {} : { result: event.result }) };
  }

  #sayThatItIsOver(sink: EventSink): RunOutcome {
    const text =
      `The recording **${this.#name}** ends here: it has ${this.#runs.length === 1 ? "one run" : `${this.#runs.length} runs`}, ` +
      "and all of it has been played. Start a new session to see it again, or one with a live agent to go on.";
    const messageId = randomUUID();
    sink.emit({ type: EventType.TEXT_MESSAGE_START, messageId, role: "assistant" });
    sink.emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: text });
    sink.emit({ type: EventType.TEXT_MESSAGE_END, messageId });
    return { type: "success", text };
  }
}

function speedOf(value: string | undefined): number {
  if (value === undefined || value === "") return 1;
  const speed = Number(value);
  if (!Number.isFinite(speed) || speed < 0)
    throw new RunnerError(
      "RECORDING_INVALID",
      `REPLAY_SPEED=${value}: expected a number; 2 = twice as fast, 0 = at once`,
    );
  return speed;
}

/** A bundled recording, or one that was put on this machine. */
async function load(name: string, directory: string | undefined): Promise<string> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name))
    throw new RunnerError(
      "RECORDING_INVALID",
      `REPLAY_RECORDING=${name}: a recording's name has letters, digits, dots and dashes`,
    );
  const file = `${name.replace(/\.jsonl$/, "")}.jsonl`;
  const folders = [BUNDLED, ...(directory === undefined ? [] : [directory])];
  for (const folder of folders) {
    try {
      return await readFile(join(folder, file), "utf8");
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT"))
        throw new RunnerError("RECORDING_INVALID", `recording ${name}: ${messageOf(error)}`, { cause: error });
    }
  }
  throw new RunnerError("RECORDING_INVALID", `recording ${name}: there is no ${file} in ${folders.join(" or ")}`);
}
