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
  /** What was said before the framework can remember. */
  readonly formerConversation?: string | undefined;
}

export function sessionPrompt(input: SessionPromptInput): string {
  const { sessionName, workingDirectory, directories, paths, workflow, people, more = [], formerConversation } = input;
  const repositories = directories.map((directory) => `- ${directory}`);
  return [
    `You work in a Pilothouse session named "${sessionName}". ${people}`,
    directories.length === 0 ? "There is no repository in this session." : `Repositories:\n${repositories.join("\n")}`,
    `Your working directory is ${workingDirectory}. Each repository is on a working branch of this session.`,
    `Files that the user should be able to download belong in ${paths.artifacts}. Files that the user uploaded are in ${paths.uploads}.`,
    ...(workflow === undefined ? [] : [workflowPrompt(workflow)]),
    ...more,
    ...(formerConversation === undefined ? [] : [formerPrompt(formerConversation)]),
  ].join("\n\n");
}

function formerPrompt(conversation: string): string {
  return [
    "The conversation with the user goes on from an earlier one, which you do not remember yourself. This is its record; the files and the tools' results of that time may be gone, so look before you rely on them.",
    `<earlier-conversation>\n${conversation.replaceAll("</earlier-conversation>", "")}\n</earlier-conversation>`,
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
