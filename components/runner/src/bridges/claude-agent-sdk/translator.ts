/**
 * Claude Code's messages as AG-UI events: text, reasoning, tool calls with their results, subagents. One step per message,
 * no I/O. A new id is made for each model message, since what the provider sends as id is not unique everywhere.
 */
import { EventType, type Event } from "@pilothouse/agui";
import type {
  SDKAssistantMessage,
  SDKMessage,
  SDKPartialAssistantMessage,
  SDKUserMessage,
} from "@anthropic-ai/claude-agent-sdk";
import { Subagents } from "./subagents.ts";
import { toolResultEvent } from "./tool-result.ts";

type StreamEvent = SDKPartialAssistantMessage["event"];

interface OpenBlock {
  readonly kind: "text" | "thinking" | "tool";
  readonly id: string;
}

/** A model message that is being streamed. */
interface OpenMessage {
  readonly id: string;
  textOpen: boolean;
  readonly blocks: Map<number, OpenBlock>;
}

interface ToolCall {
  readonly id: string;
  readonly startedAt: number;
  open: boolean;
}

const MAIN = "";

export class Translator {
  readonly #newId: () => string;
  readonly #now: () => number;
  readonly #open = new Map<string, OpenMessage>();
  /** Provider ids of messages that came as a stream; their whole form says nothing new. */
  readonly #streamed = new Set<string>();
  readonly #tools = new Map<string, ToolCall>();
  readonly #subagents: Subagents;

  constructor(newId: () => string, now: () => number) {
    this.#newId = newId;
    this.#now = now;
    this.#subagents = new Subagents((toolUseId) => this.#tools.get(toolUseId)?.id);
  }

  /** A run has begun or ended: the protocol forgets what was open, and so do we. */
  newRun(): void {
    this.#open.clear();
    for (const call of this.#tools.values()) call.open = false;
    this.#subagents.newRun();
  }

  /** True while the main agent's message is on its way. */
  get speaking(): boolean {
    return this.#open.has(MAIN);
  }

  /** The id under which a tool call was told. */
  toolCallId(toolUseId: string): string {
    return this.#tools.get(toolUseId)?.id ?? toolUseId;
  }

  translate(message: SDKMessage): Event[] {
    switch (message.type) {
      case "stream_event":
        return this.#stream(message);
      case "assistant":
        return this.#whole(message);
      case "user":
        return this.#results(message);
      case "system":
        return this.#system(message);
      default:
        return [];
    }
  }

  #stream(message: SDKPartialAssistantMessage): Event[] {
    const owner = message.parent_tool_use_id ?? MAIN;
    const { event } = message;
    const events = this.#owned(owner, () => this.#streamEvent(owner, event));
    return events;
  }

