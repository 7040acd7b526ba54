import { AgentDigest } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { finishedRunsAtStart } from "./finished-runs.ts";

const agent = (status: "working" | "idle", finishedRuns: number): AgentDigest =>
  AgentDigest.parse({ status, finishedRuns });

describe("the runs that an attempt begins with", () => {
  it("none in a new session", () => expect(finishedRunsAtStart(undefined)).toBe(0));
  it("those that have ended", () => expect(finishedRunsAtStart({ agent: agent("idle", 3) })).toBe(3));
  it("the one that was cut off as well, when a person starts the session again", () =>
    expect(finishedRunsAtStart({ agent: agent("working", 3) })).toBe(4));
  it("not the one that was cut off, when the operator tries again", () =>
    expect(finishedRunsAtStart({ retries: 0, agent: agent("working", 3) })).toBe(3));
});
