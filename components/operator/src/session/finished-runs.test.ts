import { AgentDigest } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { finishedRunsAtStart } from "./finished-runs.ts";

const agent = (status: "working" | "idle", finishedRuns: number): AgentDigest =>
  AgentDigest.parse({ status, finishedRuns });

describe("the runs that a start begins with", () => {
  it("none in a new session", () => expect(finishedRunsAtStart(undefined)).toBe(0));
  it("those that have ended", () => expect(finishedRunsAtStart(agent("idle", 3))).toBe(3));
  it("the one that was cut off as well", () => expect(finishedRunsAtStart(agent("working", 3))).toBe(4));
});
