import type { SessionPhase } from "@pilothouse/contracts";
import type { Stored } from "@pilothouse/kubernetes";
import { describe, expect, it } from "vitest";
import type { SessionObject } from "../resources/types.ts";
import { PlaceBook } from "./queue.ts";

function session(name: string, phase?: SessionPhase, since = "2026-01-01T00:00:00Z"): Stored<SessionObject> {
  return {
    metadata: { name, namespace: "t", uid: name, resourceVersion: "1" },
    spec: { desiredState: "Running", stopOnRunFinished: false, permissionMode: "bypass" },
    status: phase === undefined ? {} : { phase, phaseTransitionTime: since },
  };
}

describe("places in a project", () => {
  const running = session("r", "Running");
  const early = session("early", "Queued", "2026-01-01T00:00:01Z");
  const late = session("late", "Queued", "2026-01-01T00:00:02Z");
  const fresh = session("fresh");
  const all = [running, early, late, fresh];

  it("are free for all without a limit", () => {
    expect(new PlaceBook().position(fresh, all, undefined)).toBe(0);
  });

  it.each([
    [0, [1, 2, 3]],
    [1, [1, 2, 3]],
    [2, [0, 1, 2]],
    [3, [0, 0, 1]],
    [4, [0, 0, 0]],
  ])("of %i go to those who wait longest, new ones last", (limit, expected) => {
    const places = new PlaceBook();
    expect([early, late, fresh].map((each) => places.position(each, all, limit))).toEqual(expected);
  });

  it("that are promised are taken, until the promise is settled", () => {
    const places = new PlaceBook();
    const [a, b] = [session("a"), session("b")];
    expect(places.position(a, [a, b], 1)).toBe(0);
    places.promise(a);
    expect(places.position(b, [a, b], 1)).toBe(1);
    expect([places.settle(b.metadata), places.settle(a.metadata)]).toEqual([false, true]);
    expect(places.position(b, [a, b], 1)).toBe(0);
  });
});
