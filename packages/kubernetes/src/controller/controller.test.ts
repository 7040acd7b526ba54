import { Registry } from "prom-client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { KubernetesError } from "../errors.ts";
import { createControllerMetrics } from "../metrics/controller-metrics.ts";
import { Controller, TerminalError, type Reconcile } from "./controller.ts";
import { WorkQueue } from "./work-queue.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const exact = { baseMilliseconds: 100, maximumMilliseconds: 1000, jitter: 0 };

describe("the work queue", () => {
  it("holds a key once, however often it is added", async () => {
    const queue = new WorkQueue();
    for (let index = 0; index < 5; index += 1) queue.add("a");
    expect(queue.depth).toBe(1);
    expect(await queue.take()).toBe("a");
    expect(queue.depth).toBe(0);
  });

  it("brings a key back that was added while it was worked on, and not before it is given back", async () => {
    const queue = new WorkQueue();
    queue.add("a");
    await queue.take();
    queue.add("a");
    expect(queue.depth).toBe(0);
    queue.done("a");
    expect(queue.depth).toBe(1);
  });

  it("lets the earliest of several times count", async () => {
    const queue = new WorkQueue({ now: Date.now });
    queue.addAfter("a", 500);
    queue.addAfter("a", 50);
    queue.addAfter("a", 5000);
    await vi.advanceTimersByTimeAsync(51);
    expect(queue.depth).toBe(1);
    await queue.take();
    queue.done("a");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(queue.depth).toBe(0);
  });

  it("orders a thousand times", async () => {
    const queue = new WorkQueue({ now: Date.now });
    for (let index = 0; index < 1000; index += 1) queue.addAfter(`k${index}`, ((index * 7919) % 1000) + 1);
    for (let time = 1; time <= 1000; time += 1) {
      await vi.advanceTimersByTimeAsync(1);
      expect(queue.depth).toBe(time);
    }
  });

  it("pushes a failing key back exponentially, up to a limit, until it is forgotten", () => {
    const queue = new WorkQueue({ backoff: exact });
    expect(Array.from({ length: 6 }, () => queue.addRateLimited("a"))).toEqual([100, 200, 400, 800, 1000, 1000]);
    queue.forget("a");
    expect(queue.addRateLimited("a")).toBe(100);
  });

  it("gives every waiting taker its end", async () => {
    const queue = new WorkQueue();
    const takers = [queue.take(), queue.take()];
    queue.close();
    expect(await Promise.all(takers)).toEqual([undefined, undefined]);
    queue.add("late");
    expect(await queue.take()).toBeUndefined();
  });
});

describe("a controller", () => {
  const start = (reconcile: Reconcile, options: { graceMilliseconds?: number } = {}) => {
    const registry = new Registry();
    const controller = new Controller({
      name: "test",
      reconcile,
      queue: { backoff: exact, now: Date.now },
      metrics: createControllerMetrics(registry),
      ...options,
    });
    const stop = new AbortController();
    const done = controller.run(stop.signal);
    const count = async (result: string): Promise<number | undefined> => {
      const metric = await registry.getSingleMetric("controller_runtime_reconcile_total")?.get();
      return metric?.values.find((value) => value.labels["result"] === result)?.value;
    };
    return { controller, stop, done, count };
  };

  it("never works on one key twice at a time, and on several keys at once", async () => {
    let [now, most] = [0, 0];
    const active = new Set<string>();
    const { controller, stop, done } = start(async (key) => {
      expect(active.has(key)).toBe(false);
      active.add(key);
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 10));
      now -= 1;
      active.delete(key);
    });
    for (let round = 0; round < 20; round += 1) {
      for (const key of ["a", "b", "c"]) controller.enqueue(key);
      await vi.advanceTimersByTimeAsync(3);
    }
    expect(most).toBe(3);
    stop.abort();
    await vi.advanceTimersByTimeAsync(20);
    await done;
  });

  it("tries again after an error, later each time, and starts anew after a success", async () => {
    const times: number[] = [];
    let failures = 3;
    const { controller, stop, done, count } = start(async () => {
      times.push(Date.now());
      failures -= 1;
      if (failures >= 0) throw new Error("not yet");
    });
    controller.enqueue("a");
    await vi.advanceTimersByTimeAsync(5000);
    expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 100, 300, 700]);
    expect(controller.queue.failures("a")).toBe(0);
    expect([await count("error"), await count("success"), await count("terminal_error")]).toEqual([3, 1, 0]);
    stop.abort();
    await done;
  });

  it("leaves a terminal error alone until the object changes, and takes a conflict lightly", async () => {
    const errors = [new TerminalError("never"), new KubernetesError({ status: 409, reason: "Conflict", message: "" })];
    let calls = 0;
    const { controller, stop, done, count } = start(async () => {
      calls += 1;
      const error = errors.shift();
      if (error !== undefined) throw error;
    });
    controller.enqueue("a");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls).toBe(1);
    controller.enqueue("a");
    await vi.advanceTimersByTimeAsync(1000);
    expect(calls).toBe(3);
    expect([await count("terminal_error"), await count("conflict"), await count("error")]).toEqual([1, 1, 0]);
    stop.abort();
    await done;
  });

  it("looks again when asked to", async () => {
    let calls = 0;
    const { controller, stop, done } = start(async () => {
      calls += 1;
      return calls < 3 ? { requeueAfterMilliseconds: 1000 } : {};
    });
    controller.enqueue("a");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(calls).toBe(3);
    stop.abort();
    await done;
  });

  it("lets what is under way finish within its grace, then tells it to end", async () => {
    let ended: string | undefined;
    const { controller, stop, done } = start(
      async (_, signal) => {
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        ended = "told";
      },
      { graceMilliseconds: 500 },
    );
    controller.enqueue("a");
    await vi.advanceTimersByTimeAsync(1);
    stop.abort();
    await vi.advanceTimersByTimeAsync(400);
    expect(ended).toBeUndefined();
    await vi.advanceTimersByTimeAsync(200);
    await done;
    expect(ended).toBe("told");
  });
});
