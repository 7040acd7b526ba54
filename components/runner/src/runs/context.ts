/** What the client tells of itself (AG-UI's `context`), as words that go before its message. Pure. */
import type { RunRequest } from "./input.ts";

/** Undefined when there is nothing, or nothing other than `told`. */
export function contextToTell({ context = [], messages }: RunRequest, told: string | undefined): string | undefined {
  const message = messages.findLast(({ role }) => role === "user");
  // A framework's own commands are only seen when they stand alone.
  if (context.length === 0 || message === undefined || isCommand(message.content)) return undefined;
  const lines = context.map(({ description, value }) => `- ${description === "" ? value : `${description}: ${value}`}`);
  const words = ["The user's application says of itself:", ...lines].join("\n");
  return words === told ? undefined : words;
}

function isCommand(content: unknown): boolean {
  return typeof content === "string" && content.startsWith("/");
}
