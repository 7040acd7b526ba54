/** What can go wrong for someone who uses the command line: one table of codes, each with its exit code. */

export const CLI_ERRORS = {
  ALREADY_RUNNING: 3,
  NOT_RUNNING: 4,
  PORT_IN_USE: 5,
  TOOL_MISSING: 6,
  DISK_FULL: 7,
  DATA_DIR_UNUSABLE: 8,
  BAD_ARGUMENT: 2,
  BUILD_FAILED: 9,
  START_FAILED: 10,
} as const;

export type CliErrorCode = keyof typeof CLI_ERRORS;

/** An error whose message is the whole answer for the user: it names what, why and the remedy. No stack is shown. */
export class CliError extends Error {
  readonly code: CliErrorCode;

  constructor(code: CliErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "CliError";
    this.code = code;
  }

  get exitCode(): number {
    return CLI_ERRORS[this.code];
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
