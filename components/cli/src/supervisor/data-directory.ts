/** The data directory of a local installation: where it is, what lies where, and whether it can be used. */
import { accessSync, constants, mkdirSync, statfsSync, writeFileSync, rmSync, chmodSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { CliError, messageOf } from "../errors.ts";

/** Less free space than this and a start is refused: a half-written store helps nobody. */
const MINIMUM_FREE_BYTES = 256 * 1024 * 1024;

export type DataDirectory = ReturnType<typeof dataDirectory>;

/** Paths in data directory `root` (default: `$PILOTHOUSE_HOME`, else `~/.pilothouse`). Nothing is created. */
export function dataDirectory(root: string | undefined, environment: NodeJS.ProcessEnv = process.env) {
  const path = resolve(root ?? environment["PILOTHOUSE_HOME"] ?? join(homedir(), ".pilothouse"));
  const at = (...parts: string[]) => join(path, ...parts);
  return {
    path,
    supervisorFile: at("supervisor.json"),
    endpointsFile: at("endpoints.json"),
    kubeconfigFile: at("kubeconfig"),
    cluster: at("cluster"),
    logs: at("logs"),
    keys: at("keys"),
    loginCodes: at("login-codes"),
    recordings: at("recordings"),
    operator: at("operator"),
    backend: at("backend"),
    configuration: at("configuration"),
  };
}

/** Creates the directory tree with mode 0700 and proves that it can be written and has room. */
export function prepareDataDirectory(directory: DataDirectory): void {
  try {
    for (const path of [
      directory.path,
      directory.cluster,
      directory.logs,
      directory.keys,
      directory.loginCodes,
      directory.recordings,
      directory.operator,
      directory.backend,
      directory.configuration,
    ]) {
      mkdirSync(path, { recursive: true, mode: 0o700 });
    }
    chmodSync(directory.path, 0o700);
    accessSync(directory.path, constants.W_OK);
    const probe = join(directory.path, ".write-probe");
    writeFileSync(probe, Buffer.alloc(64 * 1024));
    rmSync(probe);
  } catch (error) {
    if (isCode(error, "ENOSPC")) throw diskFull(directory.path, 0);
    throw new CliError(
      "DATA_DIR_UNUSABLE",
      `data directory ${directory.path} cannot be used: ${messageOf(error)}. Choose another one with --data-dir.`,
      { cause: error },
    );
  }
  const { bavail, bsize } = statfsSync(directory.path);
  if (bavail * bsize < MINIMUM_FREE_BYTES) throw diskFull(directory.path, bavail * bsize);
}

function diskFull(path: string, free: number): CliError {
  return new CliError(
    "DISK_FULL",
    `the disk of ${path} is full: ${Math.floor(free / 1024 / 1024)} MiB free, ${MINIMUM_FREE_BYTES / 1024 / 1024} MiB needed. ` +
      `Free some space or choose another place with --data-dir. Nothing was changed.`,
  );
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
