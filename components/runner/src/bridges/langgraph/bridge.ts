/**
 * LangGraph in a session: an agent graph of our own in this process, or, when the session names one by LANGGRAPH_URL, a
 * graph on a LangGraph server. Each run is a turn of one conversation, which the graph's checkpointer remembers.
 */
import { randomUUID } from "node:crypto";
import { EventType, type Event } from "@pilothouse/agui";
import {
  BRIDGE_CAPABILITIES,
  type CapabilitiesReport,
  type FrameworkCapabilities,
} from "@pilothouse/contracts/runner/capabilities";
import type { TokenUsage } from "@ag-ui/core";
import { RunnerError } from "../../errors.ts";
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
import { cutShort } from "../common/model-errors.ts";
import { addUsage } from "../common/usage.ts";
import { answerTo, interruptOf, resultOf, resumeValue, wordsOf, type Waiting } from "./asking.ts";
import type { GraphEngine, Surroundings, TurnInput } from "./engine.ts";
import { failureOf } from "./outcome.ts";
import type { GraphPath, Told } from "./told.ts";
import { Translator } from "./translator.ts";

interface Turn {
  readonly sink: EventSink;
  readonly abort: AbortController;
  text: string;
  usage: readonly TokenUsage[];
  /** Why the newest message ended. */
  stop: string | undefined;
}

export const createBridge = (): PlatformBridge => new LangGraphBridge();

export class LangGraphBridge implements PlatformBridge {
  /** The checkpointer lies on the session's volume, or on the server. */
  readonly remembers = true;
  readonly anyProvider = true;
  readonly #translator = new Translator({ newId: randomUUID, now: () => performance.now() });
  #context: SessionContext | undefined;
  #surroundings: Surroundings | undefined;
  #engine: GraphEngine | undefined;
  #turn: Turn | undefined;
  /** Calls whose results came from the client, which has them already. */
  #answered: ReadonlySet<string> = new Set();

  get clientTools(): "offered" | undefined {
    return this.#engine?.takesClientTools === false ? undefined : "offered";
  }

  capabilities(): FrameworkCapabilities {
    return BRIDGE_CAPABILITIES.langgraph;
  }

