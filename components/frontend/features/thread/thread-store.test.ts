import { describe, expect, it } from "vitest";
import { createThreadStore } from "./thread-store.ts";

/** Frames that are drawn when the test says so, with a clock that moves on by a millisecond at each look. */
function frames() {
  const callbacks: (() => void)[] = [];
  let time = 0;
  return {
    requestFrame: (callback: () => void) => void callbacks.push(callback),
    now: () => (time += 1),
    draw: () => callbacks.splice(0).forEach((callback) => callback()),
    get due() {
      return callbacks.length;
    },
  };
}

describe("createThreadStore", () => {
  it("tells its readers once per frame, however many events came", () => {
    const scheduler = frames();
    const store = createThreadStore(scheduler);
    let told = 0;
    store.subscribe(() => (told += 1));
    for (let seq = 1; seq <= 10; seq += 1)
      store.receive({ type: "TEXT_MESSAGE_CONTENT", messageId: "a", delta: "x" }, seq);
    expect(store.getState().entries.length).toBe(0);
    scheduler.draw();
    expect(told).toBe(1);
    expect(store.getState().entries.get(0)).toMatchObject({ text: "xxxxxxxxxx" });
    expect(scheduler.due).toBe(0);
  });

  it("spreads a long replay over frames, and knows at once where to go on from", () => {
    const scheduler = frames();
    const store = createThreadStore(scheduler);
    for (let seq = 1; seq <= 2000; seq += 1)
      store.receive({ type: "TEXT_MESSAGE_CHUNK", messageId: `m${seq}`, delta: "x" }, seq);
    expect(store.lastReceived()).toBe(2000);
    scheduler.draw();
    const first = store.getState().lastSeq;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(2000);
    while (scheduler.due > 0) scheduler.draw();
    expect(store.getState().lastSeq).toBe(2000);
  });
});
