/** Keys from mounted Secrets. Files are read for each use: a rotated key counts at once, and a removed one no more. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface SecretStore {
  /** Undefined when the key is not set or empty. */
  get(name: string): Promise<string | undefined>;
  /** All values, for redaction. */
  values(): Promise<string[]>;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR";
}

/** @param directory undefined when no Secret is mounted: then no key is set */
export function secretStore(directory: string | undefined): SecretStore {
  const get = async (name: string): Promise<string | undefined> => {
    if (directory === undefined || !NAME.test(name)) return undefined;
    try {
      // Secrets made with `echo` end in a line break, which no key has.
      const value = (await readFile(join(directory, name), "utf8")).trim();
      return value === "" ? undefined : value;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
  return {
    get,
    async values() {
      if (directory === undefined) return [];
      const names = await readdir(directory).catch((error: unknown) => {
        if (isMissing(error)) return [];
        throw error;
      });
      const values = await Promise.all(names.map(get));
      return values.filter((value) => value !== undefined);
    },
  };
}
