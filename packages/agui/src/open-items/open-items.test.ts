import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventType } from "../event/event.ts";
import { streams, verify } from "../testing/streams.ts";
import { OpenItems } from "./open-items.ts";

describe("OpenItems", () => {
  it("names the run that is open", () => {
    const open = new OpenItems();
    open.see({ type: EventType.RUN_STARTED, threadId: "t", runId: "r" });
    expect(open.run).toEqual({ threadId: "t", runId: "r" });
    open.see({ type: EventType.RUN_ERROR, message: "x" });
    expect(open.run).toBeUndefined();
    expect(open.closing()).toEqual([]);
  });

  it("closes what a subagent left open before the subagent", () => {
    const open = new OpenItems();
    open.see({ type: EventType.RUN_STARTED, threadId: "t", runId: "r" });
    open.see({ type: EventType.SUBAGENT_STARTED, subagentRunId: "s", name: "helper" });
    open.see({ type: EventType.TEXT_MESSAGE_START, messageId: "m", role: "assistant", subagentRunId: "s" });
    expect(open.closingOf("s").map((event) => event.type)).toEqual(["TEXT_MESSAGE_END"]);
    expect(open.closing().map((event) => event.type)).toEqual(["TEXT_MESSAGE_END", "SUBAGENT_FINISHED"]);
  });

  it("lets any stream, cut anywhere, end in a way that the protocol allows", async () => {
    await fc.assert(
      fc.asyncProperty(streams, fc.nat(), async (events, at) => {
        const stream = events.slice(0, at % (events.length + 1));
        const open = new OpenItems();
        for (const { event } of stream) open.see(event);
        if (open.run === undefined) return;
        const end = { type: EventType.RUN_FINISHED as const, ...open.run };
        const closed = [...open.closing(), end].map((event) => ({ seq: 1, event }));
        await expect(verify([...stream, ...closed])).resolves.toBeUndefined();
      }),
    );
  });
});
