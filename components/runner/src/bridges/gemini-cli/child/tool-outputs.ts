/** Remembers what tools gave back to the model until the event that tells of it comes by. */
import { MessageBusType, type Config, type ToolCallsUpdateMessage } from "@google/gemini-cli-core";
import type { ToolOutput } from "./told.ts";

/** What a command printed; the model gets more words around it. */
const SHELL = "run_shell_command";

type Call = ToolCallsUpdateMessage["toolCalls"][number];

export class ToolOutputs {
  readonly #outputs = new Map<string, ToolOutput>();

  constructor(config: Config) {
    const bus = config.getMessageBus();
    bus.subscribe<ToolCallsUpdateMessage>(MessageBusType.TOOL_CALLS_UPDATE, ({ toolCalls }) => {
      for (const call of toolCalls) {
        const output = outputOf(call);
        if (output !== undefined) this.#outputs.set(call.request.callId, output);
      }
    });
  }

  take(callId: string): ToolOutput | undefined {
    const output = this.#outputs.get(callId);
    this.#outputs.delete(callId);
    return output;
  }
}

function outputOf(call: Call): ToolOutput | undefined {
  if (!("response" in call)) return undefined;
  const texts = call.response.responseParts.flatMap((part) => {
    const said = part.functionResponse?.response;
    const text = said?.["output"] ?? said?.["error"];
    return typeof text === "string" ? [text] : [];
  });
  const display = call.response.resultDisplay;
  const diff = typeof display === "object" && display !== null && "fileDiff" in display ? display.fileDiff : undefined;
  const shown = call.request.name === SHELL && typeof display === "string" && display !== "" ? display : undefined;
  return {
    text: shown ?? (texts.length === 0 ? undefined : unwrapped(texts.join("\n"))),
    diff: typeof diff === "string" ? diff : undefined,
  };
}

/** The model is told where foreign text begins and ends; a reader sees that it is a result. */
function unwrapped(text: string): string {
  return /^<untrusted_context>\n([\s\S]*)\n<\/untrusted_context>$/.exec(text)?.[1] ?? text;
}
