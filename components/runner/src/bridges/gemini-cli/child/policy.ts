/**
 * Which tools the agent may use in each permission mode. Nobody is asked: Gemini CLI cannot wait for a person over AG-UI, so
 * each rule allows or refuses, and a refusal tells the model why.
 */
import { ApprovalMode, PolicyDecision, type PolicyEngineConfig } from "@google/gemini-cli-core";
import type { PermissionMode } from "@pilothouse/contracts/resources/agentic-session";
import type { z } from "zod";

type Mode = z.infer<typeof PermissionMode>;

/** Its own plan mode wants a person who approves the plan, so planning is the default mode with reading rules alone. */
const MODES: Readonly<Record<Mode, ApprovalMode>> = {
  bypass: ApprovalMode.YOLO,
  acceptEdits: ApprovalMode.AUTO_EDIT,
  plan: ApprovalMode.DEFAULT,
  // Such a session runs nothing at all; should a mode change come in the middle of a run, the strictest rules hold.
  ask: ApprovalMode.DEFAULT,
};

export const approvalModeOf = (mode: Mode): ApprovalMode => MODES[mode];

const READING = [
  "list_directory",
  "read_file",
  "read_many_files",
  "glob",
  "grep_search",
  "google_web_search",
  "write_todos",
  "list_mcp_resources",
  "read_mcp_resource",
  "activate_skill",
];
const EDITING = ["replace", "write_file", "web_fetch"];

/** Tools that the agent is told of. Absent are those that ask, plan with a person, or start agents of a repository. */
export const TOOLS = [
  ...READING,
  ...EDITING,
  "run_shell_command",
  "list_background_processes",
  "read_background_output",
];

export function policy(mode: Mode): PolicyEngineConfig {
  const allow = (tools: readonly string[], modes?: ApprovalMode[]): NonNullable<PolicyEngineConfig["rules"]> =>
    tools.map((toolName) => ({
      toolName,
      decision: PolicyDecision.ALLOW,
      priority: 20,
      allowRedirection: true,
      ...(modes === undefined ? {} : { modes }),
    }));
  const refuse = (approval: ApprovalMode, denyMessage: string): NonNullable<PolicyEngineConfig["rules"]>[number] => ({
    toolName: "*",
    decision: PolicyDecision.DENY,
    priority: 10,
    modes: [approval],
    denyMessage,
  });
  return {
    approvalMode: approvalModeOf(mode),
    defaultDecision: PolicyDecision.DENY,
    rules: [
      ...allow(["*"], [ApprovalMode.YOLO]),
      ...allow(READING),
      ...allow(EDITING, [ApprovalMode.AUTO_EDIT]),
      refuse(
        ApprovalMode.AUTO_EDIT,
        "This session lets you read and edit files, and nothing else. Tell the user which command you would have run.",
      ),
      refuse(
        ApprovalMode.DEFAULT,
        "This session is for planning: you may read, and change nothing. Describe what you would do instead.",
      ),
    ],
  };
}
