/**
 * What becomes of the workspace outside of the agent's runs: a clone that takes long, and what went wrong. It is told in
 * runs of the platform's own, since AG-UI's clients take no event outside of a run. They are no turns of the agent.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { EventType, type Event } from "@pilothouse/agui";
import type { AutonomousRun, RunOutcome } from "../bridges/bridge.ts";
import { messageOf, RunnerError } from "../errors.ts";

/** `metadata.autonomous` of such a run. */
export const WORKSPACE = "workspace";

/** The id says whose run it is where its start is not at hand, as after a crash. */
export function workspaceRunId(unique: string): string {
  return `${WORKSPACE}-${unique}`;
}

export function isWorkspaceRun(runId: unknown): boolean {
  return typeof runId === "string" && runId.startsWith(`${WORKSPACE}-`);
}

export interface WorkspaceNewsOptions {
  readonly begin: (signal: AbortSignal) => Promise<AutonomousRun>;
  /** The state of the workspace, as events. */
  readonly read: () => readonly Event[];
  /** Puts an event into the agent's present or next run. */
  readonly announce: (event: Event) => void;
  /** True while a run is open, or a question waits, which a new run would take from the user. */
  readonly isTaken: () => boolean;
  readonly newId: () => string;
  /** Aborted when the session ends. */
  readonly signal: AbortSignal;
  /** Milliseconds after which work is worth telling of. Default 3000. */
  readonly patience?: number;
  /** Milliseconds between two states. Default 1000. */
  readonly interval?: number;
}

export class WorkspaceNews {
  readonly #options: WorkspaceNewsOptions;
  readonly #said = new Map<string, string>();

  constructor(options: WorkspaceNewsOptions) {
    this.#options = options;
  }

  /** Tells how far the work is when it takes long, and that it failed. Settles as the work does. */
  async during<T>(work: Promise<T>): Promise<T> {
    const { read, announce, signal } = this.#options;
    const done = new AbortController();
    const following = this.#follow(AbortSignal.any([done.signal, signal]));
    try {
      const result = await work;
      done.abort();
      const run = await following;
      for (const event of read()) {
        if (run === undefined) announce(event);
        else run.sink.emit(event);
      }
      await run?.end({ type: "success" });
      return result;
    } catch (error) {
      done.abort();
      const run = (await following) ?? (await this.#begin());
      for (const event of read()) run?.sink.emit(event);
      await run?.end(signal.aborted ? { type: "cancelled" } : failure(error));
      throw error;
    }
  }

  /** Says what went wrong with `subject`, once until it is something else; undefined = nothing any more. */
  async say(subject: string, words: string | undefined): Promise<void> {
    if (this.#said.get(subject) === words) return;
    if (words === undefined) this.#said.delete(subject);
    else this.#said.set(subject, words);
    const { read, announce, newId } = this.#options;
    const events = [...(words === undefined ? [] : spoken(newId(), words)), ...read()];
    const run = words === undefined ? undefined : await this.#begin();
    if (run === undefined) return events.forEach(announce);
    for (const event of events) run.sink.emit(event);
    await run.end({ type: "success" });
  }

  /** Resolves with the run in which it told, if there was one. */
  async #follow(done: AbortSignal): Promise<AutonomousRun | undefined> {
    const { read, patience = 3000, interval = 1000 } = this.#options;
    if (!(await waited(patience, done))) return undefined;
    const run = await this.#begin();
    if (run === undefined) return undefined;
    let last = "";
    while (!done.aborted) {
      const events = read();
      const now = JSON.stringify(events);
      if (now !== last) for (const event of events) run.sink.emit(event);
      last = now;
      await waited(interval, done);
    }
    return run;
  }

  async #begin(): Promise<AutonomousRun | undefined> {
    const { begin, isTaken, signal } = this.#options;
    if (isTaken()) return undefined;
    // No run begins in a session that ends.
    return begin(signal).catch(() => undefined);
  }
}

function spoken(messageId: string, delta: string): Event[] {
  return [
    { type: EventType.TEXT_MESSAGE_START, messageId, role: "system" },
    { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta },
    { type: EventType.TEXT_MESSAGE_END, messageId },
  ];
}

async function waited(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return sleep(milliseconds, true, { signal, ref: false }).catch(() => false);
}

function failure(error: unknown): RunOutcome {
  const code = error instanceof RunnerError ? error.code : "CLONE_FAILED";
  return { type: "error", code, message: messageOf(error) };
}
