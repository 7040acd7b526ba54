/**
 * A ReAct agent in this process: LangChain's agent graph with tools that work in the workspace, and a checkpointer on the
 * session's volume, so that a new attempt goes on where the former one was.
 */
import type { Event } from "@pilothouse/agui";
import { join } from "node:path";
import { AIMessage, AIMessageChunk, BaseMessage, RemoveMessage, ToolMessage } from "@langchain/core/messages";
import type { StructuredToolInterface } from "@langchain/core/tools";
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { Command } from "@langchain/langgraph";
import { createAgent, type ReactAgent } from "langchain";
import { z } from "zod";
import { RunnerError } from "../../../errors.ts";
import type { SessionContext } from "../../bridge.ts";
import { agentEnvironment } from "../../common/environment.ts";
import { sessionPrompt } from "../../common/prompt.ts";
import { Ask, type Waiting } from "../asking.ts";
import { callDeltas, spoken, stopOf, usageOf } from "../chunks.ts";
import { FileCheckpointer } from "../checkpointer.ts";
import type { GraphEngine, Surroundings, TurnInput, TurnOptions } from "../engine.ts";
import { lacksResponses, openModel, providerOf } from "../models.ts";
import type { Tell } from "../told.ts";
import { editingTools, readingTools } from "../tools/files.ts";
import { Place } from "../tools/place.ts";
import { questionTool, sessionTools } from "../tools/session.ts";
import { searchTools, shellTool } from "../tools/shell.ts";
import { humanMessage } from "./content.ts";
import { offered } from "./client-tools.ts";
import { sessionMiddleware, type Present } from "./middleware.ts";
import { PLANNING } from "./permissions.ts";
import { repairOf, type CutOff } from "./unfinished.ts";

/** Steps of the graph in one run: a request to the model and its tools are two. */
const MOST_STEPS = 2000;
/** The agent's node that asks the model: its name in the graph that LangChain makes. */
const MODEL_NODE = "model_request";
const RESTARTED: CutOff = { said: "", note: "This was cut off when the session was stopped or restarted." };

const State = z.looseObject({
  messages: z.array(z.custom<BaseMessage>((one) => BaseMessage.isInstance(one))).default([]),
});
const Edit = z.looseObject({
  hunks: z
    .array(
      z.object({
        oldStart: z.number(),
        oldLines: z.number(),
        newStart: z.number(),
        newLines: z.number(),
        lines: z.array(z.string()),
      }),
    )
    .optional(),
});

export interface LocalGraphOptions {
  readonly context: SessionContext;
  /** The provider that models.json names for a model. */
  readonly listedProvider: (model: string) => string | undefined;
  readonly newCallId: (id: string) => string;
  readonly tellState: (event: Event) => void;
}

export class LocalGraph implements GraphEngine {
  readonly #options: LocalGraphOptions;
  readonly #checkpointer: FileCheckpointer;
  readonly #config: { configurable: { thread_id: string } };
  /** Messages of this process whose pieces were told. */
  readonly #told = new Set<string>();
  #agent: ReactAgent | undefined;
  #present: Pick<Present, "model" | "prompt" | "permissionMode"> | undefined;
  #openai: "responses" | "chat" = "responses";
  #clientTools: readonly StructuredToolInterface[] = [];
  #clientNames: ReadonlySet<string> = new Set();
  #surroundings: Surroundings | undefined;
  #place: Place | undefined;
  #signal: AbortSignal = new AbortController().signal;
  #cutOff: CutOff = RESTARTED;
  #refused: string | undefined;
  #tools: readonly string[] = [];

  constructor(options: LocalGraphOptions) {
    this.#options = options;
    const { paths, threadId } = options.context;
    this.#checkpointer = new FileCheckpointer(join(paths.platform, "langgraph", "checkpoints.sqlite"));
    this.#config = { configurable: { thread_id: threadId } };
  }

  readonly takesClientTools = true;

  get tools(): readonly string[] {
    return this.#tools;
  }

  async change(surroundings: Surroundings): Promise<void> {
    const before = this.#surroundings;
    const model =
      before?.model === surroundings.model && this.#present !== undefined
        ? this.#present.model
        : await this.#openModel(surroundings.model);
    this.#surroundings = surroundings;
    this.#place = new Place(this.#options.context.paths.root, surroundings.workingDirectory);
    const prompt = this.#prompt(surroundings);
    this.#present = { model, prompt, permissionMode: surroundings.permissionMode };
    if (before?.workingDirectory !== surroundings.workingDirectory) this.#agent = undefined;
    this.#agent ??= this.#build(this.#present, this.#place);
  }

