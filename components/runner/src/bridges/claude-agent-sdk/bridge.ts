/**
 * Claude Code in a session, through the Claude Agent SDK: one process and one conversation, whose turns become runs. What
 * the agent does on its own between them (a background task that reports) becomes a run of its own.
 */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { McpSdkServerConfigWithInstance, SDKMessage, SDKResultMessage } from "@anthropic-ai/claude-agent-sdk";
import { EventType } from "@pilothouse/agui";
import type { AgenticSessionSpec, McpServer } from "@pilothouse/contracts/resources/agentic-session";
import type { BackgroundTask, TaskOutput } from "@pilothouse/contracts/rest/agui";
import {
  BRIDGE_CAPABILITIES,
  type CapabilitiesReport,
  type FrameworkCapabilities,
} from "@pilothouse/contracts/runner/capabilities";
import type { Tool } from "@ag-ui/core";
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
import { answersInWords } from "../common/asks.ts";
import { clientResults, messagesWithPreface, resultsInWords } from "../common/client-tools.ts";
import { ClientTools } from "./client-tools.ts";
import { claudeOptions, hasConversation, mcpServersOf, permissionModeOf } from "./options.ts";
import { NO_TOTALS, outcomeOf, type Totals } from "./outcome.ts";
import { PLATFORM_SERVER, platformServer } from "./platform-tools.ts";
import { ClaudeProcess } from "./process.ts";
import { copyProjectConfig } from "./project-config.ts";
import { Tasks } from "./tasks.ts";
import { Translator } from "./translator.ts";
import { Turns, type Turn } from "./turns.ts";
import { contentOf, textOf, userMessage } from "./user-message.ts";
import { Waits } from "./waits.ts";

const SERVER_PATIENCE = 5000;

interface Settings {
  model: string | undefined;
  permissionMode: AgenticSessionSpec["permissionMode"];
  mcpServers: Readonly<Record<string, McpServer>>;
  workingDirectory: string;
  directories: readonly string[];
}

export const createBridge = (): PlatformBridge => new ClaudeAgentBridge();

