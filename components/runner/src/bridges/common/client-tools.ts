/** Tools that the client of a session carries out itself: what bridges share about them. Pure. */
import type { Message, ToolMessage } from "@ag-ui/core";
import type { RunInput } from "../bridge.ts";

/** The run's messages for the agent, after what the client tells of itself. */
export function messagesWithPreface({ runId, preface, messages }: RunInput): readonly Message[] {
  if (preface === undefined) return messages;
  return [{ id: `${runId}-context`, role: "system", content: preface }, ...messages];
}

export interface ClientResult {
  readonly toolCallId: string;
  readonly text: string;
  readonly isError: boolean;
}

/** What the client's tools gave back. */
export function clientResults(messages: readonly Message[]): ClientResult[] {
  return messages
    .filter((message): message is ToolMessage => message.role === "tool")
    .map(({ toolCallId, content, error }) => ({
      toolCallId,
      text: [textOf(content), error ?? ""].filter((part) => part !== "").join("\n"),
      isError: error !== undefined && error !== "",
    }));
}

function textOf(content: ToolMessage["content"]): string {
  if (typeof content === "string") return content;
  return content.map((part) => (part.type === "text" ? part.text : `[${part.type}]`)).join("\n");
}

/** What the agent hears when the client went on without a result. */
export function wordsInsteadOfResult(words: string): string {
  return words === ""
    ? "The user's application gave no result."
    : `The user's application gave no result. The user says: ${words}`;
}

/** Results for an agent that was started anew and no longer waits for them. */
export function resultsInWords(results: readonly ClientResult[]): string {
  return results.map(({ text }) => `The tool that you called in the user's application answered: ${text}`).join("\n");
}

/** A tool's parameters as every framework takes them: the JSON schema of an object. */
export function toolSchema(parameters: unknown): { type: "object"; [key: string]: unknown } {
  const given = typeof parameters === "object" && parameters !== null ? parameters : {};
  return { properties: {}, ...given, type: "object" };
}