  async open(): Promise<{ callIds: string[] }> {
    const messages = await this.#history();
    return { callIds: messages.flatMap((one) => (AIMessage.isInstance(one) ? callIdsOf(one) : [])) };
  }

  async waiting(): Promise<Waiting[]> {
    const { tasks } = await this.#started(this.#agent).graph.getState(this.#config);
    // One that has its answer still names its question, until those beside it have theirs.
    const open = tasks.filter((task) => task.result === undefined);
    return open.flatMap((task) =>
      (task.interrupts ?? []).flatMap(({ id, value }) => {
        const ask = Ask.safeParse(value);
        return ask.success && id !== undefined ? [{ id, ask: ask.data }] : [];
      }),
    );
  }

  async abandon(tell: Tell): Promise<void> {
    this.#cutOff = { said: "", note: "The user did not answer, and interrupted here." };
    const messages = await this.#repair(tell);
    await this.#started(this.#agent).graph.updateState(this.#config, { messages }, MODEL_NODE);
  }

  async turn(input: TurnInput, { runId, clientTools, tell, taken, signal }: TurnOptions): Promise<void> {
    this.#signal = signal;
    this.#clientTools = clientTools.map(offered);
    const asked = (await this.waiting()).filter(({ ask }) => ask.kind === "client_tool");
    this.#clientNames = new Set([...clientTools.map(({ name }) => name), ...asked.map(({ ask }) => ask.toolName)]);
    let said = "";
    let answered = false;
    const watch: Tell = (told) => {
      if (told.type === "piece") said += told.text;
      if (told.type === "message") said = "";
      if (told.type === "message" || told.type === "piece") answered = true;
      tell(told);
    };
    const human = input.type === "messages" ? humanMessage(`${runId}-user`, input.messages) : undefined;
    const start =
      input.type === "answers"
        ? new Command({ resume: { ...input.answers } })
        : { messages: [...(await this.#repair(tell)), ...(human === undefined ? [] : [human])] };
    try {
      const stream = await this.#started(this.#agent).stream(start, {
        ...this.#config,
        streamMode: ["messages", "updates", "tasks"],
        durability: "sync",
        recursionLimit: MOST_STEPS,
        signal,
      });
      for await (const [mode, data] of stream) {
        this.#onPart(mode, data, watch);
        await taken();
      }
      this.#cutOff = RESTARTED;
    } catch (error) {
      // What a provider refuses as such would be refused again with every message that follows.
      if (human !== undefined && !answered && isRefused(error)) this.#refused = human.id;
      const note = signal.aborted ? "The user interrupted here." : "The model could not be reached to go on.";
      this.#cutOff = { said, note };
      throw error;
    } finally {
      this.#told.clear();
    }
  }

  async stop(): Promise<void> {
    this.#checkpointer.close();
  }

  #onPart(mode: string, data: unknown, tell: Tell): void {
    if (mode === "tasks") return this.#onTask(data, tell);
    if (mode === "updates") return this.#onUpdate(data, tell);
    const [message] = Array.isArray(data) ? data : [];
    if (ToolMessage.isInstance(message)) return this.#onResult(message, tell);
    if (!AIMessageChunk.isInstance(message) || this.#told.has(message.id ?? "")) return;
    const calls = callDeltas(message.tool_call_chunks);
    tell({ type: "piece", messageId: message.id ?? "", ...spoken(message.content), calls });
  }

  #onTask(data: unknown, tell: Tell): void {
    const task = z.looseObject({ name: z.string() }).safeParse(data);
    if (!task.success) return;
    const phase = "input" in task.data ? "started" : "finished";
    tell({ type: "step", name: task.data.name, phase });
  }

