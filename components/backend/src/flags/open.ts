/** The flag service that the configuration names: the flags file, or Unleash in front of it. */
import { join } from "node:path";
import type { Logger } from "pino";
import type { BackendEnvironment } from "../configuration.ts";
import { fileFlags, type FlagFile } from "./file-provider.ts";
import type { FlagService } from "./flags.ts";

export async function openFlags(environment: BackendEnvironment, file: FlagFile, logger: Logger): Promise<FlagService> {
  const domain = `backend-${crypto.randomUUID()}`;
  const { UNLEASH_URL, UNLEASH_API_TOKEN, UNLEASH_REFRESH_SECONDS, DATA_DIR } = environment;
  if (UNLEASH_URL === undefined) return fileFlags(file, domain);
  // Loaded only where it is used.
  const { unleashFlags } = await import("./unleash-provider.ts");
  const options = {
    url: `${UNLEASH_URL.replace(/\/+$/, "").replace(/\/api$/, "")}/api`,
    token: UNLEASH_API_TOKEN ?? "",
    refreshSeconds: UNLEASH_REFRESH_SECONDS,
    folder: join(DATA_DIR, "unleash"),
    logger,
  };
  return unleashFlags(options, file, domain);
}
