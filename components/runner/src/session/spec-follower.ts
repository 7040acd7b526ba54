/** Brings a living session to what its spec and its project's configuration say now: one change after the other. */
import type {
  AgenticSession,
  AgenticSessionSpec,
  ReconciledRepo,
} from "@pilothouse/contracts/resources/agentic-session";
import type { Logger } from "pino";
import type { PlatformBridge } from "../bridges/bridge.ts";
import { messageOf } from "../errors.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { specDifferences, type SpecDifference } from "./changes.ts";
import type { ToolServers } from "./tool-servers.ts";

export interface SpecFollowerOptions {
  readonly initial: AgenticSessionSpec;
  readonly bridge: PlatformBridge;
  readonly workspace: Workspace;
  /** Resolves when the session works; changes wait for it. */
  readonly ready: Promise<void>;
  readonly toolServers: (spec: AgenticSessionSpec) => ToolServers;
  readonly onModel: (model: string) => void;
  readonly onRepositories: (repositories: readonly ReconciledRepo[]) => void;
  readonly onWorkflow: () => void;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

export class SpecFollower {
  readonly #options: SpecFollowerOptions;
  #spec: AgenticSessionSpec;
  #changing: Promise<void> = Promise.resolve();
  #servers = "";

  constructor(options: SpecFollowerOptions) {
    this.#options = options;
    this.#spec = options.initial;
  }

  get spec(): AgenticSessionSpec {
    return this.#spec;
  }

  /** Tool servers that the framework was started with. */
  startedWith(servers: ToolServers["servers"]): void {
    this.#servers = JSON.stringify(servers);
  }

  see(object: AgenticSession): void {
    const differences = specDifferences(this.#spec, object.spec);
    this.#spec = object.spec;
    for (const difference of differences) this.#queue(difference);
  }

  /** The project's tool servers may be others. */
  projectChanged(): void {
    this.#queue({ type: "mcpServers" });
  }

  #queue(difference: SpecDifference): void {
    const { logger } = this.#options;
    this.#changing = this.#changing
      .then(async () => this.#apply(difference))
      .catch((error: unknown) =>
        logger.warn({ change: difference.type, reason: messageOf(error) }, "a change of the spec was not applied"),
      );
  }

  async #apply(difference: SpecDifference): Promise<void> {
    const { bridge, workspace, ready, signal, logger, onModel, onRepositories, onWorkflow } = this.#options;
    await ready;
    logger.info({ change: difference.type }, "the session's spec has changed");
    switch (difference.type) {
      case "model":
        await bridge.applyChange(difference);
        if (difference.model !== undefined) onModel(difference.model);
        return;
      case "permissionMode":
        return bridge.applyChange(difference);
      case "mcpServers":
        return this.#applyServers();
      case "repos": {
        const { repositories } = workspace;
        await repositories.reconcile(difference.repos, signal);
        const directories = repositories.places.map((place) => place.path);
        await bridge.applyChange({ type: "repositories", workingDirectory: workspace.workingDirectory, directories });
        return onRepositories(repositories.states);
      }
      case "workflow":
        await workspace.workflow.reconcile(difference.workflow, signal);
        await bridge.applyChange({ type: "workflow" });
        return onWorkflow();
      default:
        return difference satisfies never;
    }
  }

  async #applyServers(): Promise<void> {
    const { servers } = this.#options.toolServers(this.#spec);
    const text = JSON.stringify(servers);
    if (text === this.#servers) return;
    this.#servers = text;
    await this.#options.bridge.applyChange({ type: "mcpServers", servers });
  }
}
