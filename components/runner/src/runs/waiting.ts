/**
 * The runs that were accepted and have not begun, kept on the session's volume: whoever was told 202 can rely on the run,
 * whatever happens to the process. One small file per run, named by its place; a run leaves when the log has its start.
 */
import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readRunInput, type RunRequest } from "./input.ts";

export interface WaitingRun {
  readonly request: RunRequest;
  readonly queuedAt: string;
}

const Kept = z.object({ queuedAt: z.string(), request: z.unknown() });

const NAME = /^(\d{12})-[A-Za-z0-9_-]{22}\.json$/;

export class WaitingRuns {
  readonly #directory: string;
  readonly #files = new Map<string, string>();
  #place: number;

  private constructor(directory: string, place: number) {
    this.#directory = directory;
    this.#place = place;
  }

  /** Opens the folder, and tells what a former attempt left in it, in the order in which it was accepted. */
  static async open(
    directory: string,
    onProblem: (error: unknown) => void,
  ): Promise<{ readonly waiting: WaitingRuns; readonly left: readonly WaitingRun[] }> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const names = (await readdir(directory)).filter((name) => NAME.test(name)).toSorted();
    const waiting = new WaitingRuns(directory, Number(NAME.exec(names.at(-1) ?? "")?.[1] ?? 0));
    const left: WaitingRun[] = [];
    for (const name of names) {
      try {
        const run = parseRun(await readFile(join(directory, name), "utf8"));
        waiting.#files.set(run.request.runId, name);
        left.push(run);
      } catch (error) {
        onProblem(error);
      }
    }
    return { waiting, left };
  }

  /** Resolves when the disk has confirmed it. */
  async add(run: WaitingRun): Promise<void> {
    const { runId } = run.request;
    this.#place += 1;
    const name = `${String(this.#place).padStart(12, "0")}-${digest(runId)}.json`;
    this.#files.set(runId, name);
    const temporary = join(this.#directory, `${name}.next`);
    const file = await open(temporary, "w", 0o600);
    try {
      await file.writeFile(JSON.stringify(run));
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(this.#directory, name));
  }

  /** Once the log has the run's start, or when it was cancelled. */
  async remove(runId: string): Promise<void> {
    const name = this.#files.get(runId);
    if (name === undefined) return;
    this.#files.delete(runId);
    await rm(join(this.#directory, name), { force: true });
  }
}

/** @throws RunnerError or ZodError when it is none */
function parseRun(text: string): WaitingRun {
  const { queuedAt, request } = Kept.parse(JSON.parse(text));
  const input = readRunInput(request, { threadId: "", sender: undefined, newId: () => "" });
  const { runId, parentRunId, messages, resume = [], state, tools, context } = input;
  return {
    queuedAt,
    request: {
      runId,
      ...(parentRunId === undefined ? {} : { parentRunId }),
      messages,
      resume,
      ...(state === undefined ? {} : { state }),
      ...(tools.length === 0 ? {} : { tools }),
      ...(context.length === 0 ? {} : { context }),
    },
  };
}

/** Run ids are clients' own words, and no file names. */
function digest(runId: string): string {
  return createHash("sha256").update(runId).digest("base64url").slice(0, 22);
}
