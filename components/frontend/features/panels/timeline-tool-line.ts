/** A tool call in the few words that a timeline has room for. */
import { parseArguments } from "../tools/partial-json.ts";
import type { ToolEntry } from "../thread/thread-state.ts";

/** What a call is about, by the names that tools give it. */
const TARGETS = ["command", "cmd", "file_path", "path", "pattern", "query", "url", "description", "prompt"] as const;

export function toolLine({ name, argumentsText }: Pick<ToolEntry, "name" | "argumentsText">): {
  name: string;
  target: string;
} {
  const fields = parseArguments(argumentsText);
  const target = TARGETS.map((field) => fields[field]).find((value) => typeof value === "string" && value !== "");
  // `mcp__server__tool` is how frameworks call the tools of a server.
  const shown = (name ?? "").replace(/^mcp__(.+?)__(.+)$/, "$1 · $2");
  return { name: shown, target: typeof target === "string" ? (target.split("\n", 1)[0] ?? "") : "" };
}
