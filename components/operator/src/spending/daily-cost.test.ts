import type { Stored } from "@pilothouse/kubernetes";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SessionObject } from "../resources/types.ts";
import { costOn, dailyCostOn, nextUtcDay, spentOn, utcDay, withRemoved, type Spending } from "./daily-cost.ts";

const DAY = "2026-03-02";
type Marked = { total: number; created: string; mark?: { day: string; baseUsd: number }; uid?: string };

function session({ total, created, mark, uid = "u" }: Marked): Stored<SessionObject> {
  const usage = { inputTokens: 0, outputTokens: 0, cachedTokens: 0, costUsd: total };
  const agent = { status: "idle", promptDelivered: true, lastSeq: 0, turns: 0, toolCalls: 0, finishedRuns: 0, usage };
  return {
    metadata: { name: uid, namespace: "t", uid, resourceVersion: "1", creationTimestamp: `${created}T10:00:00Z` },
    spec: { desiredState: "Running", stopOnRunFinished: false, permissionMode: "bypass" },
    status: { agent, ...(mark === undefined ? {} : { dailyCost: mark }) } as SessionObject["status"] & object,
  };
}

describe("a session's cost of a day", () => {
  it.each<[string, Marked, number]>([
    ["all of it when it was created on the day", { total: 3, created: DAY }, 3],
    ["nothing when it did not work on the day", { total: 3, created: "2026-03-01" }, 0],
    [
      "nothing of what an earlier day's mark says",
      { total: 3, created: "2026-02-01", mark: { day: "2026-03-01", baseUsd: 1 } },
      0,
    ],
    ["what came after the day's mark", { total: 3, created: "2026-02-01", mark: { day: DAY, baseUsd: 1 } }, 2],
    ["never less than nothing", { total: 3, created: "2026-02-01", mark: { day: DAY, baseUsd: 5 } }, 0],
  ])("is %s", (_, marked, cost) => {
    expect(costOn(DAY, session(marked))).toBe(cost);
  });

  it("begins at midnight UTC", () => {
    const late = Date.parse("2026-03-01T23:59:59.999Z");
    expect(utcDay(late)).toBe("2026-03-01");
    expect(nextUtcDay(late)).toBe(late + 1);
    expect(utcDay(late + 1)).toBe(DAY);
    expect(nextUtcDay(late + 1) - late).toBe(86_400_001);
  });
});

/** Days of a project: sessions work, rest, are deleted; the operator looks when it pleases, restarts, is told things twice. */
const event = fc.record({
  session: fc.integer({ min: 0, max: 4 }),
  kind: fc.constantFrom("spend", "spend", "spend", "look", "settle", "delete", "midnight"),
  cents: fc.integer({ min: 1, max: 500 }),
});

describe("a project's cost of a day", () => {
  it("is what was spent on it, whatever happens in between", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 120 }), (events) => {
        let now = Date.parse("2026-03-01T08:00:00Z");
        let spending: Spending | undefined;
        let truth = 0;
        let names = 0;
        const alive = new Map<number, Stored<SessionObject>>();
        const make = (): Stored<SessionObject> =>
          session({ total: 0, created: utcDay(now), uid: `uid-${(names += 1)}` });
        for (const { session: slot, kind, cents } of events) {
          const one = alive.get(slot) ?? make();
          alive.set(slot, one);
          const status = one.status ?? {};
          const usage = status.agent?.usage;
          switch (kind) {
            case "spend":
              // At work: the operator has marked the day before the first cent of it.
              status.dailyCost = dailyCostOn(
                utcDay(now),
                status,
                one.metadata.creationTimestamp?.startsWith(utcDay(now)) === true,
              );
              if (usage !== undefined) usage.costUsd += cents / 100;
              truth += cents / 100;
              break;
            case "settle":
            case "delete":
              // Settled more often than needed: a reconcile that failed is tried again.
              spending = withRemoved(utcDay(now), one, spending) ?? spending;
              if (kind === "delete") alive.delete(slot);
              break;
            case "midnight":
              now = nextUtcDay(now) + 8 * 3_600_000;
              truth = 0;
              break;
            case "look":
              break;
          }
          // Once settled nothing more is spent: its pods are gone.
          if (kind === "settle") alive.delete(slot);
          expect(spentOn(utcDay(now), [...alive.values()], spending)).toBeCloseTo(truth, 6);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("counts a deleted session once, while it is still seen and after", () => {
    const one = session({ total: 2, created: DAY, uid: "a" });
    const other = session({ total: 1, created: DAY, uid: "b" });
    const after = withRemoved(DAY, one, undefined);
    expect(withRemoved(DAY, one, after)).toBeUndefined();
    expect(spentOn(DAY, [one, other], undefined)).toBe(3);
    expect(spentOn(DAY, [one, other], after)).toBe(3);
    expect(spentOn(DAY, [other], after)).toBe(3);
    expect(spentOn("2026-03-03", [other], after)).toBe(0);
  });
});
