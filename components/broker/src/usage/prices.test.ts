import { readFile } from "node:fs/promises";
import { PriceTable } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { Ledger } from "./ledger.ts";
import { costOf, findPrice } from "./prices.ts";

const price = (model: string, output: number): PriceTable["prices"][number] => ({
  model,
  inputPerMillion: 1,
  outputPerMillion: output,
});
const TABLE = [price("*", 1), price("claude-*", 2), price("claude-opus-5*", 3), price("claude-opus-5-5", 4)];
const reading = {
  model: "m",
  freshTokens: 1_000_000,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  estimated: false,
};

describe("findPrice", () => {
  it.each([
    ["claude-opus-5-5", 4],
    ["claude-opus-5-5-20260101", 3],
    ["claude-haiku", 2],
    ["gpt", 1],
  ])("%s → %d: the exact entry, else the longest prefix", (model, output) => {
    expect(findPrice(TABLE, model)?.outputPerMillion).toBe(output);
  });

  it("finds nothing when nothing fits", () => expect(findPrice([price("a*", 1)], "b")).toBeUndefined());
});

describe("costOf", () => {
  it("takes the input price for caches without a price of their own", () => {
    const spent = { ...reading, cacheReadTokens: 1_000_000, cacheWriteTokens: 1_000_000 };
    expect(costOf(price("m", 1), spent)).toBe(3);
    expect(costOf({ ...price("m", 1), cacheReadPerMillion: 0, cacheWritePerMillion: 5 }, spent)).toBe(6);
  });
});

describe("a price for long prompts", () => {
  const longPrompt = { overTokens: 1_000_000, inputPerMillion: 10, outputPerMillion: 20, cacheReadPerMillion: 1 };
  const tiered = { ...price("m", 2), longPrompt };

  it("holds for all tokens of a request whose prompt is longer, cached ones included", () => {
    const long = { ...reading, cacheReadTokens: 1_000_000, outputTokens: 1_000_000 };
    expect(costOf(tiered, long)).toBe(10 + 1 + 20);
    expect(costOf(tiered, { ...reading, outputTokens: 1_000_000 })).toBe(1 + 2);
  });
});

describe("the price table that is shipped", () => {
  it("says of each price where it was read, and when", async () => {
    const text = await readFile(new URL("../../../../deploy/registries/prices.json", import.meta.url), "utf8");
    const { prices } = PriceTable.parse(JSON.parse(text));
    expect(prices.filter(({ source = "" }) => !/\w+\.\w+\/.* 20\d\d/.test(source))).toEqual([]);
  });

  it("has a price for each model that is shipped", async () => {
    const load = async (name: string): Promise<string> =>
      readFile(new URL(`../../../../deploy/registries/${name}`, import.meta.url), "utf8");
    const { prices } = PriceTable.parse(JSON.parse(await load("prices.json")));
    const names = [...(await load("models.json")).matchAll(/"id": "([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => findPrice(prices, name) === undefined)).toEqual([]);
  });
});

describe("Ledger", () => {
  const entry = {
    reading,
    fallbackModel: "f",
    prices: [price("cheap", 1), { ...price("dear", 9), inputPerMillion: 7 }],
  };

  it("charges an unknown model of a provider's own at the dearest price, and of another server at nothing", () => {
    const ledger = new Ledger();
    expect(ledger.record({ ...entry, assumeDearest: true }).usage.costUsd).toBe(7);
    expect(ledger.record({ ...entry, assumeDearest: false }).usage.costUsd).toBe(0);
    expect(ledger.unpriced).toEqual(["m"]);
  });

  it("keeps no more accounts than it can hold, and loses nothing in its totals", () => {
    const ledger = new Ledger();
    for (let index = 0; index < 100; index += 1) {
      ledger.record({ ...entry, reading: { ...reading, model: `m${index}` }, assumeDearest: false });
    }
    expect(Object.keys(ledger.byModel)).toHaveLength(65);
    expect(ledger.byModel["other"]?.requests).toBe(36);
    expect(ledger.totals.inputTokens).toBe(100_000_000);
  });

  it("is not changed by what its copy records", () => {
    const ledger = new Ledger({ costUsd: 1, turns: 2 });
    const copy = ledger.copy();
    copy.record({ ...entry, assumeDearest: true });
    expect([ledger.turns, copy.turns, ledger.totals.costUsd, copy.totals.costUsd]).toEqual([2, 3, 1, 8]);
  });
});
