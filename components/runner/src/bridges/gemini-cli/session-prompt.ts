/** What the agent is told of its session, besides its own prompt. */
import type { AgenticSessionSpec } from "@pilothouse/contracts/resources/agentic-session";
import { sessionPrompt, type SessionPromptInput } from "../common/prompt.ts";

interface GeminiPromptInput extends Omit<SessionPromptInput, "people" | "more"> {
  readonly permissionMode: AgenticSessionSpec["permissionMode"];
}

const PERMISSIONS: Readonly<Record<AgenticSessionSpec["permissionMode"], readonly string[]>> = {
  bypass: [],
  acceptEdits: [
    "This session lets you read and edit files, and run no commands. Tell the user which commands you would have run.",
  ],
  plan: ["This session is for planning: you may read, and change nothing. Describe what you would do instead."],
  ask: [],
};

export function geminiPrompt(input: GeminiPromptInput): string {
  return sessionPrompt({
    ...input,
    people:
      "People follow along in a web interface and may write at any time; nobody can answer while you work, so do not wait for a confirmation.",
    more: PERMISSIONS[input.permissionMode],
  });
}
