/** The repositories of a session: what was wished for, beside what the runner made of it. Pure. */
import { type AgenticSession, BranchName, type Repository, RepositoryUrl } from "@pilothouse/contracts";

export interface RepositoryView {
  readonly name: string;
  readonly url: string;
  readonly branch: string | undefined;
  /** Undefined while the runner has not looked at it. */
  readonly status: "Cloning" | "Ready" | "Failed" | undefined;
  readonly message: string | undefined;
  /** The entry of the spec; undefined for one that is on its way out. */
  readonly wish: Repository | undefined;
}

/** Its folder's name in the workspace. */
export const folderOf = ({ url, name }: Pick<Repository, "url" | "name">): string =>
  name ?? (url.replace(/\/+$/, "").split(/[/:]/).at(-1) ?? "").replace(/\.git$/, "");

export function repositoryViews({ spec, status }: AgenticSession): readonly RepositoryView[] {
  const wishes = new Map((spec.repos ?? []).map((wish) => [folderOf(wish), wish]));
  const facts = new Map((status?.reconciledRepos ?? []).map((fact) => [fact.name, fact]));
  return [...new Set([...wishes.keys(), ...facts.keys()])].map((name) => {
    const [wish, fact] = [wishes.get(name), facts.get(name)];
    return {
      name,
      url: wish?.url ?? fact?.url ?? "",
      branch: fact?.branch ?? wish?.branch,
      status: fact?.status,
      message: fact?.message,
      wish,
    };
  });
}

export function isRepository(url: string, branch: string): boolean {
  return RepositoryUrl.safeParse(url).success && (branch === "" || BranchName.safeParse(branch).success);
}

/** The spec's list with one more, one changed, or one less. */
export function changedRepositories(
  repos: readonly Repository[],
  folder: string | undefined,
  next: { url: string; branch: string } | undefined,
): Repository[] {
  const withBranch = ({ branch: _former, ...repo }: Repository, branch: string): Repository =>
    branch === "" ? repo : { ...repo, branch };
  if (folder === undefined)
    return next === undefined ? [...repos] : [...repos, withBranch({ url: next.url, autoPush: false }, next.branch)];
  return repos.flatMap((repo) => {
    if (folderOf(repo) !== folder) return repo;
    return next === undefined ? [] : withBranch({ ...repo, url: next.url }, next.branch);
  });
}
