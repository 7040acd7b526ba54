import { describe, expect, it } from "vitest";
import { fieldProblems, remainingMessage } from "./field-problems.ts";
import { ApiError } from "./request.ts";

const refused = new ApiError(400, "INVALID_REQUEST", "body.timeout: Too big", {
  issues: [
    { in: "body", path: "timeout", message: "Too big" },
    { in: "body", path: "budget.maxCostUsd", message: "Too small" },
  ],
});

describe("what the server says about fields", () => {
  it("is told by field", () =>
    expect([...fieldProblems(refused)]).toEqual([
      ["timeout", "Too big"],
      ["budget.maxCostUsd", "Too small"],
    ]));

  it("is nothing for errors of another kind", () => {
    expect(fieldProblems(new ApiError(409, "ALREADY_EXISTS", "taken")).size).toBe(0);
    expect(fieldProblems(new Error("lost")).size).toBe(0);
    expect(fieldProblems(new ApiError(400, "X", "x", { issues: "odd" })).size).toBe(0);
  });

  it("is repeated as a whole only where a field is not shown", () => {
    expect(remainingMessage(refused, ["timeout", "budget.maxCostUsd"])).toBeUndefined();
    expect(remainingMessage(refused, ["timeout"])).toBe("body.timeout: Too big");
    expect(remainingMessage(new Error("lost"), ["timeout"])).toBe("lost");
    expect(remainingMessage(null, [])).toBeUndefined();
  });
});
