/** Configuration comes from environment variables, is checked once at the start, and its faults are told all at once. */
import type { z } from "zod";

/** A configuration that cannot work, as one message that names every variable at fault. */
export class ConfigurationProblem extends Error {
  override readonly name = "ConfigurationProblem";
}

/**
 * The variables that `schema` names. An empty variable counts as absent, as it does in most shells' eyes.
 *
 * @throws ConfigurationProblem
 */
export function readEnvironment<S extends z.ZodType>(
  schema: S,
  variables: Readonly<Record<string, string | undefined>>,
): z.output<S> {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new ConfigurationProblem(`configuration: ${problems.join("; ")}`);
}
