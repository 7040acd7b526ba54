/**
 * Gemini CLI in a session: its core in a child process, one conversation, each run a turn of it. The conversation lives as
 * long as the runner: a new child takes it over, a new attempt begins without it.
 */
import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EventType } from "@pilothouse/agui";
import {
  BRIDGE_CAPABILITIES,
  type CapabilitiesReport,
  type FrameworkCapabilities,
} from "@pilothouse/contracts/runner/capabilities";
import type { TokenUsage, Tool } from "@ag-ui/core";
import { messageOf, RunnerError } from "../../errors.ts";
import type {
  EventSink,
  McpServerStatus,
  PlatformBridge,
  RunInput,
  RunOutcome,
  SessionContext,
  SpecChange,
} from "../bridge.ts";
import { clientResults, messagesWithPreface, resultsInWords, toolSchema } from "../common/client-tools.ts";
import { addUsage } from "../common/usage.ts";
import { ClientCalls } from "./client-calls.ts";
import { childEnvironment, geminiHome } from "./environment.ts";
import { outcomeOf } from "./outcome.ts";
import { GeminiProcess } from "./process.ts";
import { SessionPlatformTools } from "./platform-tools.ts";
import type { History, Part, Told, ToolDefinition } from "./protocol.ts";
import { geminiPrompt } from "./session-prompt.ts";
import { startOptions, type Settings } from "./start-options.ts";
import { Translator } from "./translator.ts";
import { unfinishedTurn } from "./unfinished-turn.ts";
import { contentOf } from "./user-message.ts";

/** For an installation whose models.json names no default. */
const DEFAULT_MODEL = "gemini-2.5-pro";
/** Calls beside each other come one after the other; a run ends with all of them. */
const CALLS_SETTLE = 40;
/** Milliseconds that an interrupted turn has before its process is ended. */
const ABORT_PATIENCE = 5000;

const NOBODY_ASKED =
  "Gemini CLI cannot wait for a person's approval, so it does not work with the permission mode “ask”. Choose “plan” " +
  "(reads only), “acceptEdits” (reads and edits files) or “bypass” (the pod is the sandbox) in the session's settings.";

interface Turn {
  readonly id: string;
  readonly content: readonly Part[];
  readonly translator: Translator;
  readonly clientTools: ReadonlySet<string>;
  readonly calls: ClientCalls;
  /** What the agent told between two runs, while the turn waited for the client. */
  readonly held: Told[];
  sink: EventSink;
  ended: PromiseWithResolvers<RunOutcome>;
  interrupted: boolean;
  text: string;
  usage: readonly TokenUsage[];
  reason: string | undefined;
  problem: Extract<Told, { type: "problem" }> | undefined;
}

export const createBridge = (): PlatformBridge => new GeminiCliBridge();

export class GeminiCliBridge implements PlatformBridge {
  readonly clientTools = "offered";
  #context: SessionContext | undefined;
  #settings: Settings | undefined;
  #process: GeminiProcess | undefined;
  #history: History = [];
  #turn: Turn | undefined;
  /** A turn that goes on when the client has carried out its calls. */
  #suspended: Turn | undefined;
  #platformTools: SessionPlatformTools | undefined;
  #restartBeforeNextRun = false;

  capabilities(): FrameworkCapabilities {
    return BRIDGE_CAPABILITIES["gemini-cli"];
  }

  report(): CapabilitiesReport {
    const { tools = [], models = [] } = this.#process ?? {};
    return { ...this.capabilities(), models: [...models], tools: [...tools], commands: [], agents: [] };
  }

