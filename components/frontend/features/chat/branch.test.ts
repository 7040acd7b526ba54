import type { AgenticSession } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { reduceThread } from "../thread/reduce/index.ts";
import { emptyThread } from "../thread/thread-state.ts";
import { branchPrompt, branchRequest, historyUntil } from "./branch.ts";

const said = (...texts: string[]) =>
  texts.reduce(
    (state, text, index) =>
      index % 2 === 0
        ? reduceThread(state, {
            type: "RUN_STARTED",
            runId: `r${index}`,
            input: { messages: [{ id: `m${index}`, role: "user", content: text }] },
          })
        : reduceThread(state, { type: "TEXT_MESSAGE_CHUNK", messageId: `m${index}`, delta: text }),
    emptyThread(),
  );

describe("a branch", () => {
  it("takes along what was said up to its message", () => {
    const history = historyUntil(said("one", "two", "three", "four"), "text:m1");
    expect(history).toEqual([
      { by: "user", text: "one" },
      { by: "agent", text: "two" },
    ]);
    expect(branchPrompt(history, "Go left")).toMatch(/^Go left\n\n[^]*User:\none\n\nAgent:\ntwo$/);
  });

  it("takes the end of a conversation that is too long", () => {
    const history = historyUntil(said("x".repeat(50_000), "y".repeat(30_000), "z"), "user:m2");
    expect(history.map(({ text }) => text[0])).toEqual(["y", "z"]);
  });

  it("has the settings of its origin, and a name and an owner of its own", () => {
    const spec = {
      initialPrompt: "old",
      displayName: "Old",
      runnerType: "replay",
      desiredState: "Stopped",
      userContext: { userId: "ada" },
      llmSettings: { model: "m" },
    } as unknown as AgenticSession["spec"];
    const origin = { apiVersion: "pilothouse.dev/v1alpha1", kind: "AgenticSession", metadata: {}, spec };
    expect(branchRequest(origin as unknown as AgenticSession, "new")).toEqual({
      runnerType: "replay",
      llmSettings: { model: "m" },
      initialPrompt: "new",
    });
  });
});