  #streamEvent(owner: string, event: StreamEvent): Event[] {
    switch (event.type) {
      case "message_start": {
        // A stream that broke is begun again: what it left open ends here.
        const left = this.#endMessage(owner);
        this.#streamed.add(`${owner}/${event.message.id}`);
        this.#open.set(owner, { id: this.#newId(), textOpen: false, blocks: new Map() });
        return left;
      }
      case "content_block_start":
        return this.#startBlock(owner, event.index, event.content_block);
      case "content_block_delta":
        return this.#delta(this.#message(owner), event);
      case "content_block_stop":
        return this.#endBlock(this.#message(owner), event.index);
      case "message_stop":
        return this.#endMessage(owner);
      default:
        return [];
    }
  }

  #message(owner: string): OpenMessage {
    const open = this.#open.get(owner) ?? { id: this.#newId(), textOpen: false, blocks: new Map() };
    this.#open.set(owner, open);
    return open;
  }

  #startBlock(
    owner: string,
    index: number,
    block: Extract<StreamEvent, { type: "content_block_start" }>["content_block"],
  ): Event[] {
    const message = this.#message(owner);
    if (block.type === "text") {
      message.blocks.set(index, { kind: "text", id: message.id });
      return block.text === "" ? [] : this.#text(message, block.text);
    }
    if (block.type === "thinking") {
      const id = this.#newId();
      message.blocks.set(index, { kind: "thinking", id });
      const start = startReasoning(id);
      return block.thinking === "" ? start : [...start, reasoning(id, block.thinking)];
    }
    if (block.type !== "tool_use") return [];
    message.blocks.set(index, { kind: "tool", id: block.id });
    return [this.#startTool(owner, block, message.id)];
  }

  #delta(message: OpenMessage, event: Extract<StreamEvent, { type: "content_block_delta" }>): Event[] {
    const { delta, index } = event;
    const block = message.blocks.get(index);
    if (delta.type === "text_delta") return delta.text === "" ? [] : this.#text(message, delta.text);
    if (delta.type === "thinking_delta" && block?.kind === "thinking")
      return delta.thinking === "" ? [] : [reasoning(block.id, delta.thinking)];
    if (delta.type === "input_json_delta" && block?.kind === "tool")
      return this.#arguments(block.id, delta.partial_json);
    return [];
  }

  #endBlock(message: OpenMessage, index: number): Event[] {
    const block = message.blocks.get(index);
    message.blocks.delete(index);
    if (block?.kind === "thinking") return endReasoning(block.id);
    if (block?.kind === "tool") return this.#endTool(block.id);
    // Text goes on through the whole message.
    return [];
  }

  #endMessage(owner: string): Event[] {
    const message = this.#open.get(owner);
    if (message === undefined) return [];
    const blocks = [...message.blocks.keys()].flatMap((index) => this.#endBlock(message, index));
    this.#open.delete(owner);
    return message.textOpen ? [...blocks, { type: EventType.TEXT_MESSAGE_END, messageId: message.id }] : blocks;
  }

  #text(message: OpenMessage, delta: string): Event[] {
    const content: Event = { type: EventType.TEXT_MESSAGE_CONTENT, messageId: message.id, delta };
    if (message.textOpen) return [content];
    message.textOpen = true;
    return [{ type: EventType.TEXT_MESSAGE_START, messageId: message.id, role: "assistant" }, content];
  }

  /** A message that comes as a whole: a subagent's, or one for which the agent fell back to not streaming. */
  #whole(message: SDKAssistantMessage): Event[] {
    const owner = message.parent_tool_use_id ?? MAIN;
    // What the framework itself says in place of a model (an API error) is told by the run's outcome.
    if (this.#streamed.has(`${owner}/${message.message.id}`) || message.error !== undefined) return [];
    return this.#owned(owner, () => [
      ...this.#endMessage(owner),
      ...message.message.content.flatMap((block) => this.#wholeBlock(owner, block)),
    ]);
  }

  #wholeBlock(owner: string, block: SDKAssistantMessage["message"]["content"][number]): Event[] {
    const id = this.#newId();
    if (block.type === "text" && block.text !== "")
      return [
        { type: EventType.TEXT_MESSAGE_START, messageId: id, role: "assistant" },
        { type: EventType.TEXT_MESSAGE_CONTENT, messageId: id, delta: block.text },
        { type: EventType.TEXT_MESSAGE_END, messageId: id },
      ];
    if (block.type === "thinking" && block.thinking !== "")
      return [...startReasoning(id), reasoning(id, block.thinking), ...endReasoning(id)];
    if (block.type !== "tool_use") return [];
    const start = this.#startTool(owner, block, undefined);
    return [start, ...this.#arguments(block.id, JSON.stringify(block.input)), ...this.#endTool(block.id)];
  }

  #startTool(
    owner: string,
    { id: toolUseId, name }: { readonly id: string; readonly name: string },
    parentMessageId: string | undefined,
  ): Event {
    const used = this.#tools.has(toolUseId);
    const call: ToolCall = { id: used ? this.#newId() : toolUseId, startedAt: this.#now(), open: true };
    this.#tools.set(toolUseId, call);
    this.#subagents.toolStarted(toolUseId, name, owner === MAIN ? undefined : owner);
    const parent = parentMessageId === undefined ? {} : { parentMessageId };
    return { type: EventType.TOOL_CALL_START, toolCallId: call.id, toolCallName: name, ...parent };
  }

  #arguments(toolUseId: string, delta: string): Event[] {
    const call = this.#tools.get(toolUseId);
    if (call?.open !== true || delta === "") return [];
    this.#subagents.toolArguments(toolUseId, delta);
    return [{ type: EventType.TOOL_CALL_ARGS, toolCallId: call.id, delta }];
  }

  #endTool(toolUseId: string): Event[] {
    const call = this.#tools.get(toolUseId);
    if (call?.open !== true) return [];
    call.open = false;
    return [{ type: EventType.TOOL_CALL_END, toolCallId: call.id }];
  }

  /** Only results of tools are taken from a user's message: its text is the prompt, which the run's start tells. */
  #results(message: SDKUserMessage): Event[] {
    const { content } = message.message;
    if (typeof content === "string") return [];
    const results = content.flatMap((block) => (block.type === "tool_result" ? [block] : []));
    if (results.length === 0) return [];
    const owner = message.parent_tool_use_id ?? MAIN;
    const events = this.#owned(owner, () =>
      results.flatMap((block) => {
        const call = this.#tools.get(block.tool_use_id);
        const duration = call === undefined ? undefined : this.#now() - call.startedAt;
        const toolCallId = call?.id ?? block.tool_use_id;
        // Tools run as soon as their arguments are there: a result may come before the end of the call.
        const end = this.#endTool(block.tool_use_id);
        return [
          ...end,
          toolResultEvent(block, { toolCallId, messageId: this.#newId(), duration, output: message.tool_use_result }),
        ];
      }),
    );
    return [...results.flatMap((block) => this.#subagents.toolFinished(block.tool_use_id)), ...events];
  }

  #system(message: Extract<SDKMessage, { type: "system" }>): Event[] {
    switch (message.subtype) {
      case "task_started":
        return this.#subagents.taskStarted(message);
      case "task_updated":
        return this.#subagents.taskUpdated(message);
      case "task_notification":
        return this.#subagents.taskEnded(message);
      case "api_retry":
        return [
          custom("model_retry", {
            attempt: message.attempt,
            maxRetries: message.max_retries,
            delayMs: Math.round(message.retry_delay_ms),
            status: message.error_status,
          }),
        ];
      case "compact_boundary":
        return [custom("context_compacted", { trigger: message.compact_metadata.trigger })];
      default:
        return [];
    }
  }

  /** Marks events as a subagent's, and starts the subagent in this run when it is not yet. */
  #owned(owner: string, make: () => Event[]): Event[] {
    if (owner === MAIN) return make();
    const { started, subagentRunId } = this.#subagents.speaks(owner);
    const events = make().map((event): Event => Object.assign(event, { subagentRunId }));
    return [...started, ...events];
  }
}

function custom(name: string, value: unknown): Event {
  return { type: EventType.CUSTOM, name, value };
}

function startReasoning(messageId: string): Event[] {
  return [
    { type: EventType.REASONING_START, messageId },
    { type: EventType.REASONING_MESSAGE_START, messageId, role: "reasoning" },
  ];
}

function reasoning(messageId: string, delta: string): Event {
  return { type: EventType.REASONING_MESSAGE_CONTENT, messageId, delta };
}

function endReasoning(messageId: string): Event[] {
  return [
    { type: EventType.REASONING_MESSAGE_END, messageId },
    { type: EventType.REASONING_END, messageId },
  ];
}
