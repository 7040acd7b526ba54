/**
 * The session's repositories: cloned side by side, each on a working branch of the session, and their state for
 * `status.reconciledRepos`. Reconciling is idempotent: what is there is kept, and what the spec no longer names is left on
 * the disk and only forgotten.
 */
import { join } from "node:path";
import type { ReconciledRepo, Repository } from "@pilothouse/contracts/resources/agentic-session";
import type { Logger } from "pino";
import { messageOf, RunnerError } from "../errors.ts";
import { cloneRepository, SHALLOW_COMMITS, type CloneKind, type Large } from "./clone.ts";
import type { Git } from "./git.ts";
import { exists, moveAside } from "./places.ts";
import { repositoryNames } from "./repository-names.ts";

/** What is known of a folder: from where it was cloned, and the commit that work began from. */
export interface KnownRepository {
  readonly url: string;
  readonly branch?: string | undefined;
  readonly base?: string | undefined;
}

export interface RepositoriesOptions {
  readonly git: Git;
  /** Folder under which each repository has its own. */
  readonly directory: string;
  readonly sessionName: string;
  readonly logger: Logger;
  readonly onChange: () => void;
  readonly known: (name: string) => KnownRepository | undefined;
  readonly remember: (name: string, repository: KnownRepository) => Promise<void>;
  readonly large?: Large;
}

export interface RepositoryPlace {
  readonly name: string;
  readonly path: string;
}

const CLONES_AT_ONCE = 4;

interface Wanted {
  readonly name: string;
  readonly repository: Repository;
}