  #onUpdate(data: unknown, tell: Tell): void {
    const update = z.looseObject({ [MODEL_NODE]: State.optional() }).safeParse(data);
    for (const message of update.data?.[MODEL_NODE]?.messages ?? []) {
      if (!AIMessage.isInstance(message)) continue;
      const calls = (message.tool_calls ?? []).map(({ id = "", name, args }) => ({ id, name, args }));
      const { model = "", provider } = this.#model();
      const usage = usageOf(message.usage_metadata, provider, model);
      tell({ type: "message", calls, usage, stop: stopOf(message.response_metadata) });
    }
  }

  #onResult(message: ToolMessage, tell: Tell): void {
    const { hunks } = Edit.safeParse(message.artifact).data ?? {};
    tell({
      type: "toolResult",
      callId: message.tool_call_id,
      content: spoken(message.content).text,
      isError: message.status === "error",
      ...(hunks === undefined ? {} : { hunks }),
    });
  }

  /** What must stand before the next message, when the last turn did not come to its end. */
  async #repair(tell: Tell): Promise<BaseMessage[]> {
    const history = await this.#history();
    const refused = this.#refused;
    this.#refused = undefined;
    const kept = history.filter((one) => one.id !== refused);
    const { messages, reported } = repairOf(kept, await this.#finishedBeside(), this.#cutOff);
    this.#cutOff = RESTARTED;
    for (const result of reported) this.#onResult(result, tell);
    const removed = kept.length < history.length && refused !== undefined ? [new RemoveMessage({ id: refused })] : [];
    return [...removed, ...messages];
  }

  /** Results of calls that ran beside one that was cut off or asked: the graph has them, but not yet in its history. */
  async #finishedBeside(): Promise<ToolMessage[]> {
    const tuple = await this.#checkpointer.getTuple(this.#config);
    return (tuple?.pendingWrites ?? []).flatMap(([, channel, value]) => {
      if (channel !== "messages") return [];
      const values: unknown[] = Array.isArray(value) ? value : [value];
      return values.filter((one) => ToolMessage.isInstance(one));
    });
  }

  async #history(): Promise<BaseMessage[]> {
    const { values } = await this.#started(this.#agent).graph.getState(this.#config);
    return State.parse(values).messages;
  }

  #build(present: Pick<Present, "model">, place: Place): ReactAgent {
    const { context, newCallId, tellState } = this.#options;
    const programs = {
      place,
      environment: () => agentEnvironment(context, process.env),
      signal: () => this.#signal,
    };
    const tools = [
      ...readingTools(place),
      ...searchTools(programs),
      ...editingTools(place),
      shellTool(programs),
      questionTool(),
      ...sessionTools({
        actions: context.platform,
        state: context.sharedState,
        workingDirectory: () => this.#surroundings?.workingDirectory ?? context.workingDirectory,
        tell: async (event) => tellState(event),
      }),
    ];
    this.#tools = tools.map((each) => each.name);
    const middleware = sessionMiddleware({
      present: () => ({
        ...this.#started(this.#present),
        clientTools: this.#clientTools,
        modelAfter: async (error) => this.#modelAfter(error),
        isClientTool: (name) => this.#clientNames.has(name),
      }),
      signal: () => this.#signal,
      approvals: context.approvals,
      newCallId,
      onMessage: (id) => this.#told.add(id),
    });
    return createAgent({
      model: present.model,
      tools,
      middleware: [middleware],
      checkpointer: this.#checkpointer,
    });
  }

  #prompt({ workingDirectory, directories, permissionMode }: Surroundings): string {
    return sessionPrompt({
      ...this.#options.context,
      workingDirectory,
      directories,
      people:
        "You are a capable software agent: use your tools to do what the user asks, check your work, and say briefly what you did. People follow along in a web interface and may write at any time; ask them when you cannot decide.",
      more: permissionMode === "plan" ? [PLANNING] : [],
    });
  }

  #model(): { model: string | undefined; provider: string } {
    const { model } = this.#surroundings ?? {};
    return { model, provider: model === undefined ? "" : providerOf(model, this.#options.listedProvider(model)) };
  }

  async #modelAfter(error: unknown): Promise<BaseChatModel | undefined> {
    const present = this.#started(this.#present);
    if (this.#model().provider !== "openai" || this.#openai === "chat" || !lacksResponses(error)) return undefined;
    this.#openai = "chat";
    const model = await this.#openModel(this.#model().model);
    this.#present = { ...present, model };
    return model;
  }

  async #openModel(model: string | undefined): Promise<BaseChatModel> {
    if (model === undefined)
      throw new RunnerError("AGENT_START_FAILED", "the session names no model, and models.json has no default");
    const { context, listedProvider } = this.#options;
    const { temperature, maxTokens } = context.spec.llmSettings ?? {};
    const provider = providerOf(model, listedProvider(model));
    return openModel({ provider, model, broker: context.broker, temperature, maxTokens, openai: this.#openai });
  }

  #started<T>(part: T | undefined): T {
    if (part === undefined) throw new RunnerError("NOT_READY", "the graph is not started yet");
    return part;
  }
}

function callIdsOf(message: AIMessage): string[] {
  return (message.tool_calls ?? []).flatMap(({ id }) => (id === undefined ? [] : [id]));
}

function isRefused(error: unknown): boolean {
  return typeof error === "object" && error !== null && "status" in error && error.status === 400;
}
