/** A transcript as a document for people. */
import { toMessages, type SequencedEvent } from "@pilothouse/agui";
import type { Message } from "@ag-ui/core";
import type { Feedback } from "@pilothouse/contracts";
import type { Session } from "../sessions/present.ts";
import { contentText } from "../transcripts/content-text.ts";

const LONGEST_RESULT = 20_000;

export function toMarkdown(session: Session, events: Iterable<SequencedEvent>, feedback: readonly Feedback[]): string {
  const { metadata, spec, status } = session;
  const title = spec.displayName === undefined || spec.displayName === "" ? metadata.name : spec.displayName;
  const facts = [
    ["Session", `${metadata.namespace ?? ""}/${metadata.name}`],
    ["Runner type", spec.runnerType],
    ["Model", spec.llmSettings?.model],
    ["Started by", spec.userContext?.displayName ?? spec.userContext?.userId],
    ["Created", metadata.creationTimestamp],
    ["Phase", status?.phase],
  ].filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== "");
  const head = [`# ${oneLine(title)}`, facts.map(([name, value]) => `- **${name}:** ${oneLine(value)}`).join("\n")];
  return `${[...head, ...toMessages(events).flatMap((message) => withFeedback(message, feedback))].join("\n\n")}\n`;
}

function withFeedback(message: Message, feedback: readonly Feedback[]): string[] {
  const lines = feedback
    .filter(({ messageId }) => messageId === message.id)
    .map(({ metaType, displayName, userId, comment }) => {
      const said = comment === undefined || comment === "" ? "" : `: ${oneLine(comment)}`;
      return `> ${metaType === "thumbs_up" ? "👍" : "👎"} ${oneLine(displayName ?? userId)}${said}`;
    });
  return lines.length === 0 ? section(message) : [...section(message), lines.join("\n")];
}

function section(message: Message): string[] {
  switch (message.role) {
    case "user":
      return ["## User", contentText(message.content)];
    case "assistant": {
      const calls = (message.toolCalls ?? []).map(
        (call) => `**Tool ${oneLine(call.function.name)}**\n\n${fenced(pretty(call.function.arguments), "json")}`,
      );
      const text = contentText(message.content ?? "");
      if (text === "") return calls;
      return ["## Assistant", text, ...calls];
    }
    case "reasoning":
      return [`<details><summary>Thinking</summary>\n\n${contentText(message.content)}\n\n</details>`];
    case "tool":
      return [`**Result**\n\n${fenced(contentText(message.content).slice(0, LONGEST_RESULT), "")}`];
    default:
      return [];
  }
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

/** A fence longer than any in the text, so that nothing in it ends the block. */
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
