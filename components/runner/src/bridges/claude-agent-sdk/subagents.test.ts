import { EventType, type Event } from "@pilothouse/agui";
import { describe, expect, it } from "vitest";
import { Subagents } from "./subagents.ts";

const started = (events: readonly Event[]): (string | undefined)[] =>
  events.flatMap((event) =>
    event.type === EventType.SUBAGENT_STARTED ? [event.subagentRunId, event.parentSubagentRunId] : [],
  );

function chain(): Subagents {
  const subagents = new Subagents((id) => id);
  subagents.toolStarted("one", "Agent", undefined);
  subagents.toolStarted("two", "Task", "one");
  subagents.toolStarted("three", "Agent", "two");
  return subagents;
}

describe("subagents of subagents", () => {
  it("name the one that started them, which is told of first", () => {
    const subagents = chain();
    expect(started(subagents.speaks("one").started)).toEqual(["agent-one", undefined]);
    expect(started(subagents.speaks("three").started)).toEqual(["agent-two", "agent-one", "agent-three", "agent-two"]);
  });

  it("are told of again in a later run after those above them, of which one that is done ends at once", () => {
    const subagents = chain();
    subagents.speaks("three");
    subagents.toolFinished("two");
    subagents.newRun();
    const events = subagents.speaks("three").started;
    expect(events.map((event) => `${event.type} ${"subagentRunId" in event ? event.subagentRunId : ""}`)).toEqual([
      "SUBAGENT_STARTED agent-one",
      "SUBAGENT_STARTED agent-two",
      "SUBAGENT_FINISHED agent-two",
      "SUBAGENT_STARTED agent-three",
    ]);
  });

  it("are not told of by calls of other tools", () => {
    const subagents = new Subagents((id) => id);
    subagents.toolStarted("call", "Bash", "one");
    expect(started(subagents.speaks("call").started)).toEqual(["agent-call", undefined]);
  });
});
