/** The environment that the operator gives to the runner, checked once at start. */
import { join } from "node:path";
import { HandoverEnvironment, RunnerEnvironment } from "@pilothouse/contracts/runner/environment";
import type { z } from "zod";
import { RunnerError } from "./errors.ts";

/** Where things lie in the workspace. */
export interface WorkspacePaths {
  readonly root: string;
  readonly repositories: string;
  readonly artifacts: string;
  readonly uploads: string;
  readonly home: string;
  readonly claude: string;
  readonly workflows: string;
  /** The platform's own: event log, state. No file API reaches it. */
  readonly platform: string;
  readonly events: string;
  readonly stateFile: string;
  /** Runs that were accepted and have not begun. */
  readonly waitingRuns: string;
}

export const PLATFORM_DIRECTORY = ".pilothouse";

export function workspacePaths(root: string): WorkspacePaths {
  const platform = join(root, PLATFORM_DIRECTORY);
  return {
    root,
    repositories: join(root, "repos"),
    artifacts: join(root, "artifacts"),
    uploads: join(root, "uploads"),
    home: join(root, ".home"),
    claude: join(root, ".claude"),
    workflows: join(root, "workflows"),
    platform,
    events: join(platform, "events"),
    stateFile: join(platform, "state.json"),
    waitingRuns: join(platform, "runs"),
  };
}

/**
 * @throws RunnerError ENVIRONMENT_INVALID that names each variable that is missing or wrong
 */
export function readEnvironment(environment: NodeJS.ProcessEnv): RunnerEnvironment {
  return read(RunnerEnvironment, environment);
}

/**
 * Of a runner that hands over.
 *
 * @throws RunnerError ENVIRONMENT_INVALID
 */
export function readHandoverEnvironment(environment: NodeJS.ProcessEnv): HandoverEnvironment {
  return read(HandoverEnvironment, environment);
}

function read<T>(schema: z.ZodType<T>, environment: NodeJS.ProcessEnv): T {
  const result = schema.safeParse(environment);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new RunnerError("ENVIRONMENT_INVALID", `environment of the runner: ${problems.join("; ")}`);
}

/** Address of the Kubernetes API: named, or what every pod is told. */
export function kubernetesApiUrl(
  environment: Pick<RunnerEnvironment, "PILOTHOUSE_KUBERNETES_API_URL">,
  all: NodeJS.ProcessEnv,
): string {
  if (environment.PILOTHOUSE_KUBERNETES_API_URL !== undefined) return environment.PILOTHOUSE_KUBERNETES_API_URL;
  const host = all["KUBERNETES_SERVICE_HOST"];
  const port = all["KUBERNETES_SERVICE_PORT"];
  if (host === undefined || port === undefined)
    throw new RunnerError(
      "ENVIRONMENT_INVALID",
      "environment of the runner: neither PILOTHOUSE_KUBERNETES_API_URL nor KUBERNETES_SERVICE_HOST and _PORT is set",
    );
  return `https://${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${port}`;
}
