/**
 * OpenFeature over Unleash, and over the flags file for what Unleash does not know. Values come from a copy that is kept
 * up to date in the background and on disk: while Unleash is away, the last state that it told goes on, over restarts too.
 */
import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import {
  OpenFeature,
  StandardResolutionReasons,
  type EvaluationContext,
  type ResolutionDetails,
} from "@openfeature/server-sdk";
import type { Logger } from "pino";
import { InMemStorageProvider, Unleash } from "unleash-client";
import { BooleanProvider } from "./boolean-provider.ts";
import { FileProvider, type FlagFile } from "./file-provider.ts";
import type { FlagService } from "./flags.ts";

export interface UnleashOptions {
  /** Ends in `/api`. */
  readonly url: string;
  /** A client token: it decides of which environment and projects the values are. */
  readonly token: string;
  readonly refreshSeconds: number;
  /** Where the last state is kept. */
  readonly folder: string;
  readonly logger: Logger;
}

/** As long as a start waits for a first state. */
const PATIENCE_MILLISECONDS = 3_000;

export class UnleashProvider extends BooleanProvider {
  readonly metadata = { name: "unleash" };
  readonly #file: FileProvider;
  readonly #options: UnleashOptions;
  readonly #unleash: Unleash;
  #problem: string | undefined = "Unleash has not been reached yet";

  private constructor(options: UnleashOptions, file: FlagFile, keeps: boolean) {
    super();
    this.#file = new FileProvider(file);
    this.#options = options;
    const { url, token, refreshSeconds, folder, logger } = options;
    this.#unleash = new Unleash({
      url,
      appName: "pilothouse-backend",
      instanceId: randomUUID(),
      customHeaders: { Authorization: token },
      refreshInterval: refreshSeconds * 1000,
      ...(keeps ? { backupPath: folder } : { storageProvider: new InMemStorageProvider() }),
      disableAutoStart: true,
      skipInstanceCountWarning: true,
    });
    this.#unleash.on("error", (error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      if (this.#problem === undefined) logger.warn({ reason }, "Unleash does not answer: its last state goes on");
      this.#problem = reason;
    });
    for (const event of ["changed", "unchanged"]) {
      this.#unleash.on(event, () => {
        if (this.#problem !== undefined) logger.info("Unleash answers");
        this.#problem = undefined;
      });
    }
    // Counting what was asked is Unleash's convenience, not ours: what fails there is no warning here.
    this.#unleash.on("warn", (warning: unknown) => logger.debug({ warning: String(warning) }, "Unleash warns"));
  }

  static async open(options: UnleashOptions, file: FlagFile): Promise<UnleashProvider> {
    try {
      await mkdir(options.folder, { recursive: true, mode: 0o700 });
      return new UnleashProvider(options, file, true);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      options.logger.warn({ reason }, "Unleash's last state is not kept over restarts: DATA_DIR cannot be written");
      return new UnleashProvider(options, file, false);
    }
  }

  /** Resolves with a first state, from Unleash or from disk, or without one after a while. */
  async initialize(): Promise<void> {
    const first = Promise.withResolvers<void>();
    for (const event of ["synchronized", "error"]) this.#unleash.once(event, () => first.resolve());
    const late = setTimeout(() => first.resolve(), PATIENCE_MILLISECONDS);
    await this.#unleash.start();
    await first.promise;
    clearTimeout(late);
  }

  async onClose(): Promise<void> {
    this.#unleash.destroy();
    await Promise.resolve();
  }

  /** Why the values may be old; undefined when all is well. */
  get problem(): string | undefined {
    return this.#problem === undefined ? undefined : `Unleash at ${this.#options.url}: ${this.#problem}`;
  }

  known() {
    return this.#unleash.getFeatureToggleDefinitions().map((flag) => ({
      name: flag.name,
      description: flag.description ?? "",
    }));
  }

  async resolveBooleanEvaluation(
    flagKey: string,
    defaultValue: boolean,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    if (this.#unleash.getFeatureToggleDefinition(flagKey) === undefined) {
      return this.#file.resolveBooleanEvaluation(flagKey, defaultValue);
    }
    const project = context.targetingKey ?? "";
    // A gradual rollout takes in whole projects.
    const value = this.#unleash.isEnabled(flagKey, { userId: project, properties: { project } }, defaultValue);
    return { value, reason: StandardResolutionReasons.TARGETING_MATCH, flagMetadata: { source: "unleash" } };
  }
}

/** The flag service over Unleash. `domain` keeps several backends of one process (tests) apart. */
export async function unleashFlags(options: UnleashOptions, file: FlagFile, domain: string): Promise<FlagService> {
  const provider = await UnleashProvider.open(options, file);
  await OpenFeature.setProviderAndWait(domain, provider);
  return {
    client: OpenFeature.getClient(domain),
    known: async () => {
      const flags = new Map((await file.get()).flags.map((flag) => [flag.name, flag]));
      for (const flag of provider.known()) flags.set(flag.name, { ...flags.get(flag.name), ...flag, enabled: false });
      return [...flags.values()].map(({ name, description }) => ({ name, description }));
    },
    problem: async () => provider.problem ?? (await file.problem()),
    close: async () => provider.onClose(),
  };
}
