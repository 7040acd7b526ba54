/** The environment of every process that an agent starts: what its commands need, and nothing that steers the platform. */
import { forbiddenEnvironmentName } from "@pilothouse/contracts/runner/user-environment";
import type { SessionContext } from "../bridge.ts";

export interface EnvironmentOptions {
  /** True for names that would steer the framework itself, and that a session may therefore not set. */
  readonly steers?: (name: string) => boolean;
}

export function agentEnvironment(
  context: Pick<SessionContext, "spec" | "paths" | "gitEnvironment">,
  runner: NodeJS.ProcessEnv,
  options: EnvironmentOptions = {},
): Record<string, string> {
  const variables = Object.entries(context.spec.environmentVariables ?? {}).filter(
    ([name]) => forbiddenEnvironmentName(name) === undefined && options.steers?.(name) !== true,
  );
  const temporary = runner["TMPDIR"];
  return {
    ...Object.fromEntries(variables),
    ...context.gitEnvironment,
    PATH: runner["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
    HOME: context.paths.home,
    LANG: "C.UTF-8",
    ...(temporary === undefined ? {} : { TMPDIR: temporary }),
  };
}
