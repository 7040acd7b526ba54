import { readFile } from "node:fs/promises";
import { AgentRegistry, ModelManifest } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { choose, modelsAnswer, offeredModels, offeredRunnerTypes } from "./catalog.ts";

const model = (id: string, provider: string, more: object = {}) => ({ id, label: id, provider, ...more });
const manifest = ModelManifest.parse({
  version: 1,
  defaultModel: "a1",
  providerDefaults: { anthropic: "a1", google: "g2" },
  models: [
    model("a1", "anthropic"),
    model("a2", "anthropic", { featureGated: true }),
    model("a3", "anthropic", { available: false }),
    model("g1", "google"),
    model("g2", "google"),
  ],
});

async function runners() {
  const path = new URL("../../../../deploy/registries/agent-registry.json", import.meta.url);
  const entries = AgentRegistry.parse(JSON.parse(await readFile(path, "utf8")));
  const claude = entries.find((entry) => entry.id === "claude-agent-sdk");
  const replay = entries.find((entry) => entry.id === "replay");
  if (claude === undefined || replay === undefined) throw new Error("the shipped registry lacks a runner type");
  return [claude, replay, { ...claude, id: "gemini-cli", provider: "google", featureGate: "gemini" }];
}

const closed = async (): Promise<boolean> => false;
const open = async (): Promise<boolean> => true;

describe("what a project offers", () => {
  it("leaves out what is not available, and what a gate hides", async () => {
    expect((await offeredModels(manifest, closed)).map(({ id }) => id)).toEqual(["a1", "g1", "g2"]);
    expect((await offeredModels(manifest, open)).map(({ id }) => id)).toEqual(["a1", "a2", "g1", "g2"]);
    expect((await offeredRunnerTypes(await runners(), closed)).map(({ id }) => id)).toEqual([
      "claude-agent-sdk",
      "replay",
    ]);
  });

  it("marks each provider's default", async () => {
    const { models, defaultModel } = modelsAnswer(manifest, await offeredModels(manifest, closed), undefined);
    expect(models.filter((entry) => entry.isDefault).map(({ id }) => id)).toEqual(["a1", "g2"]);
    expect(defaultModel).toBe("a1");
    expect(modelsAnswer(manifest, [], "google")).toEqual({ models: [], defaultModel: null });
  });
});

describe("runner type and model of a session", () => {
  it.each([
    [{}, "claude-agent-sdk", "a1"],
    [{ model: "g1" }, "gemini-cli", "g1"],
    [{ runnerType: "gemini-cli" }, "gemini-cli", "g2"],
    [{ runnerType: "replay" }, "replay", undefined],
    [{ runnerType: "replay", model: "g1" }, "replay", "g1"],
  ])("for %j are %s and %s", async (wish, runner, chosen) => {
    const offered = await offeredModels(manifest, closed);
    const choice = choose(wish, await offeredRunnerTypes(await runners(), open), offered, manifest);
    expect([choice.runner.id, choice.model]).toEqual([runner, chosen]);
  });

  it.each([
    [{ model: "a2" }, "MODEL_NOT_AVAILABLE"],
    [{ model: "a3" }, "MODEL_NOT_AVAILABLE"],
    [{ runnerType: "claude-agent-sdk", model: "g1" }, "MODEL_NOT_AVAILABLE"],
    [{ runnerType: "gemini-cli" }, "RUNNER_TYPE_NOT_AVAILABLE"],
    [{ model: "g1" }, "RUNNER_TYPE_NOT_AVAILABLE"],
  ])("for %j are refused with %s", async (wish, code) => {
    const offered = await offeredModels(manifest, closed);
    const available = await offeredRunnerTypes(await runners(), closed);
    expect(() => choose(wish, available, offered, manifest)).toThrow(expect.objectContaining({ code }));
  });
});
