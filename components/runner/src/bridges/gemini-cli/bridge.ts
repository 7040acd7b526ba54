/**
 * Gemini CLI in a session: its core in a child process, one conversation, each run a turn of it. The conversation lives as
 * long as the runner: a new child takes it over, a new attempt begins without it.
 */
import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EventType } from "@pilothouse/agui";
import type { AgenticSessionSpec, McpServer } from "@pilothouse/contracts/resources/agentic-session";
import {
  BRIDGE_CAPABILITIES,
  type CapabilitiesReport,
  type FrameworkCapabilities,
} from "@pilothouse/contracts/runner/capabilities";
import type { TokenUsage } from "@ag-ui/core";
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
import { addUsage } from "../common/usage.ts";
import { childEnvironment, geminiHome } from "./environment.ts";
import { outcomeOf } from "./outcome.ts";
import { GeminiProcess } from "./process.ts";
import type { History, Part, StartOptions, Told } from "./protocol.ts";
import { geminiPrompt } from "./session-prompt.ts";
import { Translator } from "./translator.ts";
import { unfinishedTurn } from "./unfinished-turn.ts";
import { contentOf } from "./user-message.ts";

/** For an installation whose models.json names no default. */
const DEFAULT_MODEL = "gemini-2.5-pro";
/** Milliseconds that an interrupted turn has before its process is ended. */
const ABORT_PATIENCE = 5000;

const NOBODY_ASKED =
  "Gemini CLI cannot wait for a person's approval, so it does not work with the permission mode “ask”. Choose “plan” " +
  "(reads only), “acceptEdits” (reads and edits files) or “bypass” (the pod is the sandbox) in the session's settings.";

interface Turn {
  readonly id: string;
  readonly content: readonly Part[];
  readonly sink: EventSink;
  readonly translator: Translator;
  readonly ended: PromiseWithResolvers<RunOutcome>;
  interrupted: boolean;
  text: string;
  usage: readonly TokenUsage[];
  reason: string | undefined;
  problem: Extract<Told, { type: "problem" }> | undefined;
}

interface Settings {
  model: string;
  permissionMode: AgenticSessionSpec["permissionMode"];
  mcpServers: Readonly<Record<string, McpServer>>;
  workingDirectory: string;
  directories: readonly string[];
}

export const createBridge = (): PlatformBridge => new GeminiCliBridge();

export class GeminiCliBridge implements PlatformBridge {
  #context: SessionContext | undefined;
  #settings: Settings | undefined;
  #process: GeminiProcess | undefined;
  #history: History = [];
  #turn: Turn | undefined;
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
    // What a former attempt's commands may have left there must not configure this one.
    await rm(geminiHome(context), { recursive: true, force: true });
    await this.#startProcess();
  }

  async run(input: RunInput, sink: EventSink): Promise<RunOutcome> {
    if (this.#started(this.#settings).permissionMode === "ask")
      return { type: "error", code: "AGENT_START_FAILED", message: NOBODY_ASKED };
    const turn: Turn = {
      id: randomUUID(),
      content: contentOf(input.messages),
      sink,
      translator: new Translator(randomUUID, () => performance.now()),
      ended: Promise.withResolvers<RunOutcome>(),
      interrupted: false,
      text: "",
      usage: [],
      reason: undefined,
      problem: undefined,
    };
    this.#turn = turn;
    try {
      if (this.#process?.alive !== true || this.#restartBeforeNextRun) await this.#restart();
      if (turn.interrupted) return { type: "cancelled" };
      this.#started(this.#process).turn(turn.id, turn.content);
      return await turn.ended.promise;
    } finally {
      this.#turn = undefined;
    }
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
        start: startOptions(context, settings, this.#history),
        onTold: async (turn, told) => this.#onTold(turn, told),
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
    const turn = this.#turn;
    if (turn?.id !== id) return;
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
    const turn = this.#turn;
    if (turn?.id === id) turn.ended.resolve(outcomeOf({ ...turn, redact: this.#started(this.#context).redact }));
  }

  #onDeath(process: GeminiProcess | undefined, lastWords: string): void {
    // One that never became ready is told of by its start.
    if (process === undefined || process !== this.#process) return;
    const { redact, logger } = this.#started(this.#context);
    const reason = redact(lastWords);
    logger.warn({ reason }, "Gemini CLI has ended");
    const turn = this.#turn;
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

function startOptions(context: SessionContext, settings: Settings, history: History): StartOptions {
  const { temperature, maxTokens } = context.spec.llmSettings ?? {};
  return {
    workingDirectory: settings.workingDirectory,
    directories: [...settings.directories, context.paths.artifacts, context.paths.uploads],
    model: settings.model,
    permissionMode: settings.permissionMode,
    mcpServers: Object.fromEntries(
      Object.entries(settings.mcpServers).map(([name, server]) => [name, serverOf(server)]),
    ),
    baseUrl: `${context.broker.url}/gemini`,
    apiKey: context.broker.token,
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    history,
  };
}

/** Gemini CLI tells the two kinds of remote servers apart by the name of the field. */
function serverOf({ type, command, args, env, url, headers }: McpServer): StartOptions["mcpServers"][string] {
  if (type === "stdio")
    return {
      ...(command === undefined ? {} : { command }),
      ...(args === undefined ? {} : { args }),
      ...(env === undefined ? {} : { env }),
    };
  const address = url === undefined ? {} : type === "http" ? { httpUrl: url } : { url };
  return { ...address, ...(headers === undefined ? {} : { headers }) };
}
