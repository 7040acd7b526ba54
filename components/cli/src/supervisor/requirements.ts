/** Programs of the machine that the laptop installation uses: which are needed, and which make it better. */
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

/** Fails when a needed program is missing; says what a missing useful one costs. */
export function checkRequirements(note: (message: string) => void): void {
  if (!hasProgram("git")) {
    throw new CliError(
      "TOOL_MISSING",
      "git is not installed, and sessions clone repositories with it. Install it (Debian, Ubuntu: apt-get install git) and start again.",
    );
  }
  if (!hasProgram("bwrap")) {
    note(
      "bubblewrap is not installed: sessions run as plain processes and can see your files. " +
        "For isolation install it (Debian, Ubuntu: apt-get install bubblewrap) and start again.",
    );
  }
}
