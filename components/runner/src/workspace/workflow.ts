/**
 * The session's workflow: a repository with instructions, commands and agents, cloned beside the session's own ones. Only
 * texts are read from it; its settings and hooks are left alone like those of any repository.
 */
import { lstat, readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { ActiveWorkflow, AgenticSessionStatus } from "@pilothouse/contracts/resources/agentic-session";
import type { WorkflowMetadata } from "@pilothouse/contracts/rest/runner";
import type { Logger } from "pino";
import { z } from "zod";
import { messageOf, RunnerError } from "../errors.ts";
import { cloneRepository } from "./clone.ts";
import type { Git } from "./git.ts";
import { exists, moveAside } from "./places.ts";
import { repositoryNames } from "./repository-names.ts";

export type Workflow = z.infer<typeof ActiveWorkflow>;
export type WorkflowStatus = NonNullable<AgenticSessionStatus["reconciledWorkflow"]>;

export interface LoadedWorkflow {
  readonly name: string;
  /** Folder of the workflow: the repository, or the path in it that the spec names. */
  readonly directory: string;
  readonly description: string | undefined;
  readonly systemPrompt: string | undefined;
  readonly startupPrompt: string | undefined;
  /** CLAUDE.md of the workflow. */
  readonly instructions: string | undefined;
  readonly commands: readonly Described[];
  readonly agents: readonly Described[];
}

interface Described {
  readonly name: string;
  readonly description: string;
}

export interface WorkflowFolderOptions {
  readonly git: Git;
  /** Folder under which each workflow has its own. */
  readonly directory: string;
  readonly logger: Logger;
  readonly onChange: () => void;
  /** What the folder was cloned from, as `url branch`. */
  readonly known: (folder: string) => string | undefined;
  readonly remember: (folder: string, source: string) => Promise<void>;
}

const MANIFEST = join(".ambient", "ambient.json");
const LARGEST_TEXT = 128 * 1024;
const MOST_FILES = 200;

const text = z
  .string()
  .max(LARGEST_TEXT)
  .transform((value) => (value.trim() === "" ? undefined : value))
  .optional();
/** `.ambient/ambient.json`; fields that are not known here are ignored. */
const Manifest = z.looseObject({
  name: z.string().trim().min(1).max(200).optional(),
  description: text,
  systemPrompt: text,
  startupPrompt: text,
});

export class WorkflowFolder {
  readonly #options: WorkflowFolderOptions;
  #status: WorkflowStatus | undefined;
  #loaded: LoadedWorkflow | undefined;

  constructor(options: WorkflowFolderOptions) {
    this.#options = options;
  }

  /** For the session's status; undefined when the session has no workflow. */
  get status(): WorkflowStatus | undefined {
    return this.#status;
  }

  /** Undefined while there is none that is ready. */
  get loaded(): LoadedWorkflow | undefined {
    return this.#loaded;
  }

  get metadata(): Omit<WorkflowMetadata, "live"> {
    const {
      gitUrl = null,
      branch = null,
      path = null,
      status = null,
      message = null,
      name = null,
    } = this.#status ?? {};
    const { description = null, startupPrompt = null, commands = [], agents = [] } = this.#loaded ?? {};
    return {
      gitUrl,
      branch,
      path,
      status,
      message,
      name,
      description,
      startupPrompt,
      commands: [...commands],
      agents: [...agents],
    };
  }

  /** Never rejects: a workflow that cannot be had says so in its status, and the session works without it. */
  async reconcile(workflow: Workflow | undefined, signal: AbortSignal): Promise<void> {
    this.#loaded = undefined;
    this.#status = undefined;
    if (workflow === undefined) return this.#options.onChange();
    const { gitUrl, branch, path } = workflow;
    const common = { gitUrl, branch, ...(path === undefined ? {} : { path }) };
    this.#set({ ...common, status: "Cloning" });
    try {
      const [folder = "workflow"] = repositoryNames([{ url: gitUrl }]);
      const place = join(this.#options.directory, folder);
      await this.#provide(
        workflow,
        folder,
        place,
        (message) => this.#set({ ...common, status: "Cloning", message }),
        signal,
      );
      this.#loaded = await loadWorkflow(place, path, folder);
      this.#set({ ...common, status: "Ready", name: this.#loaded.name });
      this.#options.logger.info({ workflow: this.#loaded.name }, "workflow ready");
    } catch (error) {
      this.#set({ ...common, status: "Failed", message: messageOf(error).slice(0, 4096) });
      this.#options.logger.warn({ workflow: gitUrl, reason: messageOf(error) }, "the workflow could not be prepared");
    }
  }

  async #provide(
    { gitUrl, branch }: Workflow,
    folder: string,
    place: string,
    onProgress: (message: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { git, known, remember } = this.#options;
    const source = `${gitUrl} ${branch}`;
    if (await exists(join(place, ".git"))) {
      if (known(folder) === source) return;
      await moveAside(place);
    }
    await cloneRepository({ git, repository: { url: gitUrl, branch }, path: place, signal, onProgress });
    await remember(folder, source);
  }

  #set(status: WorkflowStatus): void {
    this.#status = status;
    this.#options.onChange();
  }
}

