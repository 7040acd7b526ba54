/** Which tools the agent is offered in each permission mode, and for which it asks first. */
import type { AgenticSessionSpec } from "@pilothouse/contracts/resources/agentic-session";

type Mode = AgenticSessionSpec["permissionMode"];
export type Permission = "free" | "ask" | "refuse";

const EDITING = new Set(["write_file", "replace"]);
const RUNNING = new Set(["run_shell_command"]);

export function permissionFor(mode: Mode, tool: string): Permission {
  if (!EDITING.has(tool) && !RUNNING.has(tool)) return "free";
  switch (mode) {
    case "bypass":
      return "free";
    case "acceptEdits":
      return EDITING.has(tool) ? "free" : "ask";
    case "ask":
      return "ask";
    case "plan":
      return "refuse";
    default:
      return mode satisfies never;
  }
}

export const PLANNING =
  "This session is for planning: you may read, and change nothing. Describe what you would do instead.";
