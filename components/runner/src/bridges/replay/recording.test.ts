import { EventType } from "@pilothouse/agui";
import { describe, expect, it } from "vitest";
import { workspaceRunId } from "../../runs/workspace-news.ts";
import { parseRecording } from "./recording.ts";

const run = (runId: string, delta: string): string[] =>
  [
    { type: EventType.RUN_STARTED, threadId: "t", runId },
    { type: EventType.CUSTOM, name: "said", value: delta },
    { type: EventType.RUN_FINISHED, threadId: "t", runId },
  ].map((event) => JSON.stringify({ at: 0, event }));

describe("a recording", () => {
  it("has one run for each message: those of the platform, before the agent's, are left out", () => {
    const text = [...run(workspaceRunId("x"), "cloning"), ...run("r", "hello")].join("\n");
    const runs = parseRecording(text, "test");
    expect(runs.map(({ events }) => events.map(({ event }) => event))).toMatchObject([[{ value: "hello" }]]);
  });
});
