/** What every agent is told of its session, besides its framework's own prompt. */
import type { LoadedWorkflow } from "../../workspace/workflow.ts";
import type { SessionContext } from "../bridge.ts";

export interface SessionPromptInput {
  readonly sessionName: string;
  readonly workingDirectory: string;
  readonly directories: readonly string[];
  readonly paths: Pick<SessionContext["paths"], "artifacts" | "uploads">;
  readonly workflow?: SessionContext["workflow"];
  /** What people can do while the agent works, as the end of the first paragraph. */
  readonly people: string;
  readonly more?: readonly string[];
}

export function sessionPrompt(input: SessionPromptInput): string {
  const { sessionName, workingDirectory, directories, paths, workflow, people, more = [] } = input;
  const repositories = directories.map((directory) => `- ${directory}`);
  return [
    `You work in a Pilothouse session named "${sessionName}". ${people}`,
    directories.length === 0 ? "There is no repository in this session." : `Repositories:\n${repositories.join("\n")}`,
    `Your working directory is ${workingDirectory}. Each repository is on a working branch of this session.`,
    `Files that the user should be able to download belong in ${paths.artifacts}. Files that the user uploaded are in ${paths.uploads}.`,
    ...(workflow === undefined ? [] : [workflowPrompt(workflow)]),
    ...more,
  ].join("\n\n");
}

function workflowPrompt({ name, directory, description, systemPrompt, instructions }: LoadedWorkflow): string {
  return [
    `The user chose the workflow "${name}"${description === undefined ? "" : ` (${description})`}. Its files are in ${directory}.`,
    systemPrompt,
    instructions,
  ]
    .filter((part) => part !== undefined && part !== "")
    .join("\n\n");
}
