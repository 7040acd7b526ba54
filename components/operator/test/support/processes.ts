// The processes of a session on this machine, found by their environment.
import { readFileSync, readdirSync } from "node:fs";

export function sessionProcesses(sessionUid: string, role: "runner" | "broker"): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
        if (!environment.includes(`PILOTHOUSE_SESSION_UID=${sessionUid}`)) return false;
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        return command[0] === process.execPath && command.includes(role);
      } catch {
        // It has just ended, or is not ours to see.
        return false;
      }
    });
}
