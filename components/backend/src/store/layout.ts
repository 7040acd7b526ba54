/** A database that this version must not touch. `what` names it and both layouts. */
import { ConfigurationProblem } from "@pilothouse/server";

export function newerLayout(what: string): ConfigurationProblem {
  return new ConfigurationProblem(
    `the transcript store: ${what}: start that version, or restore a copy from before it`,
  );
}
