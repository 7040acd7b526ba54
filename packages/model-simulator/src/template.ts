// Fills `{{…}}` in a script's texts and tool inputs with what the conversation holds.
import type { Conversation, Turn } from "./conversation.ts";

export interface Values {
  readonly conversation: Conversation;
  readonly turn: Turn;
  /** Groups of the rule's `prompt` expression. */
  readonly groups?: RegExpExecArray;
}

const PLACEHOLDER = /\{\{\s*([A-Za-z]+)(?:\.([A-Za-z0-9_]+))?\s*\}\}/g;

/** The folder that Claude Code and Gemini CLI name in what they tell the model; undefined when none does. */
export function workingDirectory(conversation: Conversation): string | undefined {
  const texts = [
    conversation.system,
    ...conversation.messages.flatMap((message) => message.parts.map((part) => (part.type === "text" ? part.text : ""))),
  ];
  for (const text of texts) {
    const found = /working directory(?: is)?:?\s+`?(\/[^\s`]*)/i.exec(text);
    if (found?.[1]) return found[1].replace(/[.,]$/, "");
  }
  return undefined;
}

function lookUp(name: string, key: string | undefined, values: Values): string | undefined {
  const { conversation, turn, groups } = values;
  switch (name) {
    case "prompt":
      return turn.prompt;
    case "match":
      return groups?.groups?.[key ?? ""] ?? groups?.[Number(key ?? 0)] ?? "";
    case "result":
      return turn.latest[Number(key ?? 0)]?.text ?? "";
    case "turn":
      return String(turn.number);
    case "model":
      return conversation.model;
    case "cwd":
      return workingDirectory(conversation) ?? ".";
    default:
      return undefined;
  }
}

/** An unknown placeholder stays as it is: agents' files are full of braces that mean something else. */
export function fillIn(text: string, values: Values): string {
  return text.replace(
    PLACEHOLDER,
    (whole, name: string, key: string | undefined) => lookUp(name, key, values) ?? whole,
  );
}

function fillInValue(value: unknown, values: Values): unknown {
  if (typeof value === "string") return fillIn(value, values);
  if (Array.isArray(value)) return value.map((item) => fillInValue(item, values));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillInValue(item, values)]));
  }
  return value;
}

export function fillInAll(input: Readonly<Record<string, unknown>>, values: Values): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).map(([key, item]) => [key, fillInValue(item, values)]));
}
