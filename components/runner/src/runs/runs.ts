/**
 * The runs of a session: one at a time, the others wait in order. Opens and ends each run in the log, whatever the bridge
 * does in between, so that every reader sees whole runs.
 */
import { EventType, type Event, type EventLog } from "@pilothouse/agui";
import type { Interrupt, RunAgentInput } from "@ag-ui/core";
import type { Logger } from "pino";
import type { AutonomousRun, EventSink, PlatformBridge, RunOutcome } from "../bridges/bridge.ts";
import { messageOf, RunnerError } from "../errors.ts";
import type { Recorder } from "../events/recorder.ts";
import type { SharedState } from "../state/shared-state.ts";
import type { StateFile } from "../state/state-file.ts";
import type { UsageSource } from "../usage/usage.ts";
import { contextToTell } from "./context.ts";
import { endEvent, explained } from "./end.ts";
import { newMessages, previewOf, senderOf, type RunRequest, type Sender } from "./input.ts";
import type { WaitingRun, WaitingRuns } from "./waiting.ts";

export interface RunsOptions {
  readonly threadId: string;
  readonly bridge: Pick<PlatformBridge, "run" | "interrupt" | "clientTools">;
  readonly log: EventLog;
  readonly recorder: Recorder;
  readonly state: StateFile;
  readonly usage: UsageSource;
  readonly logger: Logger;
  readonly newId: () => string;
  readonly sharedState: SharedState;
  /** Questions that a former attempt left unanswered. */
  readonly interrupts: readonly Interrupt[];
  /** Calls of a former attempt whose results the client owes. */
  readonly owed: readonly string[];
  /** Where accepted runs outlive the process. */
  readonly waiting: Pick<WaitingRuns, "add" | "remove">;
  /** What a former attempt accepted and did not begin. */
  readonly left: readonly WaitingRun[];
  /** Resolves when the workspace and the framework are ready; runs wait for it. */
  readonly ready: Promise<void>;
  /** Milliseconds that the bridge has to end an interrupted run. Default 10 000. */
  readonly interruptTimeout?: number;
  /** Told of each run that ended, with the seconds it took. */
  readonly onRunEnded?: (outcome: RunOutcome, seconds: number) => void;
}

interface ActiveRun {
  readonly runId: string;
  readonly began: number;
  readonly forced: PromiseWithResolvers<RunOutcome>;
  readonly yieldController: AbortController;
  interrupted: boolean;
  ended: boolean;
}

const LONGEST_QUEUE = 100;
const REMEMBERED_RUNS = 1000;
const MOST_ANNOUNCEMENTS = 20;

export class Runs {
  readonly #options: RunsOptions;
  readonly #seenMessages: Set<string>;
  readonly #knownRuns: Set<string>;
  /** Runs whose acceptance is on its way to the disk. */
  readonly #accepting = new Map<string, Promise<void>>();
  #queue: WaitingRun[];
  #interrupts: readonly Interrupt[];
  /** Calls that the client carries out, and whose results it has not sent yet. */
  #owed: ReadonlySet<string>;
  /** What the client's context was when the agent was last told of it. */
  #context: string | undefined;
  #active: ActiveRun | undefined;
  #waitingAutonomous: { resolve(): void; reject(error: unknown): void }[] = [];
  #stopping = false;
  #isReady = false;
  /** What is to be told in the next run. */
  #announcements: Event[] = [];
  #idle = Promise.withResolvers<void>();

  constructor(options: RunsOptions) {
    this.#options = options;
    this.#interrupts = options.interrupts;
    this.#owed = new Set(options.owed);
    this.#seenMessages = new Set(options.state.current.messageIds);
    this.#queue = [...options.left];
    this.#knownRuns = new Set([...options.state.current.runIds, ...this.#queue.map(({ request }) => request.runId)]);
    this.#idle.resolve();
    options.ready.then(
      () => {
        this.#isReady = true;
        this.#next();
      },
      () => undefined,
    );
  }

  get activeRunId(): string | undefined {
    return this.#active?.runId;
  }

  /** Questions that wait for an answer. */
  get interrupts(): readonly Interrupt[] {
    return this.#interrupts;
  }

