import type { AgenticSession, AgenticSessionStatus } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { startupOf } from "./startup-steps.ts";

const at = "2026-01-01T00:00:00Z";
const condition = (type: string, status: "True" | "False", message = "") => ({
  type,
  status,
  reason: "R",
  message,
  lastTransitionTime: at,
});
const session = (status: AgenticSessionStatus, spec: object = {}): AgenticSession => ({
  apiVersion: "pilothouse.dev/v1alpha1",
  kind: "AgenticSession",
  metadata: { name: "s", uid: "u" },
  spec: spec as AgenticSession["spec"],
  status,
});
const outline = (of: AgenticSession) => startupOf(of)?.steps.map((step) => `${step.id} ${step.state}`);
const agent = {
  status: "working" as const,
  promptDelivered: true,
  lastSeq: 4,
  turns: 1,
  toolCalls: 0,
  finishedRuns: 0,
};

describe("startupOf", () => {
  it("begins with the workspace", () => {
    expect(outline(session({ phase: "Pending" }))).toEqual([
      "accepted done",
      "workspace active",
      "scheduled todo",
      "runner todo",
      "agent todo",
    ]);
  });

  it("shows the queue only to those who wait in it", () => {
    expect(outline(session({ phase: "Queued", message: "2 of 2 sessions run" }))?.[1]).toBe("queued active");
  });

  it("follows the conditions, and takes a later one as proof of the earlier", () => {
    const conditions = [condition("PodScheduled", "True")];
    expect(outline(session({ phase: "Creating", conditions }))).toEqual([
      "accepted done",
      "workspace done",
      "scheduled done",
      "runner active",
      "agent todo",
    ]);
  });

  it("waits for repositories when there are any", () => {
    const status: AgenticSessionStatus = {
      phase: "Running",
      reconciledRepos: [{ name: "a", url: "u", status: "Cloning" }],
    };
    expect(outline(session(status, { repos: [{ url: "u", autoPush: false }] }))?.slice(-2)).toEqual([
      "repositories active",
      "agent todo",
    ]);
  });

  it("does not take a former attempt's repositories and agent for this one's", () => {
    const status: AgenticSessionStatus = {
      phase: "Creating",
      attempt: 2,
      agent,
      reconciledRepos: [{ name: "a", url: "u", status: "Ready" }],
    };
    expect(outline(session(status, { repos: [{ url: "u", autoPush: false }] }))).toEqual([
      "accepted done",
      "workspace active",
      "scheduled todo",
      "runner todo",
      "repositories todo",
      "agent todo",
    ]);
  });

  it("is over once the agent has begun, also when the session failed later", () => {
    expect(startupOf(session({ phase: "Running", agent }))).toBeUndefined();
    expect(startupOf(session({ phase: "Failed", agent }))).toBeUndefined();
    expect(startupOf(session({ phase: "Stopped" }))).toBeUndefined();
  });

  it("says why a start failed and what may help", () => {
    const startup = startupOf(session({ phase: "Failed", message: "secret ANTHROPIC_API_KEY is not set" }));
    expect(startup).toMatchObject({ isFailed: true, reason: "secret ANTHROPIC_API_KEY is not set" });
    expect(startup?.fix).toContain("Add the missing key");
    expect(startup?.steps.some((step) => step.state === "failed")).toBe(true);
  });
});
