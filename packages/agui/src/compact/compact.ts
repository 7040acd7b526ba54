/**
 * Shortens a stream that is over: the deltas of each finished text, reasoning message and tool call become one event.
 * Everything else keeps its place, its ids and its number; a merged event takes the place and the number of the last
 * one that went into it, so that a reader who resumes after any number in the output misses nothing.
 */
import { EventType, mergeMetadata } from "@ag-ui/core";
import type { Event, SequencedEvent } from "../event/event.ts";

type ContentEvent = Extract<
  Event,
  { type: EventType.TEXT_MESSAGE_CONTENT | EventType.REASONING_MESSAGE_CONTENT | EventType.TOOL_CALL_ARGS }
>;

interface Group {
  readonly indexes: number[];
}

export function compact(events: readonly SequencedEvent[]): SequencedEvent[] {
  const open = new Map<string, Group>();
  const finished: Group[] = [];
  const finish = (key: string): void => {
    const group = open.get(key);
    if (group === undefined) return;
    open.delete(key);
    finished.push(group);
  };

  events.forEach(({ event }, index) => {
    const content = contentKey(event);
    if (content !== undefined) {
      const group = open.get(content);
      if (group === undefined) open.set(content, { indexes: [index] });
      else group.indexes.push(index);
      return;
    }
    const ended = endedKey(event);
    if (ended !== undefined) finish(ended);
    // After a run's end nothing can be added to its items. A snapshot replaces messages: deltas must not move past it.
    else if (isBarrier(event)) for (const key of open.keys()) finish(key);
  });

  const merged = new Map<number, SequencedEvent>();
  const dropped = new Set<number>();
  for (const { indexes } of finished) {
    const last = indexes.at(-1);
    if (last === undefined || indexes.length === 1) continue;
    const parts = indexes.map((index) => events[index]).filter((part) => part !== undefined);
    merged.set(last, merge(parts));
    for (const index of indexes) if (index !== last) dropped.add(index);
  }
  return events.flatMap((entry, index) => (dropped.has(index) ? [] : [merged.get(index) ?? entry]));
}

function merge(parts: readonly SequencedEvent[]): SequencedEvent {
  const contents = parts.filter((part): part is { seq: number; event: ContentEvent } => isContent(part.event));
  const last = contents.at(-1);
  if (last === undefined) throw new TypeError("merge needs at least one content event");
  const delta = contents.map((part) => part.event.delta).join("");
  const metadata = contents.reduce<Event["metadata"]>(
    (sum, part) => mergeMetadata(sum, part.event.metadata),
    undefined,
  );
  const { rawEvent: _raw, ...event } = last.event;
  return { seq: last.seq, event: { ...event, delta, ...(metadata === undefined ? {} : { metadata }) } };
}

function isContent(event: Event): event is ContentEvent {
  return contentKey(event) !== undefined;
}

function contentKey(event: Event): string | undefined {
  if (event.type === EventType.TEXT_MESSAGE_CONTENT) return `text ${event.messageId}`;
  if (event.type === EventType.REASONING_MESSAGE_CONTENT) return `reasoning ${event.messageId}`;
  if (event.type === EventType.TOOL_CALL_ARGS) return `tool ${event.toolCallId}`;
  return undefined;
}

function endedKey(event: Event): string | undefined {
  if (event.type === EventType.TEXT_MESSAGE_END) return `text ${event.messageId}`;
  if (event.type === EventType.REASONING_MESSAGE_END) return `reasoning ${event.messageId}`;
  if (event.type === EventType.TOOL_CALL_END) return `tool ${event.toolCallId}`;
  return undefined;
}

function isBarrier(event: Event): boolean {
  switch (event.type) {
    case EventType.MESSAGES_SNAPSHOT:
    case EventType.RUN_STARTED:
    case EventType.RUN_FINISHED:
    case EventType.RUN_ERROR:
      return true;
    default:
      return false;
  }
}
