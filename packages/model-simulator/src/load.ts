// Reads a script from a file: YAML or JSON rules, or a TypeScript module whose default export is a script.
import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import { SimulatorError } from "./errors.ts";
import { scriptOfRules } from "./rules.ts";
import type { Script } from "./script.ts";
import { scriptFileSchema } from "./script.ts";

const moduleSchema = z.object({
  default: z.custom<Script>(
    (value) =>
      typeof value === "object" &&
      value !== null &&
      typeof Reflect.get(value, "name") === "string" &&
      typeof Reflect.get(value, "answer") === "function",
    "the default export is not a script ({name, answer(conversation, turn)})",
  ),
});

/** Rules as plain data, as they stand in a YAML file. */
export type ScriptSource = z.input<typeof scriptFileSchema>;

export function parseScript(source: unknown, origin = "script"): Script {
  const parsed = scriptFileSchema.safeParse(source);
  if (!parsed.success) throw new SimulatorError("SCRIPT_INVALID", `${origin}\n${z.prettifyError(parsed.error)}`);
  return scriptOfRules(parsed.data);
}

export async function loadScript(file: string): Promise<Script> {
  const path = resolve(file);
  if ([".ts", ".mts", ".js", ".mjs"].includes(extname(path))) {
    const loaded: unknown = await import(pathToFileURL(path).href).catch((error: unknown) => {
      throw new SimulatorError("SCRIPT_UNREADABLE", `${path}: ${String(error)}`, { cause: error });
    });
    const parsed = moduleSchema.safeParse(loaded);
    if (!parsed.success) throw new SimulatorError("SCRIPT_INVALID", `${path}\n${z.prettifyError(parsed.error)}`);
    return parsed.data.default;
  }
  const content = await readFile(path, "utf8").catch((error: unknown) => {
    throw new SimulatorError("SCRIPT_UNREADABLE", `${path}: ${String(error)}`, { cause: error });
  });
  let source: unknown;
  try {
    source = parse(content);
  } catch (error) {
    throw new SimulatorError("SCRIPT_INVALID", `${path}: ${String(error)}`, { cause: error });
  }
  return parseScript(source, path);
}
