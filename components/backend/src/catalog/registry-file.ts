/**
 * A registry file, such as a mounted ConfigMap: read again after 60 s, parsed by its schema. A file that is broken or gone
 * keeps the last good copy in use, and says so in the log and in readiness.
 */
import { readFile } from "node:fs/promises";
import type { Logger } from "pino";
import { z } from "zod";
import { ApiError } from "../errors/api-error.ts";

const KEPT_MILLISECONDS = 60_000;
/** A file that was never read is tried again sooner. */
const RETRY_MILLISECONDS = 1_000;

export class RegistryFile<S extends z.ZodType> {
  readonly #name: string;
  readonly #path: string;
  readonly #schema: S;
  readonly #logger: Logger;
  readonly #now: () => number;
  #value: z.output<S> | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #problem: string | undefined;
  #reading: Promise<void> | undefined;

  /** `name` is what messages call the file: "the model manifest". */
  constructor(options: { name: string; path: string; schema: S; logger: Logger; now?: () => number }) {
    this.#name = options.name;
    this.#path = options.path;
    this.#schema = options.schema;
    this.#logger = options.logger;
    this.#now = options.now ?? Date.now;
  }

  /** @throws ApiError REGISTRY_UNAVAILABLE when no good copy was ever read */
  async get(): Promise<z.output<S>> {
    const kept = this.#value === undefined ? RETRY_MILLISECONDS : KEPT_MILLISECONDS;
    if (this.#now() - this.#readAt >= kept) await (this.#reading ??= this.#read());
    if (this.#value === undefined) {
      throw new ApiError("REGISTRY_UNAVAILABLE", `${this.#name} could not be read yet; an operator must repair it`);
    }
    return this.#value;
  }

  /** What is wrong with the file now, or undefined. */
  async problem(): Promise<string | undefined> {
    await this.get().catch(() => undefined);
    return this.#problem;
  }

  async #read(): Promise<void> {
    try {
      this.#value = this.#schema.parse(JSON.parse(await readFile(this.#path, "utf8")));
      this.#problem = undefined;
    } catch (error) {
      const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      this.#problem = `${this.#name} ${this.#path}: ${reason}`;
      const state = this.#value === undefined ? "no copy was ever read" : "the last good copy stays in use";
      this.#logger.error({ path: this.#path, reason }, `${this.#name} is broken: ${state}`);
    } finally {
      this.#readAt = this.#now();
      this.#reading = undefined;
    }
  }
}
