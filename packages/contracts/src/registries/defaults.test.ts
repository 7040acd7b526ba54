import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { BRIDGE_CAPABILITIES } from "../runner/capabilities.ts";
import { AgentRegistry } from "./agent-registry.ts";
import { ModelManifest } from "./models.ts";

const load = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(`../../../../deploy/registries/${name}`, import.meta.url), "utf8"));

describe("the registries that are shipped", () => {
  it("declares each bridge's capabilities as the bridge itself does", async () => {
    const registry = AgentRegistry.parse(await load("agent-registry.json"));
    const bridges: Record<string, unknown> = BRIDGE_CAPABILITIES;
    for (const entry of registry) expect(entry.capabilities).toEqual(bridges[entry.framework]);
  });

  it("has a runner type for the provider of each model", async () => {
    const providers = AgentRegistry.parse(await load("agent-registry.json")).map((entry) => entry.provider);
    for (const model of ModelManifest.parse(await load("models.json")).models)
      expect(providers).toContain(model.provider);
  });

  it("refuses a registry with the same id twice", async () => {
    const registry = AgentRegistry.parse(await load("agent-registry.json"));
    const result = AgentRegistry.safeParse([...registry, registry[0]]);
    expect(result.error?.issues[0]?.message).toBe("duplicate id claude-agent-sdk");
  });

  it("refuses a default model that is not listed", async () => {
    const manifest = ModelManifest.parse(await load("models.json"));
    const result = ModelManifest.safeParse({ ...manifest, defaultModel: "gone" });
    expect(result.error?.issues[0]?.message).toBe("unknown model gone");
  });
});
