/** Which model a session uses: its own choice, else its provider's default in models.json. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ModelManifest } from "@pilothouse/contracts/registries/models";
import type { AgenticSessionSpec } from "@pilothouse/contracts/resources/agentic-session";
import type { Logger } from "pino";
import { messageOf } from "../errors.ts";

export async function modelOf(
  spec: AgenticSessionSpec,
  provider: string | null,
  configurationDirectory: string | undefined,
  logger: Logger,
): Promise<string | undefined> {
  if (spec.llmSettings?.model !== undefined) return spec.llmSettings.model;
  if (provider === null || configurationDirectory === undefined) return undefined;
  const file = join(configurationDirectory, "models.json");
  try {
    return ModelManifest.parse(JSON.parse(await readFile(file, "utf8"))).providerDefaults[provider];
  } catch (error) {
    logger.warn({ file, reason: messageOf(error) }, "models.json cannot be read: the framework chooses its model");
    return undefined;
  }
}