export class ClaudeAgentBridge implements PlatformBridge {
  readonly clientTools = "offered";
  readonly #translator = new Translator(randomUUID, () => performance.now());
  readonly #tasks = new Tasks({ toolCallId: (toolUseId) => this.#translator.toolCallId(toolUseId) });
  readonly #clientTools = new ClientTools();
  readonly #waits = new Waits({
    clientTools: this.#clientTools,
    approvals: () => this.#started(this.#context).approvals,
    permissionMode: () => this.#started(this.#settings).permissionMode,
    toolCallId: (toolUseId) => this.#translator.toolCallId(toolUseId),
    speaking: () => this.#translator.speaking,
    onWaiting: (interrupts, calls) => void this.#turns?.ask(interrupts, calls),
  });
  #context: SessionContext | undefined;
  #settings: Settings | undefined;
  #process: ClaudeProcess | undefined;
  #restartBeforeNextRun = false;
  #turns: Turns | undefined;
  #totals: Totals = NO_TOTALS;
  #modelError: Extract<SDKMessage, { type: "assistant" }>["error"];
  #report: Pick<CapabilitiesReport, "models" | "tools" | "commands" | "agents"> = {
    models: [],
    tools: [],
    commands: [],
    agents: [],
  };

  capabilities(): FrameworkCapabilities {
    return BRIDGE_CAPABILITIES["claude-agent-sdk"];
  }

  report(): CapabilitiesReport {
    return { ...this.capabilities(), ...this.#report };
  }

  async start(context: SessionContext): Promise<void> {
    this.#context = context;
    this.#settings = {
      model: context.model,
      permissionMode: context.spec.permissionMode,
      mcpServers: context.mcpServers,
      workingDirectory: context.workingDirectory,
      directories: context.directories,
    };
    this.#turns = new Turns({
      begin: async (reason, signal) => context.beginAutonomousRun(reason, signal),
      onBoundary: () => this.#translator.newRun(),
    });
    await this.#startProcess();
  }

  async run(input: RunInput, sink: EventSink): Promise<RunOutcome> {
    const turns = this.#started(this.#turns);
    if (this.#process?.alive !== true || (this.#restartBeforeNextRun && !this.#waits.waiting)) await this.#restart();
    const process = this.#started(this.#process);
    if (!this.#waits.waiting) await this.#offer(process, input.tools ?? []);
    const turn = turns.beginUserTurn(sink);
    turn.interrupted = input.resume.some((entry) => entry.status === "cancelled");
    if (!this.#waits.answer(input)) process.send(userMessage(turn.uuid, wordsOf(input)));
    this.#waits.tellIfWaiting();
    return turn.ended;
  }

  async interrupt(): Promise<void> {
    this.#turns?.interrupted();
    this.#waits.abandon("The user interrupted.");
    if (this.#process?.alive === true) await this.#process.query.interrupt();
  }

  async applyChange(change: SpecChange): Promise<void> {
    const settings = this.#started(this.#settings);
    const query = this.#process?.alive === true ? this.#process.query : undefined;
    switch (change.type) {
      case "model":
        settings.model = change.model;
        await query?.setModel(change.model);
        return;
      case "permissionMode":
        settings.permissionMode = change.permissionMode;
        // Which tools there are differs between planning and the other modes: that needs a new process.
        this.#restartBeforeNextRun = true;
        await query?.setPermissionMode(permissionModeOf(change.permissionMode));
        return;
      case "mcpServers":
        settings.mcpServers = change.servers;
        if (this.#process?.alive === true) await this.#connectWithin(this.#process);
        return;
      case "repositories":
        settings.directories = change.directories;
        settings.workingDirectory = change.workingDirectory;
        this.#restartBeforeNextRun = true;
        return;
      case "workflow":
        // Instructions, commands and agents are read when a process starts.
        this.#restartBeforeNextRun = true;
        return;
      default:
        return change satisfies never;
    }
  }

  async mcpStatus(): Promise<McpServerStatus[]> {
    if (this.#process?.alive !== true) return [];
    // Never the servers' configuration: it may hold credentials.
    return (await this.#process.query.mcpServerStatus()).map(({ name, status, error, tools }) => ({
      name,
      status,
      ...(error === undefined ? {} : { error: this.#started(this.#context).redact(error) }),
      tools: (tools ?? []).map((tool) => ({
        name: tool.name,
        ...(tool.description === undefined ? {} : { description: tool.description }),
      })),
    }));
  }

  tasks(): readonly BackgroundTask[] {
    return this.#tasks.list;
  }

  async stopTask(id: string): Promise<void> {
    const { status } = this.#tasks.require(id);
    if (status === "running" && this.#process?.alive === true) await this.#process.query.stopTask(id);
  }

  async taskOutput(id: string): Promise<TaskOutput> {
    return this.#tasks.output(id);
  }

  async stop(): Promise<void> {
    this.#turns?.stop();
    this.#waits.abandon("The session stopped.");
    await this.#process?.stop();
  }

  async #restart(): Promise<void> {
    await this.#process?.stop();
    this.#tasks.processEnded();
    await this.#startProcess();
  }

  async #startProcess(): Promise<void> {
    const context = this.#started(this.#context);
    const settings = this.#started(this.#settings);
    this.#restartBeforeNextRun = false;
    this.#totals = NO_TOTALS;
    const projectConfig = join(context.paths.platform, "project-config");
    const workflow = context.workflow === undefined ? [] : [context.workflow.directory];
    await copyProjectConfig([settings.workingDirectory, ...workflow], projectConfig);
    const id = this.#conversationId ?? context.frameworkSessionId ?? randomUUID();
    const known = await hasConversation(context.paths.claude, id);
    // Remembered before it begins: a process that dies at once has still begun it.
    await context.rememberFrameworkSession(id);
    this.#conversationId = id;
    const current: { process: ClaudeProcess | undefined } = { process: undefined };
    try {
      current.process = await ClaudeProcess.start(
        (hooks) =>
          claudeOptions({
            context,
            ...settings,
            ...hooks,
            projectConfig,
            platformTools: this.#platformTools(),
            conversation: known ? { resume: id } : { sessionId: id },
            canUseTool: this.#waits.canUseTool,
          }),
        {
          onMessage: async (message) => this.#onMessage(message),
          onEnd: (error) => this.#onProcessEnd(current.process, error),
        },
      );
    } catch (error) {
      throw new RunnerError(
        "AGENT_START_FAILED",
        context.redact(`Claude Code could not be started: ${messageOf(error)}`),
        {
          cause: error,
        },
      );
    }
    this.#process = current.process;
    const more = { ...settings.mcpServers, ...this.#clientTools.servers };
    if (Object.keys(more).length > 0) await this.#connectWithin(current.process);
    context.logger.info({ conversation: id, resumed: known }, "Claude Code is ready");
    void this.#readCapabilities(current.process);
  }

  #conversationId: string | undefined;

  async #readCapabilities(process: ClaudeProcess): Promise<void> {
    try {
      const { commands, models, agents } = await process.query.initializationResult();
      this.#report = {
        ...this.#report,
        commands: commands.map(({ name, description }) => ({ name, description })),
        models: models.map((model) => model.value),
        agents: agents.map((agent) => agent.name),
      };
    } catch (error) {
      this.#context?.logger.warn({ reason: messageOf(error) }, "Claude Code did not tell its capabilities");
    }
  }

  /** The client's tools in this run. A server that is set again under its name keeps its tools, so it is taken away before. */
  async #offer(process: ClaudeProcess, tools: readonly Tool[]): Promise<void> {
    const before = this.#clientTools.tools;
    if (!this.#clientTools.set(tools)) return;
    if (before.length > 0 && tools.length > 0) {
      this.#clientTools.set([]);
      await this.#connectServers(process);
      this.#clientTools.set(tools);
    }
    await this.#connectServers(process);
  }

  /** A server that hangs must not keep the session from working. */
  async #connectWithin(process: ClaudeProcess): Promise<void> {
    await Promise.race([this.#connectServers(process), sleep(SERVER_PATIENCE, undefined, { ref: false })]);
  }

  async #connectServers({ query }: ClaudeProcess): Promise<void> {
    const { redact, logger } = this.#started(this.#context);
    const servers = mcpServersOf(this.#started(this.#settings).mcpServers);
    try {
      const { errors } = await query.setMcpServers({
        ...servers,
        ...this.#clientTools.servers,
        [PLATFORM_SERVER]: this.#platformTools(),
      });
      for (const [server, reason] of Object.entries(errors))
        logger.warn({ server, reason: redact(reason) }, "an MCP server could not be connected");
    } catch (error) {
      logger.warn({ reason: redact(messageOf(error)) }, "the MCP servers could not be set");
    }
  }

  #platformTools(): McpSdkServerConfigWithInstance {
    const { sharedState, platform } = this.#started(this.#context);
    return platformServer({
      actions: platform,
      state: sharedState,
      workingDirectory: () => this.#started(this.#settings).workingDirectory,
      tell: async (event) => {
        (await this.#started(this.#turns).forEvents()).sink.emit(event);
      },
    });
  }

  async #onMessage(message: SDKMessage): Promise<void> {
    const turns = this.#started(this.#turns);
    this.#tasks.see(message);
    // Between a question and its answer nothing is told: it belongs to the run that the answer begins.
    await turns.answered();
    if (turns.stopped) return;
    if (message.type === "assistant" && message.error !== undefined) this.#modelError = message.error;
    if (message.type === "system" && message.subtype === "init") {
      this.#report = { ...this.#report, tools: message.tools };
      turns.mainTurnBegan();
    }
    if (message.type === "result") return this.#onResult(turns, message);
    // Subagents are told of again in each run, so a run must be open before the translation.
    if (!tells(message)) {
      this.#translator.translate(message);
      return;
    }
    const turn = await turns.forEvents();
    for (const translated of this.#translator.translate(message)) {
      const event = this.#clientTools.told(translated);
      if (event === undefined) continue;
      if (event.type === EventType.TEXT_MESSAGE_CONTENT && event.subagentRunId === undefined) turn.spoke = true;
      turn.sink.emit(event);
    }
    await turn.sink.writable();
  }

  async #onResult(turns: Turns, result: SDKResultMessage): Promise<void> {
    const { redact } = this.#started(this.#context);
    const turn = turns.turnOf(result);
    const before = this.#totals;
    const modelError = this.#modelError;
    this.#totals = { modelUsage: result.modelUsage, costUsd: result.total_cost_usd };
    this.#modelError = undefined;
    if (turn === undefined) return;
    const outcome = outcomeOf({ result, modelError, interrupted: turn.interrupted, before, redact });
    if (outcome.type === "success" && !turn.spoke) this.#sayResult(turn, outcome.text ?? "");
    await turns.end(turn, outcome);
  }

  /** A command that no model answers (`/usage`) has its text in the result alone. */
  #sayResult(turn: Turn, text: string): void {
    if (text.trim() === "") return;
    const messageId = randomUUID();
    turn.sink.emit({ type: EventType.TEXT_MESSAGE_START, messageId, role: "assistant" });
    turn.sink.emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: text });
    turn.sink.emit({ type: EventType.TEXT_MESSAGE_END, messageId });
  }

  #onProcessEnd(process: ClaudeProcess | undefined, error: unknown): void {
    if (process === undefined || process !== this.#process) return;
    const { redact, logger } = this.#started(this.#context);
    this.#waits.clear();
    this.#tasks.processEnded();
    const reason = redact(
      [error === undefined ? "" : messageOf(error), process.lastWords].filter((part) => part !== "").join("\n"),
    );
    logger.warn({ reason }, "Claude Code has ended");
    const message = `Claude Code ended unexpectedly; the next message starts it again. ${reason}`.trim();
    this.#turns?.fail({ type: "error", code: "AGENT_PROCESS_DIED", message: message.slice(0, 4000) });
  }

  #started<T>(part: T | undefined): T {
    if (part === undefined) throw new RunnerError("NOT_READY", "Claude Code is not started yet");
    return part;
  }
}

/** A new message, with what the agent was told while it could not hear it. */
function wordsOf(input: RunInput): ReturnType<typeof contentOf> {
  const words = [answersInWords(input.interrupts, input.resume), resultsInWords(clientResults(input.messages))].filter(
    (part) => part !== "",
  );
  if (words.length === 0) return contentOf(messagesWithPreface(input));
  return [...words, textOf(input.messages)].join("\n").trim();
}

/** Messages that may become events; the others (status, progress, life-cycle) open no run. */
function tells(message: SDKMessage): boolean {
  if (message.type === "stream_event" || message.type === "assistant") return true;
  if (message.type === "user") return typeof message.message.content !== "string" && !("isReplay" in message);
  if (message.type !== "system") return false;
  return ["task_started", "task_notification", "task_updated", "api_retry", "compact_boundary"].includes(
    message.subtype,
  );
}
