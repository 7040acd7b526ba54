import { describe, expect, it } from "vitest";
import { addUsage } from "./usage.ts";

describe("what a run used", () => {
  it("is the sum of its requests, for each model", () => {
    const used = { provider: "google", model: "a", inputTokens: 10, outputTokens: 2, cachedTokens: 4 };
    const usage = addUsage(addUsage(addUsage([], used), { ...used, model: "b" }), used);
    expect(usage).toEqual([
      expect.objectContaining({ model: "b", inputTokens: 10, totalTokens: 12 }),
      { provider: "google", model: "a", inputTokens: 20, outputTokens: 4, totalTokens: 24, cachedInputTokens: 8 },
    ]);
  });
});
