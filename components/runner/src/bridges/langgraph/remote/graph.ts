/**
 * A graph on a LangGraph server, which LANGGRAPH_URL and LANGGRAPH_ASSISTANT name: its thread is the session's, and the
 * server keeps the conversation. Model, tools and what it asks about are the graph's own affair.
 */
import { Client } from "@langchain/langgraph-sdk";
import { z } from "zod";
import { messageOf, RunnerError } from "../../../errors.ts";
import type { SessionContext } from "../../bridge.ts";
import { waitingOf, wordsOf, type Waiting } from "../asking.ts";
import { callDeltas, spoken, usageOf } from "../chunks.ts";
import type { GraphEngine, TurnInput, TurnOptions } from "../engine.ts";
import type { GraphPath, Tell, Told } from "../told.ts";

const DEFAULT_ASSISTANT = "agent";
const START_TIMEOUT = 20_000;

const RemoteMessage = z.looseObject({
  type: z.string(),
  id: z.string().nullish(),
  content: z.unknown().optional(),
  tool_call_chunks: z.unknown().optional(),
  tool_calls: z
    .array(z.looseObject({ id: z.string().nullish(), name: z.string(), args: z.unknown().optional() }))
    .nullish(),
  tool_call_id: z.string().nullish(),
  status: z.string().nullish(),
  usage_metadata: z.unknown().optional(),
  response_metadata: z
    .looseObject({
      model_name: z.string().optional(),
      model: z.string().optional(),
      model_provider: z.string().optional(),
    })
    .nullish(),
});
type RemoteMessage = z.infer<typeof RemoteMessage>;
const Tuple = z.tuple([RemoteMessage, z.looseObject({ langgraph_node: z.string().optional() })]);
const NodeUpdate = z.looseObject({ messages: z.union([z.array(RemoteMessage), RemoteMessage]).optional() });
const Problem = z.looseObject({ error: z.string().default("error"), message: z.string().default("") });
const State = z.looseObject({
  values: z.looseObject({ messages: z.array(RemoteMessage).optional() }).nullish(),
  tasks: z
    .array(
      z.looseObject({
        name: z.string().optional(),
        interrupts: z.array(z.looseObject({ id: z.string().nullish(), value: z.unknown().optional() })).default([]),
      }),
    )
    .default([]),
});

export class RemoteGraph implements GraphEngine {
  readonly tools: readonly string[] = [];
  readonly takesClientTools = false;
  readonly #client: Client;
  readonly #url: string;
  readonly #threadId: string;
  readonly #assistant: string;
  readonly #steps = new Set<string>();
  /** Messages of this turn that have not come as a whole yet. */
  readonly #spoken = new Set<string>();

