/** The folders of the workspace, its repositories and what is known about them. */
import { mkdir } from "node:fs/promises";
import { EventType, type Event } from "@pilothouse/agui";
import type { AgenticSession } from "@pilothouse/contracts/resources/agentic-session";
import type { GitHost } from "@pilothouse/contracts/runner/git-hosts";
import type { RepositoryDiff, RepositoryStatus } from "@pilothouse/contracts/rest/runner";
import type { Logger } from "pino";
import type { z } from "zod";
import type { WorkspacePaths } from "../environment.ts";
import { RunnerError } from "../errors.ts";
import type { StateFile } from "../state/state-file.ts";
import { diffRepository, headOf } from "./diff.ts";
import { WorkspaceFiles } from "./files.ts";
import { Git, gitEnvironment } from "./git.ts";
import { Repositories } from "./repositories.ts";
import { WorkflowFolder } from "./workflow.ts";

export interface WorkspaceOptions {
  readonly paths: WorkspacePaths;
  readonly session: AgenticSession;
  readonly broker: { readonly url: string; readonly token: string };
  readonly gitHosts: readonly GitHost[];
  readonly state: StateFile;
  readonly logger: Logger;
  readonly onChange: () => void;
}

export class Workspace {
  readonly gitEnvironment: Readonly<Record<string, string>>;
  readonly repositories: Repositories;
  readonly workflow: WorkflowFolder;
  readonly #options: WorkspaceOptions;
  readonly #git: Git;
  #files: Promise<WorkspaceFiles> | undefined;

  constructor(options: WorkspaceOptions) {
    this.#options = options;
    const { paths, session, broker, state, logger, onChange } = options;
    const user = session.spec.userContext;
    const git = {
      broker,
      hosts: options.gitHosts,
      author: {
        name: oneLine(user?.displayName ?? user?.userId ?? "Pilothouse"),
        email: oneLine(
          user?.userId.includes("@") === true ? user.userId : `${session.metadata.name}@pilothouse.invalid`,
        ),
      },
    };
    this.gitEnvironment = gitEnvironment(git);
    this.#git = new Git({ ...git, home: paths.home });
    this.repositories = new Repositories({
      git: this.#git,
      directory: paths.repositories,
      sessionName: session.metadata.name,
      logger,
      onChange,
      known: (name) => state.current.repositories[name],
      remember: async (name, repository) =>
        state.update({ repositories: { ...state.current.repositories, [name]: repository } }),
    });
    this.workflow = new WorkflowFolder({
      git: this.#git,
      directory: paths.workflows,
      logger,
      onChange,
      known: (folder) => state.current.workflows[folder],
      remember: async (folder, source) => state.update({ workflows: { ...state.current.workflows, [folder]: source } }),
    });
  }

  async prepareFolders(): Promise<void> {
    const { paths } = this.#options;
    const folders = [paths.repositories, paths.artifacts, paths.uploads, paths.home, paths.claude, paths.events];
    await Promise.all(folders.map(async (folder) => mkdir(folder, { recursive: true })));
  }

  /** What clients are told of repositories and workflow. */
  news(): Event[] {
    const { states } = this.repositories;
    const { metadata, status } = this.workflow;
    const custom = (name: string, value: unknown): Event => ({
      type: EventType.CUSTOM,
      name,
      value: structuredClone(value),
    });
    return [
      ...(states.length === 0 ? [] : [custom("repositories", { items: states })]),
      ...(status === undefined ? [] : [custom("workflow", metadata)]),
    ];
  }

  get artifacts(): string {
    return this.#options.paths.artifacts;
  }

  /** Where the agent works: the only repository there is, else the workspace. */
  get workingDirectory(): string {
    const { places } = this.repositories;
    return (places.length === 1 ? places[0]?.path : undefined) ?? this.#options.paths.root;
  }

  async files(): Promise<WorkspaceFiles> {
    this.#files ??= WorkspaceFiles.open(this.#options.paths.root);
    return this.#files;
  }

  /**
   * Of one repository, or of all.
   *
   * @throws RunnerError NOT_FOUND
   */
  async diff(name: string | undefined, signal: AbortSignal): Promise<RepositoryDiff[]> {
    const { state } = this.#options;
    const place = name === undefined ? undefined : this.repositories.place(name);
    if (name !== undefined && place === undefined)
      throw new RunnerError("NOT_FOUND", `repository ${name}: is not in the workspace, or not ready`);
    const places = place === undefined ? this.repositories.places : [place];
    return Promise.all(
      places.map(async (each) => diffRepository(this.#git, each, state.current.repositories[each.name]?.base, signal)),
    );
  }

  async status(signal: AbortSignal): Promise<z.infer<typeof RepositoryStatus>[]> {
    return Promise.all(
      this.repositories.states.map(async (state) => {
        const place = this.repositories.place(state.name);
        return place === undefined ? state : { ...state, ...(await headOf(this.#git, place, signal)) };
      }),
    );
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n<>]+/g, " ").trim() || "Pilothouse";
}
