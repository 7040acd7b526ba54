/** @ag-ui/client's HttpAgent against a runner: what any AG-UI client does, its verifier included. */
import { HttpAgent, type BaseEvent, type Message } from "@ag-ui/client";
import type { Context, Interrupt, ResumeEntry, Tool } from "@ag-ui/core";
import { readEvents, type SequencedEvent } from "@pilothouse/agui";
import { verifyEvents } from "@ag-ui/client";
import { from, lastValueFrom, toArray } from "rxjs";
import type { Platform, TestSession } from "./platform.ts";
import type { RunnerProcess } from "./runner-process.ts";

export interface AgentRun {
  readonly events: readonly BaseEvent[];
  readonly interrupts: readonly Interrupt[];
  readonly error: { message: string; code?: string } | undefined;
  /** How the run finished; undefined when it ended with an error. */
  readonly outcome: string | undefined;
}

export interface RunParameters {
  readonly resume?: ResumeEntry[];
  readonly state?: Record<string, unknown>;
  readonly tools?: Tool[];
  readonly context?: Context[];
  /** Told of each event as it comes. */
  readonly watch?: (event: BaseEvent) => void;
}

export class AgentClient {
  readonly #agent: HttpAgent;
  readonly #platform: Platform;
  readonly #session: TestSession;

  constructor(platform: Platform, session: TestSession, runner: RunnerProcess) {
    this.#platform = platform;
    this.#session = session;
    this.#agent = new HttpAgent({ url: `${runner.url}/agui/run`, threadId: session.uid });
  }

  get messages(): readonly Message[] {
    return this.#agent.messages;
  }

  get state(): unknown {
    return this.#agent.state;
  }

  async say(text: string, parameters: RunParameters = {}): Promise<AgentRun> {
    this.#agent.addMessage({ id: crypto.randomUUID(), role: "user", content: text });
    return this.#run(parameters);
  }

  async answer(resume: ResumeEntry[]): Promise<AgentRun> {
    return this.#run({ resume });
  }

  /** What the client's own tool gave back. */
  async result(toolCallId: string, content: string, parameters: RunParameters = {}): Promise<AgentRun> {
    this.#agent.addMessage({ id: crypto.randomUUID(), role: "tool", toolCallId, content });
    return this.#run(parameters);
  }

  async #run({ resume, state, tools, context, watch }: RunParameters): Promise<AgentRun> {
    this.#agent.headers = { authorization: `Bearer ${await this.#platform.grant(this.#session.uid)}` };
    const events: BaseEvent[] = [];
    let error: AgentRun["error"];
    let interrupts: readonly Interrupt[] = [];
    let outcome: string | undefined;
    if (state !== undefined) this.#agent.setState(state);
    const given = { ...(tools === undefined ? {} : { tools }), ...(context === undefined ? {} : { context }) };
    await this.#agent.runAgent(resume === undefined ? given : { ...given, resume }, {
      onEvent: ({ event }) => {
        events.push(event);
        watch?.(event);
      },
      onRunErrorEvent: ({ event }) => {
        error = { message: event.message, ...(event.code === undefined ? {} : { code: event.code }) };
      },
      onRunFinishedEvent: ({ event }) => {
        outcome = event.outcome?.type;
        if (event.outcome?.type === "interrupt") interrupts = event.outcome.interrupts;
      },
    });
    return { events, interrupts, error, outcome };
  }
}

/** The whole thread as the runner tells it, through the verifier. */
export async function verifyThread(
  platform: Platform,
  session: TestSession,
  runner: RunnerProcess,
): Promise<SequencedEvent[]> {
  const authorization = `Bearer ${await platform.grant(session.uid)}`;
  const controller = new AbortController();
  const response = await fetch(`${runner.url}/agui/events`, { headers: { authorization }, signal: controller.signal });
  const status = (await platform.session(session.name)).status?.agent;
  const entries: SequencedEvent[] = [];
  if (response.body === null) throw new Error("no body");
  const idle = setTimeout(() => controller.abort(), 1500);
  try {
    for await (const entry of readEvents(response.body)) {
      entries.push(entry);
      idle.refresh();
    }
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    clearTimeout(idle);
  }
  const numbers = entries.map((entry) => entry.seq);
  if (numbers.some((seq, index) => seq !== index + 1))
    throw new Error(`gap in ${numbers.join(" ")} (${status?.lastSeq ?? ""})`);
  await lastValueFrom(from(entries.map((entry) => entry.event)).pipe(verifyEvents(), toArray()));
  return entries;
}
