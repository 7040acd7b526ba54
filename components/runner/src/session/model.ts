/** Which model a session uses: its own choice, else its provider's default in models.json; and who provides a model. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ModelManifest } from "@pilothouse/contracts/registries/models";
import type { AgenticSessionSpec } from "@pilothouse/contracts/resources/agentic-session";
import type { Logger } from "pino";
import { messageOf } from "../errors.ts";

export class Models {
  readonly #manifest: ModelManifest | undefined;

  private constructor(manifest: ModelManifest | undefined) {
    this.#manifest = manifest;
  }

  /** Without a manifest the framework chooses its model. */
  static async read(configurationDirectory: string | undefined, logger: Logger): Promise<Models> {
    if (configurationDirectory === undefined) return new Models(undefined);
    const file = join(configurationDirectory, "models.json");
    try {
      return new Models(ModelManifest.parse(JSON.parse(await readFile(file, "utf8"))));
    } catch (error) {
      logger.warn({ file, reason: messageOf(error) }, "models.json cannot be read: the framework chooses its model");
      return new Models(undefined);
    }
  }

  /** @param provider the framework's own; "any" = it takes every model, null = it uses none */
  modelOf(spec: AgenticSessionSpec, provider: string | null): string | undefined {
    if (spec.llmSettings?.model !== undefined) return spec.llmSettings.model;
    if (provider === null) return undefined;
    return provider === "any" ? this.#manifest?.defaultModel : this.#manifest?.providerDefaults[provider];
  }

  providerOf(model: string): string | undefined {
    return this.#manifest?.models.find((entry) => entry.id === model)?.provider;
  }
}
