// Random histories of one session: with a third of all requests failing, caches that lag, pods that die, nodes that are
// lost, users who stop, start and delete at any time. Whatever happens: it settles, there is never a second runner, and
// a stop ends it. MODEL_RUNS sets how many histories are tried (default 1,000); the seed of a failure is printed.
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { TRANSITIONS, isFinal } from "../../src/session/lifecycle.ts";
import { step } from "./steps.ts";
import { World, restsOrRuns, tellsOfItsTranscript } from "./world.ts";

const RUNS = Number(process.env["MODEL_RUNS"] ?? 1000);
const seen = new Set<string>();
let handovers = 0;

describe("a session's lifecycle", () => {
  it(
    `holds over ${RUNS} random histories`,
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80 }), async (steps) => {
          const world = new World();
          for (const taken of steps) await world.take(taken);
          await world.settle();
          expect(world.violation).toBeUndefined();
          for (const way of world.seen) seen.add(way);
          expect(world.prompts).toBeLessThanOrEqual(1);

          const gone = world.session === undefined;
          const runs = world.session?.status?.phase === "Running";
          expect(world.livePods()).toHaveLength(runs ? 1 : 0);
          expect(gone || restsOrRuns(world.session)).toBe(true);
          expect(world.session?.metadata.deletionTimestamp).toBeUndefined();
          expect(world.session?.spec.desiredState).toBe(gone ? undefined : runs ? "Running" : "Stopped");
          handovers += world.handovers;
          if (world.session === undefined) return;
          expect(tellsOfItsTranscript(world.session)).toBe(true);

          // At rest, looking again costs no write.
          const writes = world.api.writes;
          await world.reconcile();
          expect(world.api.writes).toBe(writes);

          await world.take({ kind: "stop" });
          await world.settle();
          expect(isFinal(world.session?.status?.phase)).toBe(true);
          expect(world.livePods()).toEqual([]);
          expect(tellsOfItsTranscript(world.session)).toBe(true);

          await world.take({ kind: "start" });
          await world.settle();
          expect(world.session?.status?.phase).toBe("Running");

          await world.take({ kind: "delete" });
          await world.settle();
          expect(world.session).toBeUndefined();
          expect(world.violation).toBeUndefined();
        }),
        { numRuns: RUNS, endOnFailure: true },
      );
      expect(handovers).toBeGreaterThan(0);
    },
    20 * 60_000,
  );

  afterAll(() => {
    const unseen = TRANSITIONS.map(({ from, to }) => `${from} → ${to}`).filter((way) => !seen.has(way));
    console.log(
      `${handovers} hand-overs; ways taken: ${seen.size} of ${TRANSITIONS.length}; not taken: ${unseen.join(", ")}`,
    );
  });
});
