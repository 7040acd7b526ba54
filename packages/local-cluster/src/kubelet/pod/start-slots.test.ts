import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { startSlots } from "./start-slots.ts";

const never = new AbortController().signal;

describe("the slots in which pods start", () => {
  it("let in so many at once, the others one for one that leaves, in the order of their coming", async () => {
    const slots = startSlots(2);
    const entered: number[] = [];
    const enter = async (number: number) => {
      const leave = await slots.enter(never);
      entered.push(number);
      return leave;
    };
    const all = [1, 2, 3, 4].map(enter);
    await sleep(5);
    expect(entered).toEqual([1, 2]);
    const first = await all[0];
    first?.();
    // Left twice is left once.
    first?.();
    await sleep(5);
    expect(entered).toEqual([1, 2, 3]);
    (await all[1])?.();
    (await all[2])?.();
    (await all[3])?.();
    expect(entered).toEqual([1, 2, 3, 4]);
    expect(await slots.enter(never)).toBeTypeOf("function");
  });

  it("are not held by a pod that was given up while it waited", async () => {
    const slots = startSlots(1);
    const leave = await slots.enter(never);
    const givingUp = new AbortController();
    const waiting = slots.enter(givingUp.signal);
    const next = slots.enter(never);
    givingUp.abort();
    expect(await waiting).toBeUndefined();
    leave?.();
    expect(await next).toBeTypeOf("function");
    expect(await slots.enter(givingUp.signal)).toBeUndefined();
  });

  it("are taken from a pod that does not come up", async () => {
    const slots = startSlots(1, 20);
    const late = await slots.enter(never);
    expect(await slots.enter(never)).toBeTypeOf("function");
    // It comes up after all: that frees no second slot.
    late?.();
    let entered = false;
    void slots.enter(never).then(() => (entered = true));
    await sleep(2);
    expect(entered).toBe(false);
  });
});
