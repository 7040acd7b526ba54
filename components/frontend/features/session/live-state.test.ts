import type { AgenticSession } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { reduceThread } from "../thread/reduce/index.ts";
import { emptyThread } from "../thread/thread-state.ts";
import { liveRunOf, liveState } from "./live-state.ts";

const session = (status: AgenticSession["status"]): AgenticSession => ({
  apiVersion: "pilothouse.dev/v1alpha1",
  kind: "AgenticSession",
  metadata: { name: "s", uid: "u" },
  spec: {} as AgenticSession["spec"],
  status,
});

describe("liveState", () => {
  it("believes the stream over a digest that lags behind", () => {
    expect(liveState(session({ phase: "Running" }), "working").label).toBe("Working");
    expect(liveState(session({ phase: "Running" }), "waiting").label).toBe("Waiting for you");
    expect(liveState(session({ phase: "Running" }), "none").label).toBe("Starting");
  });

  it("believes the phase over a stream that ended in the middle", () => {
    expect(liveState(session({ phase: "Stopped" }), "working").label).toBe("Stopped");
  });

  it("reads the run from the thread", () => {
    const started = reduceThread(emptyThread(), { type: "RUN_STARTED", runId: "r" });
    expect(liveRunOf(started)).toBe("working");
    const asked = reduceThread(started, {
      type: "RUN_FINISHED",
      outcome: { type: "interrupt", interrupts: [{ id: "q", reason: "question" }] },
    });
    expect(liveRunOf(asked)).toBe("waiting");
  });
});