/** @throws RunnerError PATH_INVALID, NOT_FOUND or BODY_INVALID that name what is wrong in the workflow */
export async function loadWorkflow(root: string, path: string | undefined, folder: string): Promise<LoadedWorkflow> {
  const directory = await folderInside(root, path ?? "");
  const manifest = await readManifest(root, directory);
  const name =
    manifest.name ?? (path === undefined ? folder : (path.split("/").findLast((part) => part !== "") ?? folder));
  return {
    name: name.slice(0, 200),
    directory,
    description: manifest.description,
    systemPrompt: manifest.systemPrompt,
    startupPrompt: manifest.startupPrompt,
    instructions: await readText(root, join(directory, "CLAUDE.md")),
    commands: await describedFiles(root, join(directory, ".claude", "commands")),
    agents: await describedFiles(root, join(directory, ".claude", "agents")),
  };
}

async function readManifest(root: string, directory: string): Promise<z.infer<typeof Manifest>> {
  const content = await readText(root, join(directory, MANIFEST));
  if (content === undefined) return {};
  let document: unknown;
  try {
    document = JSON.parse(content);
  } catch (error) {
    throw new RunnerError("BODY_INVALID", `${MANIFEST} is not JSON: ${messageOf(error)}`, { cause: error });
  }
  const manifest = Manifest.safeParse(document);
  if (manifest.success) return manifest.data;
  const [issue] = manifest.error.issues;
  throw new RunnerError(
    "BODY_INVALID",
    `${MANIFEST}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not valid"}`,
  );
}

async function folderInside(root: string, path: string): Promise<string> {
  const folder = await inside(root, join(root, path));
  if (folder === undefined || !(await stat(folder)).isDirectory())
    throw new RunnerError("NOT_FOUND", `the workflow's repository has no folder ${path}`);
  return folder;
}

/** The real path, when it exists and no link leads it out of the workflow's repository. */
async function inside(root: string, path: string): Promise<string | undefined> {
  const [top, real] = await Promise.all([realpath(root), realpath(path).catch(() => undefined)]);
  if (real === undefined) return undefined;
  const way = relative(top, real);
  return way === ".." || way.startsWith(`..${sep}`) || way.split(sep)[0] === ".git" ? undefined : real;
}

async function readText(root: string, path: string): Promise<string | undefined> {
  const file = await inside(root, path);
  if (file === undefined) return undefined;
  const info = await lstat(file);
  if (!info.isFile() || info.size > LARGEST_TEXT) return undefined;
  const content = (await readFile(file, "utf8")).trim();
  return content === "" ? undefined : content;
}

/** Markdown files with what their front matter says of them. */
async function describedFiles(root: string, folder: string): Promise<Described[]> {
  const place = await inside(root, folder);
  const names = place === undefined ? [] : await readdir(place).catch(() => []);
  const files = names
    .filter((name) => name.endsWith(".md"))
    .sort()
    .slice(0, MOST_FILES);
  return Promise.all(
    files.map(async (name) => {
      const content = (await readText(root, join(folder, name))) ?? "";
      const [, header = ""] = /^---\r?\n([\s\S]*?)\r?\n---/.exec(content) ?? [];
      const [, description = ""] = /^description:\s*(.+)$/m.exec(header) ?? [];
      const plain = description.trim().replace(/^(["'])(.*)\1$/, "$2");
      return { name: name.slice(0, -".md".length), description: plain.slice(0, 1000) };
    }),
  );
}
