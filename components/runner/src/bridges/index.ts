/**
 * Finds a bridge by RUNNER_TYPE: the folder of that name beside this file, or in the folder that PILOTHOUSE_BRIDGES_DIR
 * names, where an installation has its own. Its `bridge.ts` makes the bridge; nothing else is loaded, a framework may be
 * large.
 */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { z } from "zod";
import { RunnerError } from "../errors.ts";
import type { PlatformBridge } from "./bridge.ts";

const OWN = fileURLToPath(new URL(".", import.meta.url));
const ENTRY = "bridge.ts";
const NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/** What a bridge's `bridge.ts` exports. */
const BridgeModule = z.looseObject({
  createBridge: z.custom<() => PlatformBridge>((value) => typeof value === "function"),
});

/** @throws RunnerError BRIDGE_UNKNOWN that names the known ones */
export async function loadBridge(
  runnerType: string,
  more: string | undefined = process.env["PILOTHOUSE_BRIDGES_DIR"],
): Promise<PlatformBridge> {
  const folders = more === undefined || more === "" ? [OWN] : [OWN, more];
  const files = NAME.test(runnerType) ? folders.map((folder) => join(folder, runnerType, ENTRY)) : [];
  const file = files.find((candidate) => existsSync(candidate));
  if (file === undefined)
    throw new RunnerError(
      "BRIDGE_UNKNOWN",
      `RUNNER_TYPE=${runnerType}: unknown; known are ${(await known(folders)).join(", ")}`,
    );
  const loaded: unknown = await import(pathToFileURL(file).href);
  const module = BridgeModule.safeParse(loaded);
  if (!module.success) throw new RunnerError("BRIDGE_UNKNOWN", `${file}: does not export a function createBridge`);
  return module.data.createBridge();
}

async function known(folders: readonly string[]): Promise<string[]> {
  const names = await Promise.all(folders.map(async (folder) => readdir(folder).catch(() => [])));
  return folders
    .flatMap((folder, index) => (names[index] ?? []).filter((name) => existsSync(join(folder, name, ENTRY))))
    .toSorted();
}