  report(): CapabilitiesReport {
    const { model } = this.#surroundings ?? {};
    const tools = [...(this.#engine?.tools ?? [])];
    return { ...this.capabilities(), models: model === undefined ? [] : [model], tools, commands: [], agents: [] };
  }

  async start(context: SessionContext): Promise<void> {
    this.#context = context;
    this.#surroundings = {
      model: context.model,
      permissionMode: context.spec.permissionMode,
      workingDirectory: context.workingDirectory,
      directories: context.directories,
    };
    const engine = await this.#openEngine(context);
    await engine.change(this.#surroundings);
    const { callIds } = await engine.open();
    this.#translator.reserve(callIds);
    this.#engine = engine;
    await context.rememberFrameworkSession(context.threadId);
    context.logger.info({ model: context.model, tools: engine.tools.length }, "LangGraph is ready");
  }

  async run(input: RunInput, sink: EventSink): Promise<RunOutcome> {
    const turn: Turn = { sink, abort: new AbortController(), text: "", usage: [], stop: undefined };
    this.#turn = turn;
    this.#translator.newRun();
    try {
      return await this.#converse(input, turn);
    } catch (error) {
      if (turn.abort.signal.aborted) return { type: "cancelled", ...spent(turn) };
      const { code, message } = failureOf(error);
      return {
        type: "error",
        code,
        message: this.#started(this.#context).redact(message).slice(0, 4000),
        ...spent(turn),
      };
    } finally {
      this.#turn = undefined;
    }
  }

  async interrupt(): Promise<void> {
    this.#turn?.abort.abort(new Error("The user interrupted."));
  }

  async applyChange(change: SpecChange): Promise<void> {
    const before = this.#started(this.#surroundings);
    const after = changed(before, change, this.#started(this.#context).model);
    if (after === before) return;
    await this.#started(this.#engine).change(after);
    this.#surroundings = after;
  }

  async mcpStatus(): Promise<McpServerStatus[]> {
    return [];
  }

  async stop(): Promise<void> {
    this.#turn?.abort.abort(new Error("The session stopped."));
    await this.#engine?.stop();
  }

  async #openEngine(context: SessionContext): Promise<GraphEngine> {
    const url = context.spec.environmentVariables?.["LANGGRAPH_URL"];
    if (url !== undefined && url !== "") {
      const { RemoteGraph } = await import("./remote/graph.ts");
      return new RemoteGraph(context, url);
    }
    const { LocalGraph } = await import("./local/graph.ts");
    return new LocalGraph({
      context,
      listedProvider: context.providerOfModel,
      newCallId: (id) => this.#translator.toolCallId(id),
      tellState: (event) => this.#tell([event]),
    });
  }

  async #converse(input: RunInput, turn: Turn): Promise<RunOutcome> {
    const engine = this.#started(this.#engine);
    checkClientTools(engine, input);
    const waiting = await engine.waiting();
    const cancelled = input.resume.some((entry) => entry.status === "cancelled");
    if (cancelled && waiting.length > 0) await engine.abandon((told, path) => this.#onTold(told, path, turn));
    if (cancelled && input.messages.length === 0) return { type: "cancelled" };
    if (waiting.length > 0 && !cancelled) {
      await this.#take({ type: "answers", answers: this.#answersFor(waiting, input) }, turn, input);
    } else await this.#take({ type: "messages", messages: messagesFor(input) }, turn, input);
    const asked = await engine.waiting();
    if (asked.length === 0) {
      this.#tell(this.#translator.end());
      const message = cutShort(turn.stop);
      if (message !== undefined) return { type: "error", code: "MODEL_ERROR", message, ...spent(turn) };
      return { type: "success", ...spent(turn) };
    }
    const idOf = ({ ask }: Waiting): string => this.#translator.toolCallId(ask.toolCallId);
    const calls = asked.filter((one) => one.ask.kind === "client_tool").map(idOf);
    const questions = asked.filter((one) => one.ask.kind !== "client_tool");
    const pending = calls.length === 0 ? {} : { pendingToolCallIds: calls };
    if (questions.length === 0) return { type: "success", ...pending, ...spent(turn) };
    const interrupts = questions.map((one) => interruptOf(one, idOf(one)));
    return { type: "interrupt", interrupts, ...pending, ...spent(turn) };
  }

  /** Who says something else instead of answering is heard by the tool that asked. */
  #answersFor(waiting: readonly Waiting[], input: RunInput): Record<string, unknown> {
    const words = wordsOf(input.messages);
    const results = clientResults(input.messages);
    this.#answered = new Set(results.map(({ toolCallId }) => toolCallId));
    const answers = waiting.flatMap((one): [string, unknown][] => {
      const toolCallId = this.#translator.toolCallId(one.ask.toolCallId);
      if (one.ask.kind === "client_tool") {
        const answer = resultOf(
          results.find((result) => result.toolCallId === toolCallId),
          words,
        );
        return answer === undefined ? [] : [[one.id, answer]];
      }
      const entry = input.resume.find((candidate) => candidate.interruptId === one.id);
      return entry === undefined && words === "" ? [] : [[one.id, resumeValue(one, answerTo(one, entry, words))]];
    });
    return Object.fromEntries(answers);
  }

  async #take(input: TurnInput, turn: Turn, { runId, tools = [] }: RunInput): Promise<void> {
    await this.#started(this.#engine).turn(input, {
      runId,
      clientTools: tools,
      tell: (told, path) => this.#onTold(told, path, turn),
      taken: async () => turn.sink.writable(),
      signal: turn.abort.signal,
    });
  }

  #onTold(told: Told, path: GraphPath | undefined, turn: Turn): void {
    if (told.type === "message" && (path ?? []).length === 0) turn.stop = told.stop;
    if (told.type === "message" && told.usage !== undefined) turn.usage = addUsage(turn.usage, told.usage);
    this.#tell(this.#translator.translate(told, path));
  }

  #tell(events: readonly Event[]): void {
    const turn = this.#turn;
    if (turn === undefined) return;
    for (const event of events) {
      if (event.type === EventType.TOOL_CALL_RESULT && this.#answered.has(event.toolCallId)) continue;
      // The result of a run is its last message, of whichever graph inside the session's it is.
      if (event.type === EventType.TEXT_MESSAGE_START) turn.text = "";
      if (event.type === EventType.TEXT_MESSAGE_CONTENT) turn.text += event.delta;
      turn.sink.emit(event);
    }
  }

  #started<T>(part: T | undefined): T {
    if (part === undefined) throw new RunnerError("NOT_READY", "LangGraph is not started yet");
    return part;
  }
}

const spent = ({ text, usage }: Turn): Pick<RunOutcome, "text" | "usage"> => ({ text, usage });

function checkClientTools({ tools: own, takesClientTools }: GraphEngine, { tools = [] }: RunInput): void {
  if (tools.length > 0 && !takesClientTools)
    throw new RunnerError("CLIENT_TOOLS_UNSUPPORTED", "tools: a graph on a server cannot use tools of the client");
  const taken = tools.find(({ name }) => own.includes(name));
  if (taken !== undefined)
    throw new RunnerError(
      "BODY_INVALID",
      `tools: ${taken.name} is a tool of the agent itself; give yours another name`,
    );
}

/** Answers to questions that the graph no longer waits with are told in words. */
function messagesFor(input: RunInput): RunInput["messages"] {
  const words = [answersInWords(input.interrupts, input.resume), resultsInWords(clientResults(input.messages))].filter(
    (part) => part !== "",
  );
  if (words.length === 0) return messagesWithPreface(input);
  return [{ id: `${input.runId}-answers`, role: "user", content: words.join("\n") }, ...input.messages];
}

function changed(before: Surroundings, change: SpecChange, initialModel: string | undefined): Surroundings {
  switch (change.type) {
    case "model":
      return { ...before, model: change.model ?? initialModel };
    case "permissionMode":
      return { ...before, permissionMode: change.permissionMode };
    case "repositories":
      return { ...before, workingDirectory: change.workingDirectory, directories: change.directories };
    case "workflow":
      // The prompt is made anew.
      return { ...before };
    case "mcpServers":
      return before;
    default:
      return change satisfies never;
  }
}
