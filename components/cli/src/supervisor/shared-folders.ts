/** The folders that `up --share` lets sessions read, at the same paths as here: they must exist, and not be a pod's own. */
import { realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { CliError } from "../errors.ts";

/** Places that every pod has of its own; a folder shared there would take the pod's place away. */
const OWN_PLACES = ["/", "/tmp", "/workspace", "/etc", "/run", "/var"];
/** Places that are not folders of this machine at all. */
const NOT_FOLDERS = ["/proc", "/dev", "/sys"];

/** Absolute paths of the folders. Throws when one does not exist, or belongs to the pod. */
export function sharedFolders(folders: readonly string[]): string[] {
  return folders.map((folder) => {
    const path = resolve(folder);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw new CliError("BAD_ARGUMENT", `--share ${folder}: there is no such folder`);
    }
    const taken = [path, realpathSync(path)].some(
      (at) => OWN_PLACES.includes(at) || NOT_FOLDERS.some((place) => at === place || at.startsWith(`${place}/`)),
    );
    if (taken) {
      throw new CliError(
        "BAD_ARGUMENT",
        `--share ${folder}: sessions have a place of their own there; share a folder below it`,
      );
    }
    return path;
  });
}
