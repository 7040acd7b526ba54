/** The environment of the child process: what the agent's own commands need, and nothing that could steer Gemini CLI. */
import { join } from "node:path";
import type { SessionContext } from "../bridge.ts";
import { agentEnvironment } from "../common/environment.ts";

/** Names by which Gemini CLI and its API client are told of other endpoints, keys, prompts and files. */
const STEERING = ["GEMINI_", "GOOGLE_GENAI_", "GOOGLE_GEMINI_", "OTEL_"];
const STEERING_NAMES = new Set(["SANDBOX", "SEATBELT_PROFILE", "GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_LOCATION"]);

const steers = (name: string): boolean =>
  STEERING_NAMES.has(name) || STEERING.some((prefix) => name.startsWith(prefix));

/**
 * Where Gemini CLI keeps what is its own. Not the home of the agent's commands: what they or a repository write there
 * (policies, skills, agents, trusted folders) would be read as the user's own settings.
 */
export function geminiHome(context: Pick<SessionContext, "paths">): string {
  return join(context.paths.platform, "gemini");
}

export function childEnvironment(
  context: Pick<SessionContext, "spec" | "paths" | "gitEnvironment">,
  runner: NodeJS.ProcessEnv,
): Record<string, string> {
  return {
    ...agentEnvironment(context, runner, { steers }),
    GEMINI_CLI_HOME: geminiHome(context),
    GEMINI_CLI_TRUST_WORKSPACE: "true",
    GEMINI_CLI_NO_RELAUNCH: "1",
  };
}
