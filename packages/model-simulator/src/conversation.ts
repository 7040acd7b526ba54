// A model request as every wire protocol means it: the scripts match on this, never on a provider's JSON.

export type Wire = "anthropic" | "gemini" | "openai-chat" | "openai-responses";

export interface TextPart {
  readonly type: "text";
  readonly text: string;
}

export interface ToolCallPart {
  readonly type: "tool_call";
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface ToolResultPart {
  readonly type: "tool_result";
  /** Id of the call that this answers; empty where the wire has none (Gemini), then order and name decide. */
  readonly callId: string;
  readonly name?: string;
  readonly text: string;
  readonly isError: boolean;
}

/** Images, documents, earlier thinking: present, but nothing that a script matches on. */
export interface OtherPart {
  readonly type: "other";
  readonly kind: string;
}

export type Part = TextPart | ToolCallPart | ToolResultPart | OtherPart;

export interface Message {
  readonly role: "user" | "assistant";
  readonly parts: readonly Part[];
}

export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  /** JSON schema of the input; `{}` where the request has none. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

export interface Conversation {
  readonly wire: Wire;
  readonly model: string;
  readonly stream: boolean;
  /** Whether the caller asked to see the model's reasoning. */
  readonly thinking: boolean;
  readonly system: string;
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDefinition[];
  /** Whether a stream ends with its numbers; absent where it always does. */
  readonly reportUsage?: boolean;
  /** JSON schema that the answer must have, when the caller asks for structured output. */
  readonly responseSchema?: Readonly<Record<string, unknown>>;
}

export interface ToolResult {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly isError: boolean;
}

/** Where the conversation stands: what a script needs to choose the next reply. */
export interface Turn {
  /** The user's last words, without what the agent's framework adds around them. */
  readonly prompt: string;
  /** 1 for the user's first prompt. */
  readonly number: number;
  /** How many replies the model has given since that prompt: 0 for the first request of a turn. */
  readonly step: number;
  /** Results of the tools that ran since the prompt, oldest first. */
  readonly results: readonly ToolResult[];
  /** Those that came with the last message alone. */
  readonly latest: readonly ToolResult[];
}

// Claude Code and Gemini CLI wrap their own additions in such tags. A finished background task (<task-notification>) is
// not among them: it begins a turn, like a prompt.
const FRAMEWORK_TAGS = /\n*<(system-reminder|session_context|local-command-[a-z]+|command-[a-z]+)>[\s\S]*?<\/\1>/g;
const INTERRUPT_NOTICE = /\[Request interrupted by user[^\]]*\]/g;
const FRAMEWORK_NOTICES = new Set(["Tool loaded."]);

export function userWords(text: string): string {
  const words = text.replace(FRAMEWORK_TAGS, "").replace(INTERRUPT_NOTICE, "").trim();
  return FRAMEWORK_NOTICES.has(words) ? "" : words;
}

/**
 * The user's words in one message; several text parts (an image's caption, a late prompt) are joined by line breaks.
 * Beside the results of tools, frameworks put notes of their own. Only after an interrupt or a crash do the user's next
 * words stand there, and then a result is an error.
 */
function wordsOf(message: Message): string {
  if (message.role !== "user") return "";
  const results = message.parts.filter((part) => part.type === "tool_result");
  if (results.length > 0 && !results.some((part) => part.isError)) return "";
  return message.parts
    .map((part) => (part.type === "text" ? userWords(part.text) : ""))
    .filter((text) => text !== "")
    .join("\n");
}

export function readTurn(conversation: Conversation): Turn {
  const calls = new Map<string, ToolCallPart>();
  let prompt = "";
  let number = 0;
  let step = 0;
  let results: ToolResult[] = [];
  let latest: ToolResult[] = [];
  let unanswered: ToolCallPart[] = [];
  let previous: Message["role"] | undefined;

  for (const message of conversation.messages) {
    if (message.role === "assistant") {
      // Some clients store one reply as several messages (a text, then each tool call): still one step.
      if (previous !== "assistant") step += 1;
      for (const part of message.parts) {
        if (part.type !== "tool_call") continue;
        if (part.id !== "") calls.set(part.id, part);
        unanswered.push(part);
      }
    } else {
      const words = wordsOf(message);
      const answered = message.parts.filter((part) => part.type === "tool_result");
      const fresh = answered.map((part) => {
        const call = calls.get(part.callId) ?? unanswered.find((open) => open.name === part.name) ?? unanswered[0];
        unanswered = unanswered.filter((open) => open !== call);
        return {
          tool: call?.name ?? part.name ?? "",
          input: call?.input ?? {},
          text: part.text.replace(FRAMEWORK_TAGS, ""),
          isError: part.isError,
        };
      });
      if (words !== "") {
        prompt = words;
        number += 1;
        step = 0;
        results = [];
        latest = [];
      } else {
        latest = previous === "user" ? [...latest, ...fresh] : fresh;
        results.push(...fresh);
      }
    }
    previous = message.role;
  }
  return { prompt, number, step, results, latest };
}

/** A rough count (four characters a token), good enough for numbers that must only be plausible and stable. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

export function conversationText(conversation: Conversation): { earlier: string; last: string } {
  const render = (message: Message): string =>
    message.parts
      .map((part) => {
        if (part.type === "text" || part.type === "tool_result") return part.text;
        return part.type === "tool_call" ? JSON.stringify(part.input) : part.kind;
      })
      .join("\n");
  const texts = conversation.messages.map(render);
  const fixed =
    conversation.system +
    conversation.tools.map((tool) => tool.description + JSON.stringify(tool.inputSchema)).join("");
  return { earlier: fixed + texts.slice(0, -1).join("\n"), last: texts.at(-1) ?? "" };
}
