/**
 * The session's repositories: cloned side by side, each on a working branch of the session, and their state for
 * `status.reconciledRepos`. Reconciling is idempotent: what is there is kept, what the spec no longer names is left on the
 * disk and only forgotten.
 */
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ReconciledRepo, Repository } from "@pilothouse/contracts/resources/agentic-session";
import type { Logger } from "pino";
import { messageOf, RunnerError } from "../errors.ts";
import type { Git } from "./git.ts";

export interface RepositoriesOptions {
  readonly git: Git;
  /** Folder under which each repository has its own. */
  readonly directory: string;
  readonly sessionName: string;
  readonly logger: Logger;
  readonly onChange: () => void;
  /** Remembers the commit that work began from. */
  readonly rememberBase: (name: string, commit: string) => Promise<void>;
}

export interface RepositoryPlace {
  readonly name: string;
  readonly path: string;
}

/** Addresses that git may be given: no remote helper (`ext::…`), nothing that reads as an option. */
const ALLOWED_URL =
  /^(https?|ssh|git|file):\/\/[^\s]+$|^[A-Za-z0-9._][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9.-]*:[^\s:-][^\s]*$/;

/** The folder of a repository: its name, or the last part of its address. */
export function repositoryName(repository: Pick<Repository, "name" | "url">): string {
  if (repository.name !== undefined) return repository.name;
  const last = repository.url.replace(/[/]+$/, "").split(/[/:]/).at(-1) ?? "";
  const name = last.replace(/\.git$/, "").replaceAll(/[^A-Za-z0-9_.-]/g, "-");
  return /^[A-Za-z0-9_]/.test(name) ? name : `repo-${name}`;
}

/** Names made unique in order, as two addresses may end in the same word. */
export function repositoryNames(repositories: readonly Pick<Repository, "name" | "url">[]): string[] {
  const taken = new Set(repositories.flatMap((repository) => repository.name ?? []));
  return repositories.map((repository) => {
    if (repository.name !== undefined) return repository.name;
    const base = repositoryName(repository);
    let name = base;
    for (let count = 2; taken.has(name); count++) name = `${base}-${count}`;
    taken.add(name);
    return name;
  });
}

export class Repositories {
  readonly #options: RepositoriesOptions;
  #states: ReconciledRepo[] = [];

  constructor(options: RepositoriesOptions) {
    this.#options = options;
  }

  /** For the session's status, in the order of the spec. */
  get states(): readonly ReconciledRepo[] {
    return this.#states;
  }

  /** Folders of those that are ready. */
  get places(): RepositoryPlace[] {
    return this.#states
      .filter((state) => state.status === "Ready")
      .map(({ name }) => ({ name, path: join(this.#options.directory, name) }));
  }

  place(name: string): RepositoryPlace | undefined {
    return this.places.find((place) => place.name === name);
  }

  get workingBranch(): string {
    return `pilothouse/${this.#options.sessionName}`;
  }

  /** Brings the disk to what the spec says. Never rejects: a repository that cannot be cloned says so in its state. */
  async reconcile(wanted: readonly Repository[], signal: AbortSignal): Promise<void> {
    const names = repositoryNames(wanted);
    const former = new Map(this.#states.map((state) => [state.name, state]));
    this.#states = wanted.map((repository, index) => {
      const name = names[index] ?? repositoryName(repository);
      const known = former.get(name);
      const same = known?.url === repository.url && known.status === "Ready";
      return same ? known : { name, url: repository.url, branch: this.workingBranch, status: "Cloning" as const };
    });
    this.#options.onChange();
    await Promise.all(
      wanted.map(async (repository, index) => {
        const name = names[index] ?? repositoryName(repository);
        if (this.#states[index]?.status !== "Ready") await this.#prepare(repository, name, signal);
      }),
    );
  }

  async #prepare(repository: Repository, name: string, signal: AbortSignal): Promise<void> {
    const { logger } = this.#options;
    const path = join(this.#options.directory, name);
    try {
      if (!(await exists(join(path, ".git")))) await this.#clone(repository, path, signal);
      const branch = await this.#checkOut(repository, name, path, signal);
      this.#set(name, { status: "Ready", branch });
      logger.info({ repository: name, branch }, "repository ready");
    } catch (error) {
      this.#set(name, { status: "Failed", message: messageOf(error).slice(0, 4096) });
      logger.warn({ repository: name, reason: messageOf(error) }, "repository could not be prepared");
    }
  }

  /** Into a folder beside, then renamed: a clone that was cut off is never taken for a repository. */
  async #clone(repository: Repository, path: string, signal: AbortSignal): Promise<void> {
    const { git, directory } = this.#options;
    if (!ALLOWED_URL.test(repository.url) || repository.url.includes("::"))
      throw new RunnerError(
        "CLONE_FAILED",
        `repository ${repository.url}: its address is not allowed; use https or ssh`,
      );
    await mkdir(directory, { recursive: true });
    const partial = `${path}.partial`;
    await rm(partial, { recursive: true, force: true });
    const branch = repository.branch === undefined ? [] : ["--branch", repository.branch];
    await git.run(["clone", "--no-recurse-submodules", "--quiet", ...branch, "--", repository.url, partial], {
      signal,
    });
    await rm(path, { recursive: true, force: true });
    await rename(partial, path);
  }

  /** The session's own branch: as it was left, as it was pushed, or from where the repository is now. */
  async #checkOut(repository: Repository, name: string, path: string, signal: AbortSignal): Promise<string> {
    const { git } = this.#options;
    const branch = this.workingBranch;
    const options = { cwd: path, signal };
    if ((await git.tryLine(["rev-parse", "--verify", "--quiet", "HEAD"], options)) === undefined) {
      // A repository without a commit: the branch comes into being with the first one.
      await git.run(["symbolic-ref", "HEAD", `refs/heads/${branch}`], options);
      return branch;
    }
    const has = async (ref: string): Promise<boolean> =>
      (await git.tryLine(["rev-parse", "--verify", "--quiet", ref], options)) !== undefined;
    if (await has(`refs/heads/${branch}`)) return (await git.tryLine(["branch", "--show-current"], options)) || branch;
    const from = repository.branch === undefined ? "HEAD" : `origin/${repository.branch}`;
    const base = await git.tryLine(["rev-parse", "--verify", "--quiet", `${from}^{commit}`], options);
    const pushed = await has(`refs/remotes/origin/${branch}`);
    const start = pushed ? `refs/remotes/origin/${branch}` : "HEAD";
    await git.run(["checkout", "--quiet", "--no-track", "-b", branch, start], options);
    if (base !== undefined) await this.#options.rememberBase(name, base);
    return branch;
  }

  #set(name: string, change: Partial<ReconciledRepo>): void {
    this.#states = this.#states.map((state) => (state.name === name ? { ...state, ...change } : state));
    this.#options.onChange();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
