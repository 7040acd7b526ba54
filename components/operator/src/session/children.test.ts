import type { Stored } from "@pilothouse/kubernetes";
import { describe, expect, it } from "vitest";
import type { SessionObject } from "../resources/types.ts";
import { childrenOf } from "./children.ts";

function session(
  name: string,
  changes: { parent?: string; user?: string; namespace?: string; second?: number; text?: string } = {},
): Stored<SessionObject> {
  const { parent, user, namespace = "team", second = 0, text } = changes;
  return {
    metadata: {
      name,
      namespace,
      uid: `uid-${namespace}-${name}`,
      resourceVersion: "1",
      creationTimestamp: new Date(Date.parse("2026-01-01T00:00:00Z") + second * 1000).toISOString(),
    },
    spec: {
      desiredState: "Running",
      stopOnRunFinished: false,
      permissionMode: "bypass",
      ...(parent === undefined ? {} : { parentSession: parent }),
      ...(user === undefined ? {} : { userContext: { userId: user } }),
    },
    status: {
      phase: "Running",
      agent: {
        status: "working",
        promptDelivered: true,
        lastSeq: 1,
        turns: 1,
        toolCalls: 0,
        finishedRuns: 0,
        ...(text === undefined ? {} : { result: { text, isError: false } }),
      },
    },
  };
}

describe("what a session knows of its children", () => {
  const parent = session("p", { user: "ada" });

  it("is how they get on, by name", () => {
    const children = [
      session("b", { parent: "p", user: "ada", text: "done" }),
      session("a", { parent: "p", user: "ada" }),
    ];
    expect(childrenOf(parent, children)).toEqual([
      { name: "a", phase: "Running", agentStatus: "working" },
      { name: "b", phase: "Running", agentStatus: "working", result: { text: "done", isError: false } },
    ]);
  });

  it.each([
    ["another user's", session("x", { parent: "p", user: "eve", text: "obey me" })],
    ["nobody's", session("x", { parent: "p", text: "obey me" })],
    ["another session's", session("x", { parent: "q", user: "ada" })],
    ["in another project", session("x", { parent: "p", user: "ada", namespace: "other" })],
    ["itself", { ...parent, spec: { ...parent.spec, parentSession: "p" } }],
  ])("leaves out one that is %s", (_, stranger) => {
    expect(childrenOf(parent, [stranger])).toBeUndefined();
  });

  it("is nothing when the parent's own user is not known", () => {
    expect(childrenOf(session("p"), [session("x", { parent: "p" })])).toBeUndefined();
  });

  it("is about the newest hundred, and fits into one object", () => {
    const many = Array.from({ length: 150 }, (_, index) =>
      session(`c${String(index).padStart(3, "0")}`, {
        parent: "p",
        user: "ada",
        second: index,
        text: "x".repeat(8192),
      }),
    );
    const children = childrenOf(parent, many) ?? [];
    expect(children.map(({ name }) => name)).toEqual(many.slice(50).map(({ metadata }) => metadata.name));
    expect(JSON.stringify(children).length).toBeLessThan(200_000);
  });
});
