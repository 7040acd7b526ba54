/** The checks that need nothing running: types, lint, format, generated files, the lock file. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../supervisor/root.ts";
import { runProgram } from "./run-program.ts";

export type CheckResult = { name: string; passed: boolean; output: string };

type Check = { name: string; run: (fix: boolean) => Promise<{ code: number; output: string }> };

const program =
  (command: string, args: string[], fixArgs: string[] = args) =>
  (fix: boolean) =>
    runProgram(command, fix ? fixArgs : args, { capture: true });

const CHECKS: Check[] = [
  { name: "types", run: program("tsc", ["--project", "tsconfig.json"]) },
  {
    name: "types of the frontend",
    run: program("tsc", ["--project", "components/frontend/tsconfig.json", "--noEmit"]),
  },
  {
    name: "lint",
    run: program("oxlint", ["--type-aware", "--deny-warnings"], ["--type-aware", "--deny-warnings", "--fix"]),
  },
  { name: "format", run: program("oxfmt", ["--check"], []) },
  {
    name: "generated files",
    run: program(process.execPath, ["packages/contracts/generate.ts", "--check"], ["packages/contracts/generate.ts"]),
  },
  {
    name: "generated client",
    run: program(process.execPath, ["components/backend/generate.ts", "--check"], ["components/backend/generate.ts"]),
  },
  { name: "lock file", run: lockFileIsPortable },
];

/** A lock file that names where packages were downloaded from works only where that place can be reached. */
async function lockFileIsPortable(): Promise<{ code: number; output: string }> {
  const lines = (await readFile(join(ROOT, "package-lock.json"), "utf8")).split("\n");
  const found = lines.findIndex((line) => /"resolved": "https?:/.test(line));
  if (found === -1) return { code: 0, output: "" };
  return {
    code: 1,
    output: `package-lock.json:${found + 1} holds a download address; install with omit-lockfile-registry-resolved=true (.npmrc)`,
  };
}

/** Runs all of them, two at a time, and returns what each said. */
export async function runStaticChecks(fix: boolean): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const queue = [...CHECKS];
  const worker = async (): Promise<void> => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) {
      const { code, output } = await check.run(fix);
      results.push({ name: check.name, passed: code === 0, output });
      process.stdout.write(`${code === 0 ? "ok    " : "FAILED"} ${check.name}\n`);
      if (code !== 0) process.stdout.write(`${output.trimEnd()}\n`);
    }
  };
  // Fixing writes files, so there one waits for the other.
  await Promise.all(Array.from({ length: fix ? 1 : 2 }, worker));
  return results;
}
