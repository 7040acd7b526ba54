import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadBridge } from "./index.ts";

const EXAMPLES = fileURLToPath(new URL("../../examples", import.meta.url));

describe("loading a bridge", () => {
  it.each(["replay", "langgraph"])("%s is the folder of this name", async (name) => {
    expect((await loadBridge(name)).capabilities().framework).toBe(name);
  });

  it("takes an installation's own folder as well", async () => {
    expect((await loadBridge("echo-bridge", EXAMPLES)).capabilities().framework).toBe("echo");
  });

  it.each(["no-such", "common", "../bridges/replay", "", "Replay"])("%j is unknown", async (name) => {
    await expect(loadBridge(name, EXAMPLES)).rejects.toMatchObject({
      code: "BRIDGE_UNKNOWN",
      message: `RUNNER_TYPE=${name}: unknown; known are claude-agent-sdk, echo-bridge, gemini-cli, langgraph, replay`,
    });
  });
});
