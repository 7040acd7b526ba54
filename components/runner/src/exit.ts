/** How the process says why it ended: its exit code, and one sentence. */
import { writeFileSync } from "node:fs";
import { EXIT_CODES } from "@pilothouse/contracts/runner/environment";
import type { Logger } from "pino";
import { messageOf, RunnerError, type RunnerErrorCode } from "./errors.ts";

/** Failures that a person has to mend before another attempt can work. */
const PREREQUISITES: ReadonlySet<RunnerErrorCode> = new Set([
  "ENVIRONMENT_INVALID",
  "BRIDGE_UNKNOWN",
  "SESSION_UNREADABLE",
  "RECORDING_INVALID",
  "CLONE_FAILED",
]);

export function exitCodeOf(error: unknown): number {
  return error instanceof RunnerError && PREREQUISITES.has(error.code)
    ? EXIT_CODES.prerequisiteMissing
    : EXIT_CODES.agentError;
}

/** The sentence that the pod's status shows. A file that cannot be written must not hide the end itself. */
export function leaveMessage(file: string, message: string, logger: Logger): void {
  try {
    writeFileSync(file, message.slice(0, 4096));
  } catch (error) {
    logger.warn({ file, reason: messageOf(error) }, "the termination message was not written");
  }
}
