/** What the project and the installation set for their sessions: a file that the operator keeps, read again when it changes. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { McpServersFile } from "@pilothouse/contracts/runner/project-configuration";
import type { Logger } from "pino";
import { messageOf } from "../errors.ts";

export interface ProjectConfigurationOptions {
  /** Undefined: nothing is mounted. */
  readonly directory: string | undefined;
  readonly logger: Logger;
  /** Milliseconds between two looks. A mounted ConfigMap itself lags behind by up to a minute. Default 2000. */
  readonly interval?: number;
}

const EMPTY: McpServersFile = { platform: {}, project: {} };

export class ProjectConfiguration {
  readonly #options: ProjectConfigurationOptions;
  #text = "";
  #servers: McpServersFile = EMPTY;

  constructor(options: ProjectConfigurationOptions) {
    this.#options = options;
  }

  get mcpServers(): McpServersFile {
    return this.#servers;
  }

  /** True when something has changed. A file that cannot be read as what it should be keeps the last good one. */
  async read(): Promise<boolean> {
    const { directory, logger } = this.#options;
    if (directory === undefined) return false;
    const file = join(directory, "mcp-servers.json");
    const text = await readFile(file, "utf8").catch(() => "");
    if (text === this.#text) return false;
    this.#text = text;
    try {
      this.#servers = text === "" ? EMPTY : McpServersFile.parse(JSON.parse(text));
      return true;
    } catch (error) {
      logger.warn(
        { file, reason: messageOf(error) },
        "the project's tool servers cannot be read; the former ones stay",
      );
      return false;
    }
  }

  /** Tells of each change, until the signal aborts. */
  async watch(onChange: () => void, signal: AbortSignal): Promise<void> {
    const { directory, interval = 2000 } = this.#options;
    if (directory === undefined) return;
    while (!signal.aborted) {
      await sleep(interval, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted && (await this.read())) onChange();
    }
  }
}
