import type { AgenticSession } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { marksOf, newsSince } from "./news.ts";

const session = (status: object, userId = "ada") =>
  ({
    metadata: { name: "s", uid: "u" },
    spec: { userContext: { userId } },
    status,
  }) as unknown as AgenticSession;
const running = (agent: string) => ({ phase: "Running", agent: { status: agent } });
const news = (before: object, after: object, owner = "ada") =>
  newsSince(marksOf([session(before, owner)]), [session(after, owner)], "ada").map(({ kind }) => kind);

describe("newsSince", () => {
  it.each([
    [running("working"), running("waiting_input"), ["waiting"]],
    [running("working"), running("idle"), ["done"]],
    [running("working"), { phase: "Failed" }, ["failed"]],
    [running("idle"), { phase: "Stopped", stoppedReason: "budget" }, ["stopped"]],
    [running("idle"), { phase: "Stopped", stoppedReason: "user" }, []],
    [{ phase: "Creating" }, running("idle"), []],
    [running("waiting_input"), running("waiting_input"), []],
  ])("from %j to %j", (before, after, expected) => expect(news(before, after)).toEqual(expected));

  it("leaves others' sessions to them, and does not tell what was so from the start", () => {
    expect(news(running("working"), running("waiting_input"), "grace")).toEqual([]);
    expect(newsSince(new Map(), [session(running("waiting_input"))], "ada")).toEqual([]);
  });
});
