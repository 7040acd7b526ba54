// The one table of what can go wrong with the simulator itself (what a script makes fail on purpose is a reply, not an error).
export const SIMULATOR_ERRORS = {
  SCRIPT_UNREADABLE: "the script file cannot be read",
  SCRIPT_INVALID: "the script does not have the form of a script",
  PORT_UNAVAILABLE: "the port cannot be listened on",
} as const;

export type SimulatorErrorCode = keyof typeof SIMULATOR_ERRORS;

export class SimulatorError extends Error {
  readonly code: SimulatorErrorCode;

  constructor(code: SimulatorErrorCode, detail: string, options?: ErrorOptions) {
    super(`${SIMULATOR_ERRORS[code]}: ${detail}`, options);
    this.name = "SimulatorError";
    this.code = code;
  }
}
