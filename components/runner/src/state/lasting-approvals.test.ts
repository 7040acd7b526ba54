import { describe, expect, it } from "vitest";
import { LastingApprovals } from "./lasting-approvals.ts";

describe("what was allowed for good", () => {
  it("is known to the next attempt, and saved once", () => {
    const saved: string[][] = [];
    const approvals = new LastingApprovals({ initial: ["a"], save: (keys) => saved.push(keys) });
    for (const key of ["a", "b", "b"]) approvals.add(key);
    expect([approvals.has("a"), approvals.has("b"), approvals.has("c")]).toEqual([true, true, false]);
    expect(saved).toEqual([["a", "b"]]);
  });

  it("is forgotten from the oldest on when it is very much", () => {
    const approvals = new LastingApprovals({ initial: [], save: () => undefined });
    for (let number = 0; number <= 1000; number++) approvals.add(`key ${number}`);
    expect([approvals.keys.length, approvals.has("key 0"), approvals.has("key 1000")]).toEqual([1000, false, true]);
  });
});
