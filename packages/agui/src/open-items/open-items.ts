/**
 * Which items of a run are open (messages, reasoning, tool calls, steps, subagents), and the events that close them in
 * the order in which the protocol allows it. Whoever must end a run early asks this what is left to end.
 */
import { EventType } from "@ag-ui/core";
import { endsRun, type Event } from "../event/event.ts";

interface Item {
  readonly end: Event;
}

export class OpenItems {
  readonly #items = new Map<string, Item>();
  #run: { threadId: string; runId: string } | undefined;

  /** The run that has begun and not ended. */
  get run(): { readonly threadId: string; readonly runId: string } | undefined {
    return this.#run;
  }

  /** Looks at an event that was sent. */
  see(event: Event): void {
    if (event.type === EventType.RUN_STARTED) {
      this.#items.clear();
      this.#run = { threadId: event.threadId, runId: event.runId };
      return;
    }
    if (endsRun(event)) {
      this.#items.clear();
      this.#run = undefined;
      return;
    }
    const started = startedItem(event);
    if (started !== undefined) this.#items.set(started.key, started.item);
    const ended = endedItem(event);
    if (ended !== undefined) this.#items.delete(ended);
  }

  /** Events that end everything open, the newest first; subagents after what is theirs. Without RUN_FINISHED itself. */
  closing(): Event[] {
    const events = [...this.#items.values()].map((item) => item.end).toReversed();
    const isSubagent = (event: Event): boolean => event.type === EventType.SUBAGENT_FINISHED;
    return [...events.filter((event) => !isSubagent(event)), ...events.filter(isSubagent)];
  }

  /** As {@link closing}, for the items of one subagent, without its own end. */
  closingOf(subagentRunId: string): Event[] {
    return this.closing().filter(
      (event) =>
        event.type !== EventType.SUBAGENT_FINISHED && "subagentRunId" in event && event.subagentRunId === subagentRunId,
    );
  }
}

function startedItem(event: Event): { key: string; item: Item } | undefined {
  const owner =
    "subagentRunId" in event && event.subagentRunId !== undefined ? { subagentRunId: event.subagentRunId } : {};
  const item = (key: string, end: Event): { key: string; item: Item } => ({ key, item: { end } });
  switch (event.type) {
    case EventType.TEXT_MESSAGE_START:
      return item(`text ${event.messageId}`, {
        type: EventType.TEXT_MESSAGE_END,
        messageId: event.messageId,
        ...owner,
      });
    case EventType.TOOL_CALL_START:
      return item(`tool ${event.toolCallId}`, {
        type: EventType.TOOL_CALL_END,
        toolCallId: event.toolCallId,
        ...owner,
      });
    case EventType.REASONING_START:
      return item(`span ${event.messageId}`, { type: EventType.REASONING_END, messageId: event.messageId, ...owner });
    case EventType.REASONING_MESSAGE_START:
      return item(`reasoning ${event.messageId}`, {
        type: EventType.REASONING_MESSAGE_END,
        messageId: event.messageId,
        ...owner,
      });
    case EventType.STEP_STARTED:
      return item(stepKey(event), { type: EventType.STEP_FINISHED, stepName: event.stepName, ...owner });
    case EventType.SUBAGENT_STARTED:
      return item(`subagent ${event.subagentRunId}`, {
        type: EventType.SUBAGENT_FINISHED,
        subagentRunId: event.subagentRunId,
        outcome: { type: "suspended" },
      });
    default:
      return undefined;
  }
}

function endedItem(event: Event): string | undefined {
  switch (event.type) {
    case EventType.TEXT_MESSAGE_END:
      return `text ${event.messageId}`;
    case EventType.TOOL_CALL_END:
      return `tool ${event.toolCallId}`;
    case EventType.REASONING_END:
      return `span ${event.messageId}`;
    case EventType.REASONING_MESSAGE_END:
      return `reasoning ${event.messageId}`;
    case EventType.STEP_FINISHED:
      return stepKey(event);
    case EventType.SUBAGENT_FINISHED:
    case EventType.SUBAGENT_ERROR:
      return `subagent ${event.subagentRunId}`;
    default:
      return undefined;
  }
}

function stepKey(event: { stepName: string; subagentRunId?: string }): string {
  return `step ${event.subagentRunId ?? ""} ${event.stepName}`;
}