  constructor(context: SessionContext, url: string) {
    if (!/^https?:\/\//.test(url) || !URL.canParse(url))
      throw new RunnerError("AGENT_START_FAILED", "LANGGRAPH_URL: is not an http or https address");
    this.#url = new URL(url).origin;
    // No key is looked for in the environment: what a session could hand over here, its agent could read.
    this.#client = new Client({ apiUrl: url.replace(/\/+$/, ""), apiKey: null, callerOptions: { maxRetries: 1 } });
    this.#threadId = context.threadId;
    this.#assistant = context.spec.environmentVariables?.["LANGGRAPH_ASSISTANT"] ?? DEFAULT_ASSISTANT;
  }

  async change(): Promise<void> {
    // The graph chooses its model and its tools.
  }

  async open(): Promise<{ callIds: string[] }> {
    const signal = AbortSignal.timeout(START_TIMEOUT);
    try {
      await this.#client.threads.create({ threadId: this.#threadId, ifExists: "do_nothing", signal });
    } catch (error) {
      const message = `the LangGraph server at ${this.#url} did not open a thread: ${messageOf(error)}`;
      throw new RunnerError("AGENT_START_FAILED", message, { cause: error });
    }
    const { values } = await this.#state();
    const messages = values?.messages ?? [];
    return { callIds: messages.flatMap((one) => (one.tool_calls ?? []).flatMap(({ id }) => (id == null ? [] : [id]))) };
  }

  async waiting(): Promise<Waiting[]> {
    const { tasks } = await this.#state();
    return tasks.flatMap((task) =>
      task.interrupts.flatMap(({ id, value }) => (id == null ? [] : [waitingOf(id, value)])),
    );
  }

  async abandon(): Promise<void> {
    // As if its node had ended: the graph's own next step is left out, since the next input begins anew.
    const { tasks } = await this.#state();
    const asNode = tasks.find((task) => task.interrupts.length > 0)?.name;
    if (asNode !== undefined) await this.#client.threads.updateState(this.#threadId, { values: null, asNode });
  }

  async turn(input: TurnInput, { runId, tell, taken, signal }: TurnOptions): Promise<void> {
    this.#steps.clear();
    this.#spoken.clear();
    const payload =
      input.type === "answers"
        ? { command: { resume: { ...input.answers } } }
        : { input: { messages: userMessages(runId, input) } };
    let remoteRun: string | undefined;
    try {
      const stream = this.#client.runs.stream(this.#threadId, this.#assistant, {
        ...payload,
        streamMode: ["messages-tuple", "updates"],
        streamSubgraphs: true,
        onDisconnect: "cancel",
        signal,
      });
      for await (const { event, data } of stream) {
        if (event === "metadata") remoteRun = z.looseObject({ run_id: z.string() }).safeParse(data).data?.run_id;
        this.#onEvent(event, data, tell);
        await taken();
        // Its stream may end without a word when the signal aborts.
        signal.throwIfAborted();
      }
      signal.throwIfAborted();
    } catch (error) {
      if (signal.aborted && remoteRun !== undefined)
        await this.#client.runs.cancel(this.#threadId, remoteRun, true).catch(() => undefined);
      throw error;
    }
  }

  async stop(): Promise<void> {
    // The thread stays on the server: a new attempt goes on with it.
  }

  async #state(): Promise<z.infer<typeof State>> {
    try {
      return State.parse(await this.#client.threads.getState(this.#threadId));
    } catch (error) {
      // A thread without any run has no state yet on some servers.
      if (error instanceof Error && /\b404\b/.test(error.message)) return State.parse({});
      throw new RunnerError("AGENT_ERROR", `the LangGraph server at ${this.#url}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  /** Names of events of subgraphs have the path of the subgraph behind a bar. */
  #onEvent(name: string, data: unknown, tell: Tell): void {
    const [event, ...path] = name.split("|");
    const here: TellHere = (told) => tell(told, path);
    if (event === "error") {
      const { error, message } = Problem.parse(data);
      throw new RunnerError("AGENT_ERROR", message === "" ? error : message);
    }
    if (event === "messages") return this.#onMessage(data, path, here);
    if (event !== "updates") return;
    for (const [node, update] of Object.entries(z.record(z.string(), z.unknown()).safeParse(data).data ?? {})) {
      const { messages = [] } = NodeUpdate.safeParse(update).data ?? {};
      for (const message of [messages].flat())
        if (message.type.startsWith("ai") || message.type.startsWith("AI")) this.#onWhole(message, here);
      if (this.#steps.delete([...path, node].join("|"))) here({ type: "step", name: node, phase: "finished" });
      here({ type: "nodeEnded", node });
    }
  }

  #onMessage(data: unknown, path: GraphPath, tell: TellHere): void {
    const tuple = Tuple.safeParse(data);
    if (!tuple.success) return;
    const [message, { langgraph_node: node }] = tuple.data;
    const step = [...path, node].join("|");
    if (node !== undefined && !this.#steps.has(step)) {
      this.#steps.add(step);
      tell({ type: "step", name: node, phase: "started" });
    }
    if (message.type === "tool")
      return tell({
        type: "toolResult",
        callId: message.tool_call_id ?? "",
        content: spoken(message.content).text,
        isError: message.status === "error",
      });
    if (message.type !== "AIMessageChunk" && message.type !== "ai") return;
    if (message.id != null) this.#spoken.add(message.id);
    const calls = callDeltas(message.tool_call_chunks);
    tell({ type: "piece", messageId: message.id ?? "", ...spoken(message.content), calls });
  }

  /** A subgraph's node hands up all messages that it has: those of former turns, and those that it told of itself. */
  #onWhole(message: RemoteMessage, tell: TellHere): void {
    if (message.id != null && !this.#spoken.delete(message.id)) return;
    const calls = (message.tool_calls ?? []).map(({ id, name, args }) => ({ id: id ?? "", name, args }));
    const { model_name, model, model_provider = "langgraph" } = message.response_metadata ?? {};
    tell({
      type: "message",
      calls,
      usage: usageOf(message.usage_metadata, model_provider, model_name ?? model ?? this.#assistant),
    });
  }
}

type TellHere = (told: Told) => void;

interface UserMessage {
  readonly id: string;
  readonly role: string;
  readonly content: string;
}

function userMessages(runId: string, { messages }: Extract<TurnInput, { type: "messages" }>): UserMessage[] {
  return messages.flatMap((message, index) => {
    const content = wordsOf([message]);
    return content === ""
      ? []
      : [{ id: `${runId}-${index}`, role: message.role === "user" ? "user" : "system", content }];
  });
}
