/** What Gemini CLI tells in one turn, as AG-UI events. */
import type { Event } from "@pilothouse/agui";
import type { ContentPart } from "@ag-ui/core";
import { hunksOf } from "../common/hunks.ts";
import { Speech } from "../common/speech.ts";
import type { Part, Told } from "./protocol.ts";

export class Translator {
  readonly #speech: Speech;

  /** @param now milliseconds, monotonic */
  constructor(newId: () => string, now: () => number) {
    this.#speech = new Speech({ newId, now });
  }

  newRun(): void {
    this.#speech.newRun();
  }

  translate(told: Told): Event[] {
    const speech = this.#speech;
    switch (told.type) {
      case "text":
        return speech.text(told.text);
      case "thought":
        return this.#thought(told.subject, told.text);
      case "toolCall":
        return [
          ...speech.toolStart(told.id, told.name),
          ...speech.toolArguments(told.id, JSON.stringify(told.args)),
          ...speech.toolEnd(told.id),
        ];
      case "toolResult": {
        const { id, content, isError, diff } = told;
        return speech.toolResult(id, {
          content: resultContent(content),
          isError,
          ...(diff === undefined ? {} : { hunks: hunksOf(diff) }),
        });
      }
      case "usage":
        return speech.end();
      case "retry":
      case "problem":
      case "end": {
        const events = speech.end();
        speech.newRun();
        return events;
      }
      default:
        return told satisfies never;
    }
  }

  /** Thoughts come as short summaries with a title, without the spaces between them. */
  #thought(subject: string, text: string): Event[] {
    const words = [subject === "" ? "" : `**${subject}**`, text].filter((part) => part !== "").join("\n\n");
    return this.#speech.reasoning(words, subject === "" ? " " : "\n\n");
  }
}

function resultContent(content: readonly Part[]): string | ContentPart[] {
  if (content.every((part) => part.type === "text"))
    return content.map((part) => (part.type === "text" ? part.text : "")).join("\n");
  return content.map((part): ContentPart => {
    if (part.type === "text") return { type: "text", text: part.text };
    const { data: value, mimeType } = part;
    const source = { type: "data" as const, value, mimeType };
    const kind = mimeType.split("/")[0];
    return kind === "image" || kind === "audio" || kind === "video"
      ? { type: kind, source }
      : { type: "document", source };
  });
}
