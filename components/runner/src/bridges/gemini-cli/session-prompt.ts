/** What the agent is told of its session, besides its own prompt. */
import type { AgenticSessionSpec } from "@pilothouse/contracts/resources/agentic-session";
import type { SessionContext } from "../bridge.ts";

export interface SessionPromptInput {
  readonly sessionName: string;
  readonly workingDirectory: string;
  readonly directories: readonly string[];
  readonly permissionMode: AgenticSessionSpec["permissionMode"];
  readonly paths: Pick<SessionContext["paths"], "artifacts" | "uploads">;
}

const PERMISSIONS: Readonly<Record<AgenticSessionSpec["permissionMode"], readonly string[]>> = {
  bypass: [],
  acceptEdits: [
    "This session lets you read and edit files, and run no commands. Tell the user which commands you would have run.",
  ],
  plan: ["This session is for planning: you may read, and change nothing. Describe what you would do instead."],
  ask: [],
};

export function sessionPrompt(input: SessionPromptInput): string {
  const { sessionName, workingDirectory, directories, permissionMode, paths } = input;
  const repositories = directories.map((directory) => `- ${directory}`);
  return [
    `You work in a Pilothouse session named "${sessionName}". People follow along in a web interface and may write at any time; nobody can answer while you work, so do not wait for a confirmation.`,
    directories.length === 0 ? "There is no repository in this session." : `Repositories:\n${repositories.join("\n")}`,
    `Your working directory is ${workingDirectory}. Each repository is on a working branch of this session.`,
    `Files that the user should be able to download belong in ${paths.artifacts}. Files that the user uploaded are in ${paths.uploads}.`,
    ...PERMISSIONS[permissionMode],
  ].join("\n\n");
}