  async start(context: SessionContext): Promise<void> {
    this.#context = context;
    this.#settings = {
      model: context.model ?? DEFAULT_MODEL,
      permissionMode: context.spec.permissionMode,
      mcpServers: context.mcpServers,
      workingDirectory: context.workingDirectory,
      directories: context.directories,
    };
    this.#platformTools = new SessionPlatformTools({
      actions: context.platform,
      state: context.sharedState,
      workingDirectory: () => this.#settings?.workingDirectory ?? context.workingDirectory,
      tell: async (event) => this.#turn?.sink.emit(event),
    });
    // What a former attempt's commands may have left there must not configure this one.
    await rm(geminiHome(context), { recursive: true, force: true });
    await this.#startProcess();
  }

  async run(input: RunInput, sink: EventSink): Promise<RunOutcome> {
    if (this.#started(this.#settings).permissionMode === "ask")
      return { type: "error", code: "AGENT_START_FAILED", message: NOBODY_ASKED };
    const suspended = this.#suspended;
    return suspended === undefined ? this.#begin(input, sink) : this.#goOn(suspended, input, sink);
  }

  async #begin(input: RunInput, sink: EventSink): Promise<RunOutcome> {
    const tools = (input.tools ?? []).map(definitionOf);
    const turn: Turn = {
      id: randomUUID(),
      content: contentFor(input),
      translator: new Translator(randomUUID, () => performance.now()),
      clientTools: new Set(tools.map(({ name }) => name)),
      calls: new ClientCalls((request, answer) => this.#process?.answerTool(request, answer)),
      held: [],
      ...freshRun(sink),
    };
    this.#turn = turn;
    return this.#ending(turn, async () => {
      if (this.#process?.alive !== true || this.#restartBeforeNextRun) await this.#restart();
      if (turn.interrupted) return turn.ended.resolve({ type: "cancelled" });
      const process = this.#started(this.#process);
      const taken = tools.find(({ name }) => process.tools.includes(name));
      if (taken !== undefined)
        throw new RunnerError(
          "BODY_INVALID",
          `tools: ${taken.name} is a tool of the agent itself; give yours another name`,
        );
      process.turn(turn.id, turn.content, tools);
    });
  }

  /** The client's results, or the user's words instead, let the turn go on in this run. */
  async #goOn(turn: Turn, input: RunInput, sink: EventSink): Promise<RunOutcome> {
    this.#suspended = undefined;
    Object.assign(turn, freshRun(sink));
    turn.translator.newRun();
    this.#turn = turn;
    return this.#ending(turn, async () => {
      const words = contentOf(input.messages).flatMap((part) => (part.type === "text" ? [part.text] : []));
      turn.calls.answer(clientResults(input.messages), words.join("\n"));
      for (const told of turn.held.splice(0)) await this.#onTold(turn.id, told);
      this.#suspendIfWaiting(turn);
    });
  }

  async #ending(turn: Turn, work: () => Promise<void>): Promise<RunOutcome> {
    try {
      await work();
      return await turn.ended.promise;
    } finally {
      this.#turn = undefined;
    }
  }

  #onToolCall(request: string, name: string, args: Record<string, unknown>): void {
    const process = this.#process;
    const tools = this.#started(this.#platformTools);
    if (tools.has(name)) return void tools.run(name, args).then((answer) => process?.answerTool(request, answer));
    const turn = this.#turn ?? this.#suspended;
    if (turn === undefined) return process?.answerTool(request, { text: "Nobody is there to do it.", isError: true });
    turn.calls.runs(request, name, args);
    this.#suspendIfWaiting(turn);
  }

  #suspendIfWaiting(turn: Turn): void {
    setTimeout(() => {
      if (this.#turn !== turn || !turn.calls.waiting) return;
      this.#suspended = turn;
      const { text, usage } = turn;
      turn.ended.resolve({ type: "success", pendingToolCallIds: turn.calls.pending, text, usage });
    }, CALLS_SETTLE).unref();
  }

  async interrupt(): Promise<void> {
    const turn = this.#turn;
    if (turn === undefined) return;
    turn.interrupted = true;
    const process = this.#process;
    process?.abort();
    const timer = setTimeout(() => process?.kill(), ABORT_PATIENCE);
    const settled = (): void => clearTimeout(timer);
    void turn.ended.promise.then(settled, settled);
  }

  async applyChange(change: SpecChange): Promise<void> {
    const settings = this.#started(this.#settings);
    switch (change.type) {
      case "model":
        settings.model = change.model ?? DEFAULT_MODEL;
        this.#process?.setModel(settings.model);
        return;
      case "permissionMode":
        settings.permissionMode = change.permissionMode;
        this.#process?.setPermissionMode(change.permissionMode);
        // The conversation goes on in a process that is told of the right tools from its start.
        this.#restartBeforeNextRun = true;
        return;
      case "mcpServers":
        settings.mcpServers = change.servers;
        this.#restartBeforeNextRun = true;
        return;
      case "repositories":
        settings.directories = change.directories;
        settings.workingDirectory = change.workingDirectory;
        this.#restartBeforeNextRun = true;
        return;
      case "workflow":
        this.#restartBeforeNextRun = true;
        return;
      default:
        return change satisfies never;
    }
  }

  async mcpStatus(): Promise<McpServerStatus[]> {
    if (this.#process?.alive !== true) return [];
    const { redact } = this.#started(this.#context);
    return (await this.#process.mcpStatus()).map(({ name, status, error, tools }) => ({
      name,
      status,
      ...(error === undefined ? {} : { error: redact(error) }),
      tools: tools.map((tool) => ({
        name: tool.name,
        ...(tool.description === undefined ? {} : { description: tool.description }),
      })),
    }));
  }

  async stop(): Promise<void> {
    this.#turn?.ended.resolve({ type: "cancelled" });
    await this.#process?.stop();
  }

  async #restart(): Promise<void> {
    await this.#process?.stop();
    await this.#startProcess();
  }

  async #startProcess(): Promise<void> {
    const context = this.#started(this.#context);
    const settings = this.#started(this.#settings);
    this.#restartBeforeNextRun = false;
    await this.#writePrompt(context, settings);
    const current: { process: GeminiProcess | undefined } = { process: undefined };
    try {
      current.process = await GeminiProcess.start({
        environment: childEnvironment(context, process.env),
        start: startOptions(context, settings, this.#history, this.#started(this.#platformTools).definitions),
        onTold: async (turn, told) => this.#onTold(turn, told),
        onToolCall: (id, name, args) => this.#onToolCall(id, name, args),
        onTurnEnded: (turn, history) => this.#onTurnEnded(turn, history),
        onDeath: (lastWords) => this.#onDeath(current.process, lastWords),
        onProblem: (error) =>
          context.logger.warn({ reason: messageOf(error) }, "a message between the bridge and Gemini CLI was lost"),
      });
    } catch (error) {
      throw new RunnerError(
        "AGENT_START_FAILED",
        context.redact(`Gemini CLI could not be started: ${messageOf(error)}`),
        {
          cause: error,
        },
      );
    }
    this.#process = current.process;
    context.logger.info({ model: settings.model, tools: current.process.tools.length }, "Gemini CLI is ready");
  }

  /** Its own instructions file, in its own home, is where Gemini CLI takes additions to its system prompt from. */
  async #writePrompt(context: SessionContext, settings: Settings): Promise<void> {
    const folder = join(geminiHome(context), ".gemini");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "GEMINI.md"), geminiPrompt({ ...context, ...settings }));
  }

  async #onTold(id: string, told: Told): Promise<void> {
    if (this.#suspended?.id === id) return void this.#suspended.held.push(told);
    const turn = this.#turn;
    if (turn?.id !== id) return;
    if (told.type === "toolCall" && turn.clientTools.has(told.name)) turn.calls.told(told.id, told.name, told.args);
    // The client has it already.
    if (told.type === "toolResult" && turn.calls.knows(told.id)) return;
    if (told.type === "usage") turn.usage = addUsage(turn.usage, { provider: "google", ...told });
    if (told.type === "problem") turn.problem = told;
    if (told.type === "end") turn.reason = told.reason;
    for (const event of turn.translator.translate(told)) {
      // The result of a run is its last message.
      if (event.type === EventType.TEXT_MESSAGE_START) turn.text = "";
      if (event.type === EventType.TEXT_MESSAGE_CONTENT) turn.text += event.delta;
      turn.sink.emit(event);
    }
    await turn.sink.writable();
  }

  #onTurnEnded(id: string, history: History): void {
    this.#history = history;
    if (this.#suspended?.id === id) this.#suspended = undefined;
    const turn = this.#turn;
    if (turn?.id === id) turn.ended.resolve(outcomeOf({ ...turn, redact: this.#started(this.#context).redact }));
  }

  #onDeath(process: GeminiProcess | undefined, lastWords: string): void {
    // One that never became ready is told of by its start.
    if (process === undefined || process !== this.#process) return;
    const { redact, logger } = this.#started(this.#context);
    const reason = redact(lastWords);
    logger.warn({ reason }, "Gemini CLI has ended");
    const turn = this.#turn ?? this.#suspended;
    this.#suspended = undefined;
    if (turn === undefined) return;
    this.#history = [
      ...this.#history,
      ...unfinishedTurn(turn.content, turn.text, "Gemini CLI ended in the middle of this."),
    ];
    if (turn.interrupted) return turn.ended.resolve({ type: "cancelled", text: turn.text, usage: turn.usage });
    const message = `Gemini CLI ended unexpectedly; the next message starts it again. ${reason}`.trim();
    turn.ended.resolve({
      type: "error",
      code: "AGENT_PROCESS_DIED",
      message: message.slice(0, 4000),
      usage: turn.usage,
    });
  }

  #started<T>(part: T | undefined): T {
    if (part === undefined) throw new RunnerError("NOT_READY", "Gemini CLI is not started yet");
    return part;
  }
}

function freshRun(sink: EventSink) {
  return {
    sink,
    ended: Promise.withResolvers<RunOutcome>(),
    interrupted: false,
    text: "",
    usage: [],
    reason: undefined,
    problem: undefined,
  };
}

function contentFor(input: RunInput): Part[] {
  // Of a process that has gone: nobody waits for them any more.
  const words = resultsInWords(clientResults(input.messages));
  const content = contentOf(messagesWithPreface(input));
  return words === "" ? content : [{ type: "text", text: words }, ...content];
}

function definitionOf({ name, description, parameters }: Tool): ToolDefinition {
  return { name, description: description ?? "", parameters: toolSchema(parameters) };
}
