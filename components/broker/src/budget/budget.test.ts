import { describe, expect, it } from "vitest";
import { exceededBudget } from "./budget.ts";
import { rateLimit } from "./rate-limit.ts";

const totals = { inputTokens: 80, outputTokens: 20, cachedTokens: 50, costUsd: 1 };

describe("exceededBudget", () => {
  it.each([
    [{}, undefined],
    [{ maxCostUsd: 1.01, maxTokens: 101, maxTurns: 6 }, undefined],
    [{ maxCostUsd: 1 }, "$1.00 of $1.00 were spent"],
    [{ maxCostUsd: 0 }, "$1.00 of $0.00 were spent"],
    [{ maxTokens: 100 }, "100 of 100 tokens were used"],
    [{ maxTurns: 5 }, "the model has answered 5 of 5 times"],
  ])("%j → %s", (budget, expected) => {
    const reason = exceededBudget(budget, { totals, turns: 5 });
    expect(reason === undefined ? undefined : reason.split(": ")[1]?.split(". To")[0]).toBe(expected);
  });
});

describe("rateLimit", () => {
  it("lets a minute's worth through at once, then one for each part of a minute", () => {
    let time = 0;
    const limit = rateLimit(3, () => time);
    expect([limit.take(), limit.take(), limit.take(), limit.take()]).toEqual([0, 0, 0, 20]);
    time = 19_000;
    expect(limit.take()).toBe(1);
    time = 20_000;
    expect([limit.take(), limit.take()]).toEqual([0, 20]);
  });
});
