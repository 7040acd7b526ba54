import type { AgenticSession, SessionListEvent } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { applyListEvent, beginList } from "./session-list-state.ts";

const session = (uid: string, name = uid): AgenticSession => ({
  apiVersion: "pilothouse.dev/v1alpha1",
  kind: "AgenticSession",
  metadata: { name, uid },
  spec: { permissionMode: "bypass", desiredState: "Running", stopOnRunFinished: false },
});
const play = (events: SessionListEvent[], from = beginList([])) => events.reduce(applyListEvent, from);

describe("a watched list", () => {
  it("shows what was there until the new list is complete", () => {
    const half = play([{ type: "added", session: session("b") }], beginList([session("a")]));
    expect([...half.byUid.keys()]).toEqual(["a"]);
    expect([...play([{ type: "synced" }], half).byUid.keys()]).toEqual(["b"]);
  });

  it("then follows each change", () => {
    const state = play([
      { type: "added", session: session("a") },
      { type: "synced" },
      { type: "modified", session: session("a", "renamed") },
      { type: "added", session: session("b") },
      { type: "deleted", name: "a", uid: "a" },
    ]);
    expect([...state.byUid.values()].map((item) => item.metadata.name)).toEqual(["b"]);
  });
});