  /**
   * Takes a run; it starts at once or when the ones before it have ended. Posting the same run id again has no effect.
   * Resolves when the run would outlive this process.
   *
   * @throws RunnerError RUN_EMPTY, CLIENT_TOOLS_UNSUPPORTED, INTERRUPT_UNKNOWN, QUEUE_FULL, STOPPING, NOT_READY
   */
  async submit(
    input: RunAgentInput,
    sender: Sender | undefined,
  ): Promise<{ runId: string; threadId: string; queued: boolean }> {
    const accepted = this.#take(input, sender);
    await this.#accepting.get(accepted.runId);
    return accepted;
  }

  #take(input: RunAgentInput, sender: Sender | undefined): { runId: string; threadId: string; queued: boolean } {
    if (this.#stopping) throw new RunnerError("STOPPING", "the session is stopping and takes no runs");
    const { threadId } = this.#options;
    const isQueued = (): boolean => this.#queue.some((run) => run.request.runId === input.runId);
    if (this.#knownRuns.has(input.runId)) return { runId: input.runId, threadId, queued: isQueued() };
    const request = newMessages(input, { seen: this.#seenMessages, owed: this.#owed }, { sender });
    if (request.tools !== undefined && this.#options.bridge.clientTools === undefined)
      throw new RunnerError(
        "CLIENT_TOOLS_UNSUPPORTED",
        "tools: this session's agent cannot use tools of the client; send none, or choose another runner type",
      );
    for (const { interruptId } of request.resume) {
      if (!this.interrupts.some((interrupt) => interrupt.id === interruptId))
        throw new RunnerError("INTERRUPT_UNKNOWN", `resume: no question ${interruptId} is waiting for an answer`);
    }
    if (this.#queue.length >= LONGEST_QUEUE)
      throw new RunnerError("QUEUE_FULL", `${LONGEST_QUEUE} runs are waiting already; cancel one or wait`);
    const queued = this.#queue.length > 0 || this.#active?.ended === false;
    this.#accept(this.#enqueue(request));
    return { runId: request.runId, threadId, queued };
  }

  /** What waits, in the order in which it will run. */
  list(): {
    active: { id: string } | null;
    items: { id: string; position: number; queuedAt: string; preview: string; sender?: Sender }[];
  } {
    const items = this.#queue.map(({ request, queuedAt }, index) => {
      const sender = senderOf(request);
      const from = sender === undefined ? {} : { sender };
      return { id: request.runId, position: index + 1, queuedAt, preview: previewOf(request), ...from };
    });
    return { active: this.#active === undefined ? null : { id: this.#active.runId }, items };
  }

  /**
   * Takes a waiting run out of the queue.
   *
   * @throws RunnerError NOT_FOUND, or RUN_CONFLICT when it is running already
   */
  async cancel(runId: string): Promise<void> {
    if (this.#active?.runId === runId)
      throw new RunnerError("RUN_CONFLICT", `run ${runId} is running already; interrupt it instead`);
    const rest = this.#queue.filter((run) => run.request.runId !== runId);
    if (rest.length === this.#queue.length) throw new RunnerError("NOT_FOUND", `no run ${runId} is waiting`);
    this.#queue = rest;
    this.#knownRuns.delete(runId);
    await this.#forget(runId);
  }

  /** Ends the active run as cancelled; with a question open instead, abandons the question. */
  async interrupt(): Promise<{ interrupted: boolean }> {
    // A run that readers have seen the end of is over, though its end may still be on the way to the disk.
    if (this.#active?.ended === true) await this.#idle.promise;
    if (this.#active !== undefined) {
      await this.#interruptActive(this.#active);
      return { interrupted: true };
    }
    if (this.interrupts.length === 0) return { interrupted: false };
    const resume = this.interrupts.map(({ id }) => ({ interruptId: id, status: "cancelled" as const }));
    this.#enqueue({ runId: this.#options.newId(), messages: [], resume });
    return { interrupted: true };
  }

  /** Opens a run of the framework's own when no other is open. Rejects when the signal aborts before. */
  async beginAutonomousRun(reason: string, signal: AbortSignal, runId = this.#options.newId()): Promise<AutonomousRun> {
    while (this.#active !== undefined && !this.#stopping) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const waiter = { resolve, reject };
      const giveUp = (): void => {
        this.#waitingAutonomous = this.#waitingAutonomous.filter((other) => other !== waiter);
        reject(signal.reason);
      };
      this.#waitingAutonomous.push(waiter);
      signal.addEventListener("abort", giveUp, { once: true });
      await promise.finally(() => signal.removeEventListener("abort", giveUp));
    }
    signal.throwIfAborted();
    if (this.#stopping) throw new RunnerError("STOPPING", "the session is stopping and takes no runs");
    const active = this.#open({ runId, messages: [], resume: [] }, { autonomous: reason });
    void active.forced.promise.then((outcome) => this.#close(active, outcome));
    return {
      sink: this.#sink(active),
      yieldSignal: active.yieldController.signal,
      end: async (outcome) => this.#close(active, outcome),
    };
  }

  /** Puts an event that no framework emitted into the present run, or into the next one: readers take none outside of runs. */
  announce(event: Event): void {
    if (this.#active?.ended === false) this.#options.recorder.record(event);
    else this.#announcements = [...this.#announcements, event].slice(-MOST_ANNOUNCEMENTS);
  }

  /** Takes no more runs, leaves those that wait to the next attempt, and ends the active run within `timeout` milliseconds. */
  async stop(timeout: number): Promise<void> {
    this.#stopping = true;
    this.#queue = [];
    for (const waiter of this.#waitingAutonomous.splice(0))
      waiter.reject(new RunnerError("STOPPING", "the session is stopping and takes no runs"));
    if (this.#active !== undefined) await this.#interruptActive(this.#active, timeout);
    await this.#idle.promise;
  }

  /** Whoever is told that a run was taken is told so when the disk has it. */
  #accept(run: WaitingRun): void {
    const { runId } = run.request;
    const accepting = this.#options.waiting.add(run).catch((error: unknown) => {
      const isWaiting = this.#queue.includes(run);
      // One that has begun is in the log, which has its own way with a disk that is full.
      if (!isWaiting) return;
      this.#queue = this.#queue.filter((other) => other !== run);
      this.#knownRuns.delete(runId);
      throw new RunnerError("NOT_READY", `the disk does not take the run: ${messageOf(error)}`, { cause: error });
    });
    this.#accepting.set(runId, accepting);
    const settled = (): boolean => this.#accepting.delete(runId);
    accepting.then(settled, settled);
  }

  /** The log has the run's start, or nobody wants it any more. */
  async #forget(runId: string): Promise<void> {
    try {
      await this.#accepting.get(runId);
      await this.#options.waiting.remove(runId);
    } catch (error) {
      this.#options.logger.warn({ runId, reason: messageOf(error) }, "a run that waited was not taken off the disk");
    }
  }

  #enqueue(request: RunRequest): WaitingRun {
    this.#knownRuns.add(request.runId);
    if (this.#knownRuns.size > REMEMBERED_RUNS) this.#knownRuns.delete([...this.#knownRuns][0] ?? "");
    for (const message of request.messages) this.#seenMessages.add(message.id);
    const queued: WaitingRun = { request, queuedAt: new Date().toISOString() };
    // An answer continues what is waiting for it, so it goes before new requests.
    const answers = request.resume.length > 0 || request.messages.some((message) => message.role === "tool");
    if (answers) this.#queue.unshift(queued);
    else this.#queue.push(queued);
    this.#active?.yieldController.abort();
    void this.#options.ready.then(
      () => this.#next(),
      () => undefined,
    );
    return queued;
  }

  #next(): void {
    if (this.#active !== undefined || this.#stopping) return;
    // The platform's own runs may come before the framework is ready; the others wait for it.
    const next = this.#isReady ? this.#queue.shift() : undefined;
    if (next !== undefined) {
      void this.#execute(next.request);
      return;
    }
    this.#waitingAutonomous.shift()?.resolve();
  }

  async #execute(request: RunRequest): Promise<void> {
    const { bridge, log, threadId, logger } = this.#options;
    const answered = new Set(request.resume.map((entry) => entry.interruptId));
    const interrupts = this.#interrupts.filter((interrupt) => answered.has(interrupt.id));
    const preface = this.#preface(request);
    const active = this.#open(request, undefined);
    this.#interrupts = [];
    this.#owed = new Set();
    let outcome: RunOutcome;
    try {
      // A framework may only see what the log holds: that a message was delivered must not be forgotten.
      await log.sync();
      void this.#forget(request.runId);
      if (interrupts.length < answered.size && request.messages.length === 0)
        throw new RunnerError("INTERRUPT_UNKNOWN", "the question that this answers is not open any more");
      const input = { threadId, interrupts, ...request, ...(preface === undefined ? {} : { preface }) };
      outcome = await Promise.race([bridge.run(input, this.#sink(active)), active.forced.promise]);
    } catch (error) {
      logger.error({ runId: request.runId, reason: messageOf(error) }, "a run failed");
      const code = error instanceof RunnerError ? error.code : "AGENT_ERROR";
      outcome = { type: "error", code, message: messageOf(error) };
    }
    await this.#close(active, outcome);
  }

  /** Not before an answer: the agent hears nothing but that. */
  #preface(request: RunRequest): string | undefined {
    if (this.#interrupts.length > 0 || this.#owed.size > 0) return undefined;
    const preface = contextToTell(request, this.#context);
    this.#context = preface ?? this.#context;
    return preface;
  }

  #open(request: RunRequest, autonomous: { autonomous: string } | undefined): ActiveRun {
    const { threadId, recorder, state, log } = this.#options;
    const active: ActiveRun = {
      runId: request.runId,
      began: performance.now(),
      forced: Promise.withResolvers<RunOutcome>(),
      yieldController: new AbortController(),
      interrupted: false,
      ended: false,
    };
    this.#active = active;
    this.#idle = Promise.withResolvers<void>();
    if (this.#queue.length > 0) active.yieldController.abort();
    const { runId, parentRunId, messages, resume } = request;
    const parent = parentRunId === undefined ? {} : { parentRunId };
    const answers = resume.length === 0 ? {} : { resume: [...resume] };
    void state
      .update({
        runSeq: log.lastSeq,
        messageIds: [...this.#seenMessages],
        runIds: [...state.current.runIds, request.runId],
      })
      .catch((error: unknown) => this.#options.logger.warn({ reason: messageOf(error) }, "state was not saved"));
    recorder.record({
      type: EventType.RUN_STARTED,
      threadId,
      runId,
      ...parent,
      input: { threadId, runId, ...parent, messages: [...messages], tools: [], context: [], ...answers },
      ...(autonomous === undefined ? {} : { metadata: autonomous }),
    });
    for (const event of this.#options.sharedState.startRun(request.state)) recorder.record(event);
    for (const event of this.#announcements.splice(0)) recorder.record(event);
    return active;
  }

  async #close(active: ActiveRun, given: RunOutcome): Promise<void> {
    if (active.ended) return;
    active.ended = true;
    const { recorder, log, threadId, logger } = this.#options;
    const spent = await this.#options.usage.settle(given);
    const outcome = explained(given, this.#options.usage.budgetExceeded);
    for (const event of recorder.open.closing()) recorder.record(event);
    // Before anyone can see the question and answer it.
    this.#interrupts = outcome.type === "interrupt" ? [...outcome.interrupts] : [];
    const owing = outcome.type === "success" || outcome.type === "interrupt";
    this.#owed = new Set(owing ? outcome.pendingToolCallIds : []);
    recorder.record(endEvent(threadId, active.runId, outcome, spent));
    try {
      await log.sync();
    } catch (error) {
      logger.error({ reason: messageOf(error) }, "the disk did not confirm the event log");
    }
    this.#active = undefined;
    this.#idle.resolve();
    this.#options.onRunEnded?.(outcome, (performance.now() - active.began) / 1000);
    this.#next();
  }

  async #interruptActive(active: ActiveRun, timeout = this.#options.interruptTimeout ?? 10_000): Promise<void> {
    if (active.interrupted || active.ended) return;
    active.interrupted = true;
    active.yieldController.abort();
    const timer = setTimeout(() => active.forced.resolve({ type: "cancelled" }), timeout);
    void active.forced.promise.then(() => clearTimeout(timer));
    void this.#idle.promise.then(() => clearTimeout(timer));
    try {
      await this.#options.bridge.interrupt();
    } catch (error) {
      this.#options.logger.warn({ reason: messageOf(error) }, "the agent could not be interrupted");
      active.forced.resolve({ type: "cancelled" });
    }
  }

  #sink(active: ActiveRun): EventSink {
    const { recorder, log, logger } = this.#options;
    return {
      emit: (event: Event) => {
        if (active.ended || this.#active !== active)
          logger.debug({ runId: active.runId, type: event.type }, "an event came after its run's end");
        else recorder.record(event);
      },
      writable: async () => log.writable(),
    };
  }
}