export class Repositories {
  readonly #options: RepositoriesOptions;
  #states: ReconciledRepo[] = [];
  #wanted: readonly Wanted[] = [];
  /** Commits that were pushed, by folder. */
  readonly #pushed = new Map<string, string>();

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
  async reconcile(repositories: readonly Repository[], signal: AbortSignal): Promise<void> {
    const names = repositoryNames(repositories);
    const before = new Map(this.#wanted.map((wanted) => [wanted.name, wanted.repository]));
    const former = new Map(this.#states.map((state) => [state.name, state]));
    this.#wanted = repositories.flatMap((repository, index) => {
      const name = names[index];
      return name === undefined ? [] : [{ name, repository }];
    });
    this.#states = this.#wanted.map(({ name, repository }) => {
      const state = former.get(name);
      const same = before.get(name)?.url === repository.url && before.get(name)?.branch === repository.branch;
      if (same && state?.status === "Ready") return state;
      return { name, url: repository.url, branch: this.workingBranch, status: "Cloning" as const };
    });
    this.#options.onChange();
    const waiting = this.#wanted.filter(({ name }) => this.#state(name)?.status !== "Ready");
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await this.#prepare(next, signal);
    };
    await Promise.all(Array.from({ length: CLONES_AT_ONCE }, work));
  }

  /**
   * Pushes the working branches of those repositories whose spec asks for it, to the address in the spec. Resolves with
   * what failed; the state of the repository says so too.
   */
  async push(signal: AbortSignal): Promise<string[]> {
    const { git } = this.#options;
    const failures: string[] = [];
    for (const { name, repository } of this.#wanted) {
      const place = this.place(name);
      if (place === undefined || !repository.autoPush) continue;
      const head = await git.tryLine(["rev-parse", "--verify", "--quiet", "HEAD"], { cwd: place.path, signal });
      const base = this.#options.known(name)?.base;
      // Without a commit of its own there is nothing that a branch could show.
      if (head === undefined || head === this.#pushed.get(name) || head === base) continue;
      try {
        const target = `HEAD:refs/heads/${this.workingBranch}`;
        await git.run(["push", "--quiet", "--no-verify", "--", repository.url, target], { cwd: place.path, signal });
        this.#pushed.set(name, head);
        this.#set(name, {});
      } catch (error) {
        failures.push(`${name}: ${messageOf(error)}`);
        this.#set(name, { message: `the working branch was not pushed: ${messageOf(error)}`.slice(0, 4096) });
      }
    }
    return failures;
  }

  async #prepare({ name, repository }: Wanted, signal: AbortSignal): Promise<void> {
    const { logger, known, remember, git } = this.#options;
    const path = join(this.#options.directory, name);
    try {
      const former = known(name);
      if (former !== undefined && former.url !== repository.url && (await exists(path))) await moveAside(path);
      const options = { git, repository, path, signal, ...(this.#options.large ? { large: this.#options.large } : {}) };
      const onProgress = (message: string): void => this.#set(name, { message });
      const fresh = !(await exists(join(path, ".git")));
      const kind: CloneKind | undefined = fresh ? await cloneRepository({ ...options, onProgress }) : undefined;
      if (fresh) await remember(name, { url: repository.url, branch: repository.branch });
      if (kind === "shallow") await this.#fetch(path, this.workingBranch, signal).catch(() => undefined);
      const switched = !fresh && former !== undefined && former.branch !== repository.branch;
      const problem = switched ? await this.#switchBase(name, repository, path, signal) : undefined;
      const branch = await this.#checkOut(name, repository, path, signal);
      const message = problem ?? noteOn(kind);
      this.#set(name, { status: "Ready", branch, ...(message === undefined ? {} : { message }) });
      logger.info({ repository: name, branch, ...(kind === undefined ? {} : { clone: kind }) }, "repository ready");
    } catch (error) {
      this.#set(name, { status: "Failed", message: messageOf(error).slice(0, 4096) });
      logger.warn({ repository: name, reason: messageOf(error) }, "repository could not be prepared");
    }
  }

  /** The session's own branch: as it was left, as it was pushed, or from where the repository is now. */
  async #checkOut(name: string, repository: Repository, path: string, signal: AbortSignal): Promise<string> {
    const { git } = this.#options;
    const branch = this.workingBranch;
    const options = { cwd: path, signal };
    if ((await git.tryLine(["rev-parse", "--verify", "--quiet", "HEAD"], options)) === undefined) {
      // A repository without a commit: the branch comes into being with the first one.
      await git.run(["symbolic-ref", "HEAD", `refs/heads/${branch}`], options);
      return branch;
    }
    if (await this.#has(path, `refs/heads/${branch}`, signal))
      return (await git.tryLine(["branch", "--show-current"], options)) || branch;
    const from = repository.branch === undefined ? "HEAD" : `origin/${repository.branch}`;
    const base = await git.tryLine(["rev-parse", "--verify", "--quiet", `${from}^{commit}`], options);
    const pushed = await this.#has(path, `refs/remotes/origin/${branch}`, signal);
    const start = pushed ? `refs/remotes/origin/${branch}` : "HEAD";
    await git.run(["checkout", "--quiet", "--no-track", "-b", branch, start], options);
    await this.#options.remember(name, { url: repository.url, branch: repository.branch, base });
    return branch;
  }

  /**
   * Another branch to begin from: the working branch moves there when there is no work of its own on it.
   *
   * @returns why it stayed where it was
   */
  async #switchBase(
    name: string,
    repository: Repository,
    path: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { git, known, remember } = this.#options;
    const options = { cwd: path, signal };
    const wanted = repository.branch ?? (await this.#defaultBranch(path, signal));
    await this.#fetch(path, wanted, signal);
    const target = await git.tryLine(["rev-parse", "--verify", "--quiet", `origin/${wanted}^{commit}`], options);
    if (target === undefined) throw new RunnerError("CLONE_FAILED", `there is no branch ${wanted}`);
    const head = await git.tryLine(["rev-parse", "--verify", "--quiet", "HEAD"], options);
    const status = await git.run(["status", "--porcelain", "--untracked-files=normal"], options);
    const base = known(name)?.base;
    await remember(name, { url: repository.url, branch: repository.branch, base });
    if (status.stdout.length > 0) return `not switched to ${wanted}: there are changes that are not committed`;
    if (base !== undefined && head !== base)
      return `not switched to ${wanted}: the working branch has commits of its own`;
    await git.run(["checkout", "--quiet", "--no-track", "-B", this.workingBranch, target], options);
    await remember(name, { url: repository.url, branch: repository.branch, base: target });
    return undefined;
  }

  async #fetch(path: string, branch: string, signal: AbortSignal): Promise<void> {
    const { git } = this.#options;
    const shallow = (await git.tryLine(["rev-parse", "--is-shallow-repository"], { cwd: path, signal })) === "true";
    const depth = shallow ? [`--depth=${SHALLOW_COMMITS}`] : [];
    const refspec = `+refs/heads/${branch}:refs/remotes/origin/${branch}`;
    await git.run(["fetch", "--quiet", "--no-recurse-submodules", ...depth, "origin", refspec], { cwd: path, signal });
  }

  async #defaultBranch(path: string, signal: AbortSignal): Promise<string> {
    const head = await this.#options.git.tryLine(["symbolic-ref", "--short", "refs/remotes/origin/HEAD"], {
      cwd: path,
      signal,
    });
    return head?.replace(/^origin\//, "") ?? "main";
  }

  async #has(path: string, ref: string, signal: AbortSignal): Promise<boolean> {
    const { git } = this.#options;
    return (await git.tryLine(["rev-parse", "--verify", "--quiet", ref], { cwd: path, signal })) !== undefined;
  }

  #state(name: string): ReconciledRepo | undefined {
    return this.#states.find((state) => state.name === name);
  }

  /** A change without a message takes away the one that was there. */
  #set(name: string, change: Partial<ReconciledRepo>): void {
    this.#states = this.#states.map((state) => {
      if (state.name !== name) return state;
      const { message: _former, ...rest } = state;
      return { ...rest, ...change };
    });
    this.#options.onChange();
  }
}

function noteOn(kind: CloneKind | undefined): string | undefined {
  if (kind === "partial") return "a large repository: files of its history are fetched when they are looked at";
  return kind === "shallow" ? `a large repository: only the newest ${SHALLOW_COMMITS} commits are here` : undefined;
}
