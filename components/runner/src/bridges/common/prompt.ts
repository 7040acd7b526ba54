/** What every agent is told of its session, besides its framework's own prompt. */
import type { SessionContext } from "../bridge.ts";

export interface SessionPromptInput {
  readonly sessionName: string;
  readonly workingDirectory: string;
  readonly directories: readonly string[];
  readonly paths: Pick<SessionContext["paths"], "artifacts" | "uploads">;
  /** What people can do while the agent works, as the end of the first paragraph. */
  readonly people: string;
  readonly more?: readonly string[];
}

export function sessionPrompt(input: SessionPromptInput): string {
  const { sessionName, workingDirectory, directories, paths, people, more = [] } = input;
  const repositories = directories.map((directory) => `- ${directory}`);
  return [
    `You work in a Pilothouse session named "${sessionName}". ${people}`,
    directories.length === 0 ? "There is no repository in this session." : `Repositories:\n${repositories.join("\n")}`,
    `Your working directory is ${workingDirectory}. Each repository is on a working branch of this session.`,
    `Files that the user should be able to download belong in ${paths.artifacts}. Files that the user uploaded are in ${paths.uploads}.`,
    ...more,
  ].join("\n\n");
}
