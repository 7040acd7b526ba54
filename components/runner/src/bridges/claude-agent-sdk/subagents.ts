/**
 * Which subagents there are, and which of them the present run has told of. A subagent belongs to the tool call that
 * started it, and with that to the agent that made the call: the main one or another subagent. One that works on in the
 * background is told of again in each run in which it speaks, after those that it belongs to.
 */
import { EventType, type Event } from "@pilothouse/agui";
import type {
  SDKTaskNotificationMessage,
  SDKTaskStartedMessage,
  SDKTaskUpdatedMessage,
} from "@anthropic-ai/claude-agent-sdk";
import { z } from "zod";

/** Names under which the tool that starts subagents is listed and called. */
const AGENT_TOOLS = new Set(["Agent", "Task"]);
const AgentInput = z.looseObject({ description: z.string().optional(), subagent_type: z.string().optional() });

interface Subagent {
  readonly id: string;
  readonly toolUseId: string;
  /** The subagent that started it; undefined = the main agent. */
  readonly parent: Subagent | undefined;
  name: string;
  description: string | undefined;
  background: boolean;
  /** Told of in this run, and not ended. */
  open: boolean;
  /** The verifier takes each id once per run. */
  endedInRun: boolean;
  done: boolean;
}

export class Subagents {
  readonly #byTool = new Map<string, Subagent>();
  readonly #toolByTask = new Map<string, string>();
  readonly #arguments = new Map<string, string>();
  /** Of calls that start subagents, by subagents: the call by which the caller itself was started. */
  readonly #callers = new Map<string, string>();
  readonly #toolCallId: (toolUseId: string) => string | undefined;

  constructor(toolCallId: (toolUseId: string) => string | undefined) {
    this.#toolCallId = toolCallId;
  }

  newRun(): void {
    for (const subagent of this.#byTool.values()) {
      subagent.open = false;
      subagent.endedInRun = false;
    }
  }

  /** @param caller the call that started the subagent which calls; undefined = the main agent calls */
  toolStarted(toolUseId: string, name: string, caller: string | undefined): void {
    if (!AGENT_TOOLS.has(name)) return;
    this.#arguments.set(toolUseId, "");
    if (caller !== undefined) this.#callers.set(toolUseId, caller);
  }

  toolArguments(toolUseId: string, delta: string): void {
    const text = this.#arguments.get(toolUseId);
    if (text !== undefined) this.#arguments.set(toolUseId, text + delta);
  }

  /** Events that must come before anything that the subagent of this tool call says. */
  speaks(toolUseId: string): { started: Event[]; subagentRunId: string } {
    const subagent = this.#of(toolUseId);
    return { started: this.#start(subagent), subagentRunId: subagent.id };
  }

  taskStarted(message: SDKTaskStartedMessage): Event[] {
    if (message.tool_use_id === undefined || message.task_type !== "local_agent") return [];
    this.#toolByTask.set(message.task_id, message.tool_use_id);
    const subagent = this.#of(message.tool_use_id);
    subagent.name = message.subagent_type ?? subagent.name;
    subagent.description = message.description;
    subagent.background = message.is_backgrounded ?? false;
    return this.#start(subagent);
  }

  taskUpdated(message: SDKTaskUpdatedMessage): Event[] {
    const subagent = this.#byTool.get(this.#toolByTask.get(message.task_id) ?? "");
    if (subagent !== undefined && message.patch.is_backgrounded !== undefined)
      subagent.background = message.patch.is_backgrounded;
    return [];
  }

  taskEnded(message: SDKTaskNotificationMessage): Event[] {
    const toolUseId = this.#toolByTask.get(message.task_id);
    const subagent = toolUseId === undefined ? undefined : this.#byTool.get(toolUseId);
    if (subagent === undefined || subagent.done) return [];
    const started = this.#start(subagent);
    subagent.done = true;
    if (message.status === "completed") return [...started, ...this.#finish(subagent, message.summary)];
    return [...started, ...this.#fail(subagent, message.summary, message.status)];
  }

  /** The tool's result is the end of a subagent that worked in the foreground. */
  toolFinished(toolUseId: string): Event[] {
    this.#arguments.delete(toolUseId);
    const subagent = this.#byTool.get(toolUseId);
    if (subagent === undefined || subagent.background || subagent.done) return [];
    subagent.done = true;
    return this.#finish(subagent, undefined);
  }

  #of(toolUseId: string): Subagent {
    const known = this.#byTool.get(toolUseId);
    if (known !== undefined) return known;
    const input = parseInput(this.#arguments.get(toolUseId));
    const caller = this.#callers.get(toolUseId);
    const subagent: Subagent = {
      id: `agent-${this.#toolCallId(toolUseId) ?? toolUseId}`,
      toolUseId,
      parent: caller === undefined ? undefined : this.#of(caller),
      name: input.subagent_type ?? "agent",
      description: input.description,
      background: false,
      open: false,
      endedInRun: false,
      done: false,
    };
    this.#byTool.set(toolUseId, subagent);
    return subagent;
  }

  #start(subagent: Subagent): Event[] {
    if (subagent.open || subagent.endedInRun) return [];
    const { parent } = subagent;
    const above = parent === undefined ? [] : this.#mention(parent);
    subagent.open = true;
    const parentToolCallId = this.#toolCallId(subagent.toolUseId);
    return [
      ...above,
      {
        type: EventType.SUBAGENT_STARTED,
        subagentRunId: subagent.id,
        name: subagent.name,
        ...(subagent.description === undefined ? {} : { description: subagent.description }),
        ...(parent === undefined ? {} : { parentSubagentRunId: parent.id }),
        ...(parentToolCallId === undefined ? {} : { parentToolCallId }),
      },
    ];
  }

  /** A run takes a subagent only after the one that it belongs to; that one may have ended in a former run. */
  #mention(subagent: Subagent): Event[] {
    const started = this.#start(subagent);
    return started.length > 0 && subagent.done ? [...started, ...this.#finish(subagent, undefined)] : started;
  }

  #finish(subagent: Subagent, result: string | undefined): Event[] {
    if (!this.#end(subagent)) return [];
    const report = result === undefined ? {} : { result };
    return [{ type: EventType.SUBAGENT_FINISHED, subagentRunId: subagent.id, outcome: { type: "success" }, ...report }];
  }

  #fail(subagent: Subagent, message: string, code: string): Event[] {
    if (!this.#end(subagent)) return [];
    return [{ type: EventType.SUBAGENT_ERROR, subagentRunId: subagent.id, message, code }];
  }

  #end(subagent: Subagent): boolean {
    if (!subagent.open) return false;
    subagent.open = false;
    subagent.endedInRun = true;
    return true;
  }
}

function parseInput(text: string | undefined): z.infer<typeof AgentInput> {
  try {
    return AgentInput.parse(JSON.parse(text ?? "{}"));
  } catch {
    // Arguments that are still on their way: the task's own start tells the same.
    return {};
  }
}
