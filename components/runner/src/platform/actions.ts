/**
 * What an agent can do about its own session, whichever framework it runs in: name it, say how far it is, hand over a file,
 * look after the sessions that were started for it. The tools that offer this are in `tools.ts`.
 */
import { constants } from "node:fs";
import { copyFile, realpath, stat } from "node:fs/promises";
import { basename, isAbsolute, join, relative, resolve, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EventType, type Event } from "@pilothouse/agui";
import type { AgentDigest, ChildSession } from "@pilothouse/contracts/resources/agentic-session";
import type { WorkspacePaths } from "../environment.ts";
import { RunnerError } from "../errors.ts";

export interface Artifact {
  readonly path: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
}

export interface PlatformActions {
  rename(title: string): void;
  reportProgress(progress: NonNullable<AgentDigest["progress"]>): void;
  /** Resolves with the path of the artifact, relative to the workspace. */
  shareArtifact(artifact: Artifact, workingDirectory: string): Promise<string>;
  /** What is known of a child session, when it has changed or the time is over; undefined = there is none of this name. */
  watchSession(name: string, seconds: number): Promise<ChildSession | undefined>;
}

export interface PlatformActionsOptions {
  readonly paths: Pick<WorkspacePaths, "root" | "artifacts" | "platform">;
  readonly setDigest: (change: Pick<AgentDigest, "title" | "progress">) => void;
  /** Puts an event into the present run, or into the next one. */
  readonly announce: (event: Event) => void;
  readonly children: () => readonly ChildSession[];
}

const LOOK_AGAIN = 1000;
const MOST_NAMES = 1000;

export function platformActions(options: PlatformActionsOptions): PlatformActions {
  const { paths, setDigest, announce, children } = options;
  return {
    rename: (title) => setDigest({ title }),
    reportProgress: (progress) => setDigest({ progress }),

    async shareArtifact(artifact, workingDirectory) {
      const file = await insideOf(paths, resolve(workingDirectory, artifact.path), artifact.path);
      const root = await realpath(paths.root);
      const shared = isBelow(await realpath(paths.artifacts), file) ? file : await copyTo(paths.artifacts, file);
      const path = relative(root, await realpath(shared));
      const { title, description } = artifact;
      const value = {
        path,
        ...(title === undefined ? {} : { title }),
        ...(description === undefined ? {} : { description }),
      };
      announce({ type: EventType.CUSTOM, name: "artifact", value });
      return path;
    },

    async watchSession(name, seconds) {
      const now = (): ChildSession | undefined => children().find((child) => child.name === name);
      const before = JSON.stringify(now());
      const deadline = Date.now() + seconds * 1000;
      while (Date.now() < deadline && JSON.stringify(now()) === before)
        await sleep(Math.min(LOOK_AGAIN, Math.max(1, deadline - Date.now())), undefined, { ref: false });
      return now();
    },
  };
}

/** The real path of a file of the workspace. The platform's own files are none that could be handed over. */
async function insideOf(paths: PlatformActionsOptions["paths"], path: string, given: string): Promise<string> {
  const file = await realpath(path).catch(() => undefined);
  if (file === undefined) throw new RunnerError("NOT_FOUND", `${given}: does not exist`);
  const [root, platform] = await Promise.all([realpath(paths.root), realpath(paths.platform)]);
  if (!isBelow(root, file) || isBelow(platform, file))
    throw new RunnerError("PATH_INVALID", `${given}: is not a file of the workspace`);
  if (!(await stat(file)).isFile()) throw new RunnerError("NOT_A_FILE", `${given}: is not a file`);
  return file;
}

function isBelow(folder: string, path: string): boolean {
  const inside = relative(folder, path);
  return inside === "" || (!isAbsolute(inside) && inside !== ".." && !inside.startsWith(`..${sep}`));
}

/** Under its own name, or under one with a number when that is taken. */
async function copyTo(folder: string, file: string): Promise<string> {
  const [, stem = "", extension = ""] = /^(.+?)(\.[^.]*)?$/.exec(basename(file)) ?? [];
  for (let count = 1; count <= MOST_NAMES; count++) {
    const target = join(folder, count === 1 ? `${stem}${extension}` : `${stem}-${count}${extension}`);
    try {
      await copyFile(file, target, constants.COPYFILE_EXCL);
      return target;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  }
  throw new RunnerError("BODY_INVALID", `${basename(file)}: there are too many artifacts of this name`);
}
