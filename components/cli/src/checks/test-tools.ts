/** Programs that only the tests need, brought where they are missing: Debian packages and kubectl. */
import { existsSync } from "node:fs";
import { CliError } from "../errors.ts";
import { hasProgram } from "../supervisor/requirements.ts";
import { runProgram } from "./run-program.ts";

const PACKAGES: { program: string; package: string; at?: string }[] = [
  { program: "git", package: "git" },
  { program: "bwrap", package: "bubblewrap" },
  { program: "chromium", package: "chromium" },
  // Debian keeps the server's programs off the PATH.
  { program: "postgres", package: "postgresql", at: "/usr/lib/postgresql" },
];

/** Installs what is missing with apt-get, which needs root; says what to install otherwise. */
export async function ensureTestTools(): Promise<void> {
  const missing = PACKAGES.filter(
    (tool) => !hasProgram(tool.program) && !(tool.at !== undefined && existsSync(tool.at)),
  );
  if (missing.length === 0) return;
  const names = missing.map((tool) => tool.package);
  if (!hasProgram("apt-get") || process.getuid?.() !== 0) {
    throw new CliError("TOOL_MISSING", `the tests need ${names.join(", ")}; install them and start again`);
  }
  process.stdout.write(`Installing ${names.join(", ")} for the tests\n`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await runProgram("apt-get", ["update", "-qq"], { capture: true, env });
  const { code, output } = await runProgram("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...names], {
    capture: true,
    env,
  });
  if (code !== 0) throw new CliError("TOOL_MISSING", `${names.join(", ")} could not be installed:\n${output}`);
}
