/**
 * Takes secrets out of outgoing events. Whole values are searched through and through; deltas of one message are searched
 * as the text that they form, by holding back the end of it that may be the beginning of a secret.
 */
import { EventType, type Event } from "@pilothouse/agui";
import { literalRules, WELL_KNOWN_RULES, type SecretRule } from "./secret-rules.ts";

export const REDACTED = "[REDACTED]";

/** A key that goes on for longer than this is taken for complete, so that no text is held back for ever. */
const LONGEST_HELD = 16_384;

export class Secrets {
  #rules: readonly SecretRule[] = WELL_KNOWN_RULES;
  readonly #values = new Set<string>();

  /** Values are kept when they are replaced (a rotated token may still be shown). */
  add(...values: readonly string[]): void {
    for (const value of values) {
      if (value === "" || this.#values.has(value)) continue;
      this.#values.add(value);
      this.#rules = [...literalRules(value), ...this.#rules];
    }
  }

  redact(text: string): string {
    let result = text;
    for (const rule of this.#rules) result = result.replace(rule.complete, REDACTED);
    return result;
  }

  /** `text` in two: what can go out, redacted, and the end that must wait for more. */
  split(text: string): { ready: string; held: string } {
    let result = text;
    for (const rule of this.#rules) {
      // A match at the very end may go on with the next delta: it waits, and is found again with its rest.
      result = result.replace(rule.complete, (match, ...rest: unknown[]) => {
        const offset = rest.find((item) => typeof item === "number");
        const atEnd = offset !== undefined && offset + match.length === result.length;
        return atEnd && rule.pending(match) === 0 ? match : REDACTED;
      });
    }
    let cut = result.length;
    for (const rule of this.#rules) cut = Math.min(cut, rule.pending(result) ?? cut);
    if (result.length - cut > LONGEST_HELD) return { ready: `${result.slice(0, cut)}${REDACTED}`, held: "" };
    return { ready: result.slice(0, cut), held: result.slice(cut) };
  }

  /** All strings of a JSON value, keys of objects included. */
  redactValue(value: unknown): unknown {
    if (typeof value === "string") return this.redact(value);
    if (Array.isArray(value)) return value.map((item) => this.redactValue(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [this.redact(key), this.redactValue(item)] as const),
    );
  }
}

interface Delta {
  readonly key: string;
  readonly text: string;
  make(this: void, text: string): Event;
}

/** The transform of one event stream. Feed it every event in order; it answers with those to send. */
export class Redactor {
  readonly #secrets: Secrets;
  readonly #held = new Map<string, { text: string; make(this: void, text: string): Event }>();

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  push(event: Event): Event[] {
    const delta = deltaOf(event);
    if (delta !== undefined) {
      const { ready, held } = this.#secrets.split(`${this.#held.get(delta.key)?.text ?? ""}${delta.text}`);
      if (held === "") this.#held.delete(delta.key);
      else this.#held.set(delta.key, { text: held, make: delta.make });
      return ready === "" && delta.text !== "" ? [] : [delta.make(ready)];
    }
    const before = endsEverything(event) ? [...this.#held.keys()] : endedKeys(event);
    return [...before.flatMap((key) => this.#flush(key)), this.#whole(event)];
  }

  #flush(key: string): Event[] {
    const held = this.#held.get(key);
    if (held === undefined) return [];
    this.#held.delete(key);
    return [held.make(this.#secrets.redact(held.text))];
  }

  /** Fields are mapped one by one, so the event's shape stays what it was. */
  #whole(event: Event): Event {
    return { ...event, ...Object(this.#secrets.redactValue(event)), type: event.type };
  }
}

function deltaOf(event: Event): Delta | undefined {
  switch (event.type) {
    case EventType.TEXT_MESSAGE_CONTENT:
      return { key: `text ${event.messageId}`, text: event.delta, make: (delta) => ({ ...event, delta }) };
    case EventType.REASONING_MESSAGE_CONTENT:
      return { key: `reasoning ${event.messageId}`, text: event.delta, make: (delta) => ({ ...event, delta }) };
    case EventType.TOOL_CALL_ARGS:
      return { key: `tool ${event.toolCallId}`, text: event.delta, make: (delta) => ({ ...event, delta }) };
    default:
      return undefined;
  }
}

function endedKeys(event: Event): string[] {
  switch (event.type) {
    case EventType.TEXT_MESSAGE_END:
      return [`text ${event.messageId}`];
    case EventType.REASONING_MESSAGE_END:
      return [`reasoning ${event.messageId}`];
    case EventType.TOOL_CALL_END:
      return [`tool ${event.toolCallId}`];
    default:
      return [];
  }
}

function endsEverything(event: Event): boolean {
  return event.type === EventType.RUN_FINISHED || event.type === EventType.RUN_ERROR;
}
