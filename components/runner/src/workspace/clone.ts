/**
 * Clones one repository into a folder. Small ones come whole. A large one, which git's own progress tells early, comes
 * without the files of its history where the server offers that (they are fetched when they are looked at), else with the
 * newest commits alone.
 */
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Repository } from "@pilothouse/contracts/resources/agentic-session";
import { messageOf, RunnerError } from "../errors.ts";
import { cloneReason } from "./clone-reason.ts";
import type { Git } from "./git.ts";

export interface CloneOptions {
  readonly git: Git;
  readonly repository: Pick<Repository, "url" | "branch">;
  readonly path: string;
  readonly signal: AbortSignal;
  /** Told, now and then, how far it is. */
  readonly onProgress: (message: string) => void;
  /** From how much on a repository counts as large. */
  readonly large?: Large;
}

export interface Large {
  readonly objects: number;
  readonly bytes: number;
}

export type CloneKind = "whole" | "partial" | "shallow";

const LARGE: Large = { objects: 150_000, bytes: 256 * 1024 * 1024 };
export const SHALLOW_COMMITS = 50;

/** Addresses that git may be given: no remote helper (`ext::…`), nothing that reads as an option. */
const ALLOWED_URL =
  /^(https?|ssh|git|file):\/\/[^\s]+$|^[A-Za-z0-9._][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9.-]*:[^\s:-][^\s]*$/;

/** The clone turned out to need another kind. */
class TryOther extends Error {
  override readonly name = "TryOther";
}

/**
 * Into a folder beside, then renamed: a clone that was cut off is never taken for a repository.
 *
 * @throws RunnerError CLONE_FAILED with git's words
 */
export async function cloneRepository(options: CloneOptions): Promise<CloneKind> {
  const { repository, path } = options;
  if (!ALLOWED_URL.test(repository.url) || repository.url.includes("::"))
    throw new RunnerError("CLONE_FAILED", `repository ${repository.url}: its address is not allowed; use https or ssh`);
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.partial`;
  const kind = await firstThatFits(["whole", "partial", "shallow"], async (each) => {
    await rm(partial, { recursive: true, force: true });
    await attempt(each, partial, options);
  });
  await rm(path, { recursive: true, force: true });
  await rename(partial, path);
  return kind;
}

async function firstThatFits(
  kinds: readonly CloneKind[],
  clone: (kind: CloneKind) => Promise<void>,
): Promise<CloneKind> {
  for (const kind of kinds) {
    try {
      await clone(kind);
      return kind;
    } catch (error) {
      if (!(error instanceof TryOther)) throw error;
    }
  }
  throw new RunnerError("CLONE_FAILED", "git clone: no kind of clone fits this repository");
}

const ARGUMENTS: Readonly<Record<CloneKind, readonly string[]>> = {
  whole: [],
  partial: ["--filter=blob:none"],
  shallow: [`--depth=${SHALLOW_COMMITS}`],
};

async function attempt(kind: CloneKind, target: string, options: CloneOptions): Promise<void> {
  const { git, repository, signal, onProgress, large = LARGE } = options;
  const otherwise = new AbortController();
  const branch = repository.branch === undefined ? [] : ["--branch", repository.branch];
  const what = ["clone", "--no-recurse-submodules", "--progress", ...ARGUMENTS[kind], ...branch];
  try {
    await git.run([...what, "--", repository.url, target], {
      signal: AbortSignal.any([signal, otherwise.signal]),
      onProgress: (line) => {
        const unfit =
          kind === "whole" ? isLarge(line, large) : kind === "partial" && /filtering not recognized/.test(line);
        if (unfit) otherwise.abort();
        const message = progressOf(line);
        if (message !== undefined) onProgress(kind === "whole" ? message : `${message} (large: ${kind} clone)`);
      },
    });
  } catch (error) {
    if (signal.aborted) throw error;
    if (!otherwise.signal.aborted) {
      const reason = cloneReason(messageOf(error), repository.url, repository.branch);
      throw new RunnerError("CLONE_FAILED", reason, { cause: error });
    }
  }
  if (otherwise.signal.aborted) throw new TryOther(kind);
}

/** Git's own lines, as far as they tell a person something. */
export function progressOf(line: string): string | undefined {
  const match =
    /^(?:remote: )?((?:Counting|Compressing|Receiving) objects|Resolving deltas|Updating files): +(\d+)% \(\d+\/\d+\)(?:, ([\d.]+ \w+))?/.exec(
      line,
    );
  return match === null
    ? undefined
    : `${match[1] ?? ""} ${match[2] ?? ""}%${match[3] === undefined ? "" : `, ${match[3]}`}`;
}

const UNITS: Readonly<Record<string, number>> = { bytes: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

export function isLarge(line: string, large: Large): boolean {
  const match = /^Receiving objects: +\d+% \(\d+\/(\d+)\)(?:, ([\d.]+) (\w+))?/.exec(line);
  if (match === null) return false;
  return Number(match[1]) > large.objects || Number(match[2] ?? 0) * (UNITS[match[3] ?? ""] ?? 0) > large.bytes;
}
