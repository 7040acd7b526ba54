import type { AgenticSession } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { page } from "../http/page.ts";
import { matcher, PAGE_RULES } from "./list.ts";

const session = (name: string, status: NonNullable<AgenticSession["status"]>, hour: string) =>
  ({
    apiVersion: "pilothouse.dev/v1alpha1",
    kind: "AgenticSession",
    metadata: { name, uid: name, resourceVersion: "1", creationTimestamp: `2026-01-01T${hour}:00:00Z` },
    spec: { permissionMode: "bypass", stopOnRunFinished: false, desiredState: "Running" },
    status,
  }) satisfies AgenticSession & { metadata: { resourceVersion: string } };
const agent = (status: "idle" | "waiting_input") => ({
  status,
  promptDelivered: true,
  lastSeq: 1,
  turns: 0,
  toolCalls: 0,
  finishedRuns: 0,
});
const sessions = [
  session("asked", { phase: "Running", agent: agent("waiting_input") }, "01"),
  session("asked-and-stopped", { phase: "Stopped", agent: agent("waiting_input") }, "04"),
  session("failed", { phase: "Failed" }, "02"),
  session("idle", { phase: "Running", agent: agent("idle") }, "03"),
];

describe("sessions that need a person", () => {
  it("are those with an open question and a runner, and those that failed", () => {
    const names = (needsPerson: boolean) => sessions.filter(matcher({ needsPerson })).map((item) => item.metadata.name);
    expect(names(true)).toEqual(["asked", "failed"]);
    expect(names(false)).toEqual(["asked-and-stopped", "idle"]);
  });

  it("come first when sorted by attention, each group newest first", () => {
    const { items } = page(sessions, { limit: 20, offset: 0, sort: "-attention" }, PAGE_RULES);
    expect(items.map((item) => item.metadata.name)).toEqual(["failed", "asked", "asked-and-stopped", "idle"]);
  });
});
