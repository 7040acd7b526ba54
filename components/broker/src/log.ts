/** JSON logs. Nothing that could hold a key is logged; should one slip into a message all the same, it is taken out. */
import { pino } from "pino";
import type { DestinationStream, Logger } from "pino";
import { redactText } from "./secrets/redact.ts";

export interface LogOptions {
  readonly level: string;
  /** Values that must not appear, as they are known now. */
  readonly secrets: () => readonly string[];
  readonly bindings?: Readonly<Record<string, unknown>>;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

export function brokerLog({ level, secrets, bindings = {}, destination }: LogOptions): Logger {
  const options = {
    level,
    base: { component: "broker", ...bindings },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { streamWrite: (line: string) => redactText(line, secrets()) },
  };
  return destination ? pino(options, destination) : pino(options);
}
