/** Which bridges there are, by RUNNER_TYPE. Each is loaded only when it is asked for: a framework may be large. */
import { RunnerError } from "../errors.ts";
import type { PlatformBridge } from "./bridge.ts";

const BRIDGES: Readonly<Record<string, () => Promise<PlatformBridge>>> = {
  "claude-agent-sdk": async () => new (await import("./claude-agent-sdk/bridge.ts")).ClaudeAgentBridge(),
  "gemini-cli": async () => new (await import("./gemini-cli/bridge.ts")).GeminiCliBridge(),
  langgraph: async () => new (await import("./langgraph/bridge.ts")).LangGraphBridge(),
  replay: async () => new (await import("./replay/bridge.ts")).ReplayBridge(),
};

/** @throws RunnerError BRIDGE_UNKNOWN that names the known ones */
export async function loadBridge(runnerType: string): Promise<PlatformBridge> {
  const load = Object.hasOwn(BRIDGES, runnerType) ? BRIDGES[runnerType] : undefined;
  if (load === undefined)
    throw new RunnerError(
      "BRIDGE_UNKNOWN",
      `RUNNER_TYPE=${runnerType}: unknown; known are ${Object.keys(BRIDGES).join(", ")}`,
    );
  return load();
}
