import { describe, expect, it } from "vitest";
import { expandReferences } from "./expansion.ts";

describe("expandReferences", () => {
  const variables = new Map([
    ["A", "one"],
    ["EMPTY", ""],
    ["NESTED", "$(A)"],
  ]);
  it.each([
    ["$(A)", "one"],
    ["x-$(A)-$(A)", "x-one-one"],
    ["$(EMPTY)", ""],
    ["$(UNKNOWN)", "$(UNKNOWN)"],
    ["$$(A)", "$(A)"],
    ["$$$(A)", "$one"],
    ["$$$$", "$$"],
    ["$A and ${A} and $(", "$A and ${A} and $("],
    ["$(NESTED)", "$(A)"],
  ])("expands %j to %j", (text, expanded) => {
    expect(expandReferences(text, variables)).toBe(expanded);
  });
});
