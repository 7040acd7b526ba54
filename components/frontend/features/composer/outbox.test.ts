import { describe, expect, it } from "vitest";
import { nextToSend, type Outbox, type OutboxEvent, reduceOutbox } from "./outbox.ts";

const play = (...events: OutboxEvent[]): Outbox => events.reduce<Outbox>(reduceOutbox, []);
const written = (id: string): OutboxEvent => ({ type: "written", id, text: id, files: [] });

describe("the outbox", () => {
  it("sends in order, one at a time", () => {
    const outbox = play(written("a"), written("b"));
    expect(nextToSend(outbox)?.id).toBe("a");
    expect(nextToSend(reduceOutbox(outbox, { type: "sending", id: "a" }))).toBeUndefined();
    expect(nextToSend(reduceOutbox(outbox, { type: "accepted", id: "a", isQueued: true }))?.id).toBe("b");
  });

  it("keeps a failed message, holds back what follows, and sends it again on demand", () => {
    const outbox = play(written("a"), written("b"), { type: "failed", id: "a", reason: "no" });
    expect(nextToSend(outbox)).toBeUndefined();
    expect(nextToSend(reduceOutbox(outbox, { type: "retried", id: "a" }))?.text).toBe("a");
    expect(nextToSend(reduceOutbox(outbox, { type: "removed", id: "a" }))?.id).toBe("b");
  });

  it("keeps a message for which it is too early", () => {
    expect(nextToSend(play(written("a"), { type: "sending", id: "a" }, { type: "postponed", id: "a" }))?.id).toBe("a");
  });

  it("sends again after a reload what may not have arrived, and keeps what failed", () => {
    const before = play(written("a"), { type: "failed", id: "a", reason: "no" }, written("b"), written("c"));
    const left = reduceOutbox(before, { type: "accepted", id: "c", isQueued: true });
    const after = reduceOutbox(play(written("new")), { type: "restored", messages: left });
    expect(after.map(({ id, state }) => `${id} ${state.type}`)).toEqual([
      "a failed",
      "b waiting",
      "c waiting",
      "new waiting",
    ]);
    expect(reduceOutbox(after, { type: "restored", messages: left })).toEqual(after);
  });
});
