/** A workflow as it is typed, and as a session wants it. Pure. */
import { ActiveWorkflow, type AgenticSession, BranchName, RepositoryUrl } from "@pilothouse/contracts";
import * as texts from "../../lib/texts/index.ts";

export interface WorkflowDraft {
  readonly gitUrl: string;
  readonly branch: string;
  readonly path: string;
}

export const NO_WORKFLOW: WorkflowDraft = { gitUrl: "", branch: "", path: "" };

/** What is wrong with it; undefined for one that is good, and for none. */
export function workflowProblem({ gitUrl, branch, path }: WorkflowDraft): string | undefined {
  if (gitUrl.trim() === "") return undefined;
  if (!RepositoryUrl.safeParse(gitUrl.trim()).success) return texts.create.repositoryInvalid;
  if (branch.trim() !== "" && !BranchName.safeParse(branch.trim()).success) return texts.create.branchInvalid;
  const parts = path.trim().split("/");
  if (path.trim().startsWith("/") || /\s/.test(path.trim()) || parts.includes("..")) return texts.create.pathInvalid;
  return undefined;
}

export function workflowOf({ gitUrl, branch, path }: WorkflowDraft): ActiveWorkflowWish | undefined {
  if (gitUrl.trim() === "") return undefined;
  return ActiveWorkflow.parse({
    gitUrl: gitUrl.trim(),
    ...(branch.trim() === "" ? {} : { branch: branch.trim() }),
    ...(path.trim() === "" ? {} : { path: path.trim() }),
  });
}
type ActiveWorkflowWish = NonNullable<AgenticSession["spec"]["activeWorkflow"]>;

const REMEMBERED = 8;

/** Workflows that the project's sessions have used, the newest first. */
export function rememberedWorkflows(sessions: readonly AgenticSession[]): readonly WorkflowDraft[] {
  const drafts = sessions
    .toSorted((a, b) => (b.metadata.creationTimestamp ?? "").localeCompare(a.metadata.creationTimestamp ?? ""))
    .flatMap(({ spec: { activeWorkflow: used } }) =>
      used === undefined ? [] : [{ gitUrl: used.gitUrl, branch: used.branch, path: used.path ?? "" }],
    );
  return [...new Map(drafts.map((draft) => [JSON.stringify(draft), draft])).values()].slice(0, REMEMBERED);
}

/** Repositories that the project's sessions have used, the newest first. */
export function rememberedRepositories(sessions: readonly AgenticSession[]): readonly string[] {
  const urls = sessions
    .toSorted((a, b) => (b.metadata.creationTimestamp ?? "").localeCompare(a.metadata.creationTimestamp ?? ""))
    .flatMap(({ spec }) => (spec.repos ?? []).map(({ url }) => url));
  return [...new Set(urls)].slice(0, REMEMBERED);
}
