/**
 * Which AG-UI run the agent's messages belong to: the user's present one, or one that is begun for what the agent does on
 * its own. Also holds messages back while a question waits for its answer.
 */
import { randomUUID } from "node:crypto";
import type { SDKResultMessage } from "@anthropic-ai/claude-agent-sdk";
import type { Interrupt } from "@ag-ui/core";
import type { AutonomousRun, EventSink, RunOutcome } from "../bridge.ts";

export interface Turn {
  /** The user's message; a result that names it ends the turn. */
  readonly uuid: ReturnType<typeof randomUUID>;
  readonly sink: EventSink;
  readonly ended: Promise<RunOutcome>;
  /** Whether the agent has said something to the user. */
  spoke: boolean;
  interrupted: boolean;
}

interface CurrentTurn extends Turn {
  /** Begun by the agent itself. */
  readonly autonomous: AutonomousRun | undefined;
  finish(outcome: RunOutcome): Promise<void>;
}

export interface TurnsOptions {
  readonly begin: (reason: string, signal: AbortSignal) => Promise<AutonomousRun>;
  /** A run has begun or ended. */
  readonly onBoundary: () => void;
  /** Milliseconds without a message after which background work that goes on ends its run. Default 1500. */
  readonly silence?: number;
}

export class Turns {
  readonly #options: TurnsOptions;
  #current: CurrentTurn | undefined;
  #userBegan = Promise.withResolvers<void>();
  /** The main agent is at work, as opposed to a task in the background. */
  #mainTurn = false;
  #waiting: PromiseWithResolvers<void> | undefined;
  #silence: NodeJS.Timeout | undefined;
  #beginning: Promise<void> | undefined;
  #stopped = false;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  beginUserTurn(sink: EventSink): Turn {
    const ended = Promise.withResolvers<RunOutcome>();
    const turn: CurrentTurn = {
      uuid: randomUUID(),
      sink,
      ended: ended.promise,
      spoke: false,
      interrupted: false,
      autonomous: undefined,
      finish: async (outcome) => ended.resolve(outcome),
    };
    this.#open(turn);
    this.#userBegan.resolve();
    this.#waiting?.resolve();
    this.#waiting = undefined;
    return turn;
  }

  mainTurnBegan(): void {
    this.#mainTurn = true;
  }

  /**
   * The turn that the next events belong to. Begins one when there is none.
   *
   * @throws RunnerError STOPPING when no run can begin any more
   */
  async forEvents(): Promise<Turn> {
    while (this.#current === undefined) {
      this.#beginning ??= this.#begin().finally(() => {
        this.#beginning = undefined;
      });
      await this.#beginning;
    }
    this.#restartSilence();
    return this.#current;
  }

  /** Resolves when a run is open: the agent's own, or the user's, which may come first. */
  async #begin(): Promise<void> {
    const givenUp = new AbortController();
    this.#userBegan = Promise.withResolvers<void>();
    const granted = this.#options.begin("background", givenUp.signal).then((run) => this.#openAutonomous(run));
    try {
      await Promise.race([granted, this.#userBegan.promise]);
    } finally {
      givenUp.abort();
      granted.catch(() => undefined);
    }
  }

  /** The turn that a result ends; undefined when it is that of something else which ran meanwhile. */
  turnOf(result: SDKResultMessage): Turn | undefined {
    const turn = this.#current;
    this.#mainTurn = false;
    if (turn === undefined || turn.autonomous !== undefined) return turn;
    const named = "user_message_uuids" in result ? result.user_message_uuids : undefined;
    if (named?.includes(turn.uuid) === true) return turn;
    const origin = "origin" in result ? result.origin : undefined;
    return origin !== undefined && origin.kind !== "human" ? undefined : turn;
  }

  async end(turn: Turn, outcome: RunOutcome): Promise<void> {
    const current = this.#current;
    if (current === undefined || current.uuid !== turn.uuid) return;
    clearTimeout(this.#silence);
    this.#current = undefined;
    this.#options.onBoundary();
    await current.finish(outcome);
  }

  /** Ends the present turn with questions, or calls that the client carries out, and holds what follows until the answer. */
  async ask(interrupts: readonly Interrupt[], pendingToolCallIds: readonly string[] = []): Promise<void> {
    if (this.#waiting !== undefined) return;
    const turn = await this.forEvents();
    this.#waiting = Promise.withResolvers<void>();
    const pending = pendingToolCallIds.length === 0 ? {} : { pendingToolCallIds };
    await this.end(
      turn,
      interrupts.length === 0 ? { type: "success", ...pending } : { type: "interrupt", interrupts, ...pending },
    );
  }

  async answered(): Promise<void> {
    await this.#waiting?.promise;
  }

  interrupted(): void {
    if (this.#current !== undefined) this.#current.interrupted = true;
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  /** No run begins any more, and what is held back is let go. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#silence);
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** The process has gone: what is open ends with this. */
  fail(outcome: RunOutcome): void {
    this.#mainTurn = false;
    this.#waiting?.resolve();
    this.#waiting = undefined;
    const turn = this.#current;
    if (turn !== undefined) void this.end(turn, turn.interrupted ? { type: "cancelled" } : outcome);
  }

  #openAutonomous(run: AutonomousRun): void {
    const ended = Promise.withResolvers<RunOutcome>();
    const turn: CurrentTurn = {
      uuid: randomUUID(),
      sink: run.sink,
      ended: ended.promise,
      spoke: false,
      interrupted: false,
      autonomous: run,
      finish: async (outcome) => {
        ended.resolve(outcome);
        await run.end(outcome);
      },
    };
    this.#open(turn);
    // A user waits: what goes on in the background is told in the user's run.
    run.yieldSignal.addEventListener("abort", () => this.#endBackground(turn), { once: true });
  }

  #open(turn: CurrentTurn): void {
    this.#options.onBoundary();
    this.#current = turn;
  }

  #restartSilence(): void {
    clearTimeout(this.#silence);
    const turn = this.#current;
    if (turn?.autonomous === undefined) return;
    this.#silence = setTimeout(() => this.#endBackground(turn), this.#options.silence ?? 1500);
    this.#silence.unref();
    if (turn.autonomous.yieldSignal.aborted) this.#endBackground(turn);
  }

  /** Not while the main agent speaks: its turn ends by itself. */
  #endBackground(turn: CurrentTurn): void {
    if (!this.#mainTurn) void this.end(turn, { type: "success" });
  }
}
