/** Programs of the machine that an installation on it cannot do without. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { CliError } from "../errors.ts";

/** Whether a program is on the PATH. */
export function hasProgram(name: string, path = process.env["PATH"] ?? ""): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Fails when a program is missing that sessions cannot do without. */
export function checkRequirements(): void {
  if (hasProgram("git")) return;
  throw new CliError(
    "TOOL_MISSING",
    "git is not installed, and sessions clone repositories with it. Install it (Debian, Ubuntu: apt-get install git) and start again.",
  );
}
