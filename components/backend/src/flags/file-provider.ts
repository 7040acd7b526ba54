/** OpenFeature over flags.json. A flag that the file does not name is off. */
import { OpenFeature, StandardResolutionReasons, type ResolutionDetails } from "@openfeature/server-sdk";
import type { FlagManifest } from "@pilothouse/contracts";
import type { RegistryFile } from "../catalog/registry-file.ts";
import { BooleanProvider } from "./boolean-provider.ts";
import type { FlagService } from "./flags.ts";

export type FlagFile = RegistryFile<typeof FlagManifest>;

export class FileProvider extends BooleanProvider {
  readonly metadata = { name: "flags-file" };
  readonly #file: FlagFile;

  constructor(file: FlagFile) {
    super();
    this.#file = file;
  }

  async resolveBooleanEvaluation(flagKey: string, defaultValue: boolean): Promise<ResolutionDetails<boolean>> {
    const { flags } = await this.#file.get();
    const flag = flags.find((candidate) => candidate.name === flagKey);
    return flag === undefined
      ? { value: defaultValue, reason: StandardResolutionReasons.DEFAULT }
      : { value: flag.enabled, reason: StandardResolutionReasons.STATIC };
  }
}

/** The flag service over a file. `domain` keeps several backends of one process (tests) apart. */
export async function fileFlags(file: FlagFile, domain: string): Promise<FlagService> {
  await OpenFeature.setProviderAndWait(domain, new FileProvider(file));
  return {
    client: OpenFeature.getClient(domain),
    known: async () => (await file.get()).flags.map(({ name, description }) => ({ name, description })),
    problem: async () => file.problem(),
    close: async () => undefined,
  };
}
