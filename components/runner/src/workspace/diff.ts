/** What a session has changed in a repository: files, counts and a unified patch, against the commit it began from. */
import { mkdtemp, rm, copyFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FileChange, RepositoryDiff, RepositoryStatus } from "@pilothouse/contracts/rest/runner";
import type { z } from "zod";
import type { Git } from "./git.ts";
import type { RepositoryPlace } from "./repositories.ts";

const LONGEST_PATCH = 2 * 1024 * 1024;
/** The tree without files, which every repository knows. */
const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
/** A repository's attributes may name programs that turn files into text: none is run. */
const PLAIN = ["--no-ext-diff", "--no-textconv", "--no-color", "-M"];

type Change = z.infer<typeof FileChange>;

/** Includes what is not committed and what is not tracked, by a copy of the index: the agent's own index stays as it is. */
export async function diffRepository(
  git: Git,
  place: RepositoryPlace,
  rememberedBase: string | undefined,
  signal: AbortSignal,
): Promise<RepositoryDiff> {
  const folder = await mkdtemp(join(tmpdir(), "pilothouse-diff-"));
  try {
    const index = join(folder, "index");
    await copyFile(join(place.path, ".git", "index"), index).catch(() => undefined);
    const options = { cwd: place.path, signal, environment: { GIT_INDEX_FILE: index } };
    const base = await existingCommit(git, place, rememberedBase, signal);
    // Files that cannot be read are left out rather than hiding all the others. The exit status then is not 0.
    await git.run(["add", "--all", "--ignore-errors"], options).catch(() => undefined);
    const against = base ?? EMPTY_TREE;
    const [statuses, counts, patch, branch] = await Promise.all([
      git.run(["diff", "--cached", "--name-status", "-z", ...PLAIN, against], options),
      git.run(["diff", "--cached", "--numstat", "-z", ...PLAIN, against], options),
      git.run(["diff", "--cached", ...PLAIN, against], { ...options, maxBytes: LONGEST_PATCH }),
      git.tryLine(["branch", "--show-current"], { cwd: place.path, signal }),
    ]);
    return {
      repo: place.name,
      branch: branch === undefined || branch === "" ? null : branch,
      base: base ?? null,
      files: changes(statuses.stdout.toString("utf8"), counts.stdout.toString("utf8")),
      patch: patch.stdout.toString("utf8"),
      ...(patch.truncated ? { truncated: true } : {}),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function existingCommit(
  git: Git,
  place: RepositoryPlace,
  remembered: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const candidates = [remembered, "origin/HEAD", "HEAD"].filter((candidate) => candidate !== undefined);
  for (const candidate of candidates) {
    const commit = await git.tryLine(["rev-parse", "--verify", "--quiet", `${candidate}^{commit}`], {
      cwd: place.path,
      signal,
    });
    if (commit !== undefined && commit !== "") return commit;
  }
  return undefined;
}

const STATUS: Readonly<Record<string, Change["status"]>> = {
  A: "added",
  M: "modified",
  T: "modified",
  D: "deleted",
  R: "renamed",
  C: "copied",
  U: "conflicted",
};

/** Joins `--name-status -z` and `--numstat -z`: NUL-separated, renames with two paths. */
export function changes(statuses: string, counts: string): Change[] {
  const counted = new Map<string, { additions: number; deletions: number; binary: boolean }>();
  const numbers = counts.split("\0");
  for (let index = 0; index < numbers.length; index++) {
    const match = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(numbers[index] ?? "");
    if (match === null) continue;
    const renamed = match[3] === "";
    const path = renamed ? (numbers[index + 2] ?? "") : (match[3] ?? "");
    if (renamed) index += 2;
    const binary = match[1] === "-";
    counted.set(path, { additions: binary ? 0 : Number(match[1]), deletions: binary ? 0 : Number(match[2]), binary });
  }
  const result: Change[] = [];
  const fields = statuses.split("\0");
  for (let index = 0; index + 1 < fields.length;) {
    const letter = (fields[index] ?? "").charAt(0);
    const moved = letter === "R" || letter === "C";
    const path = fields[index + (moved ? 2 : 1)] ?? "";
    const oldPath = moved ? { oldPath: fields[index + 1] ?? "" } : {};
    const { additions, deletions, binary } = counted.get(path) ?? { additions: 0, deletions: 0, binary: false };
    result.push({
      path,
      status: STATUS[letter] ?? "modified",
      additions,
      deletions,
      ...oldPath,
      ...(binary ? { binary } : {}),
    });
    index += moved ? 3 : 2;
  }
  return result;
}

/** What `/repos/status` adds to the reconciled state. */
export async function headOf(
  git: Git,
  place: RepositoryPlace,
  signal: AbortSignal,
): Promise<Pick<z.infer<typeof RepositoryStatus>, "head" | "dirty" | "branch">> {
  const options = { cwd: place.path, signal };
  const [head, branch, dirty] = await Promise.all([
    git.tryLine(["rev-parse", "--verify", "--quiet", "HEAD"], options),
    git.tryLine(["branch", "--show-current"], options),
    git.tryLine(["status", "--porcelain", "--no-renames", "--untracked-files=normal"], options),
  ]);
  return { head: head ?? null, dirty: dirty !== undefined && dirty !== "", ...(branch ? { branch } : {}) };
}
