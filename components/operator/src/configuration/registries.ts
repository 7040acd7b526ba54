// The agent registry, the models and the installation's tool servers, read from their files and kept fresh. A file that breaks keeps its last good copy.
import { readFile } from "node:fs/promises";
import { AgentRegistry, McpServers, ModelManifest, type AgentRuntimeSpec } from "@pilothouse/contracts";
import type { Logger } from "@pilothouse/kubernetes";
import type { z } from "zod";
import { OperatorError } from "../errors.ts";

export interface Registries {
  readonly agents: readonly AgentRuntimeSpec[];
  readonly models: ModelManifest;
}

const REREAD_AFTER_MILLISECONDS = 60_000;

/** A JSON file with a schema. `read` is cheap and never throws once the first read has gone well. */
class RegistryFile<T> {
  readonly #file: string;
  readonly #schema: z.ZodType<T>;
  readonly #logger: Logger;
  #last: { value: T; readAt: number } | undefined;
  #problem: string | undefined;

  constructor(file: string, schema: z.ZodType<T>, logger: Logger) {
    this.#file = file;
    this.#schema = schema;
    this.#logger = logger;
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  async read(now: number): Promise<T> {
    if (this.#last !== undefined && now - this.#last.readAt < REREAD_AFTER_MILLISECONDS) return this.#last.value;
    try {
      const value = this.#schema.parse(JSON.parse(await readFile(this.#file, "utf8")));
      this.#last = { value, readAt: now };
      this.#problem = undefined;
      return value;
    } catch (error) {
      this.#problem = `${this.#file}: ${error instanceof Error ? error.message : String(error)}`;
      if (this.#last === undefined) throw new OperatorError("REGISTRY_INVALID", this.#problem, { cause: error });
      this.#logger.error({ error, file: this.#file }, "a registry is broken: the last good copy stays in force");
      this.#last = { value: this.#last.value, readAt: now };
      return this.#last.value;
    }
  }
}

export class RegistryLoader {
  readonly #agents: RegistryFile<AgentRegistry>;
  readonly #models: RegistryFile<ModelManifest>;
  readonly #mcpServers: RegistryFile<McpServers> | undefined;
  readonly #now: () => number;

  constructor(
    files: { agents: string; models: string; mcpServers?: string | undefined },
    logger: Logger,
    now: () => number = Date.now,
  ) {
    this.#agents = new RegistryFile(files.agents, AgentRegistry, logger);
    this.#models = new RegistryFile(files.models, ModelManifest, logger);
    this.#mcpServers =
      files.mcpServers === undefined ? undefined : new RegistryFile(files.mcpServers, McpServers, logger);
    this.#now = now;
  }

  /** Tool servers that the installation gives to every session. */
  async mcpServers(): Promise<McpServers> {
    return (await this.#mcpServers?.read(this.#now())) ?? {};
  }

  async read(): Promise<Registries> {
    const now = this.#now();
    const [agents, models] = await Promise.all([this.#agents.read(now), this.#models.read(now)]);
    return { agents, models };
  }

  /** Why a file is not the one in force; for readiness. */
  get problems(): string[] {
    return [this.#agents.problem, this.#models.problem, this.#mcpServers?.problem].filter(
      (problem) => problem !== undefined,
    );
  }
}
