/** A lifecycle that cannot get stuck: a short history of stops, starts, deletions and kills. `e2e/chaos/run.ts` plays long ones. */
import { expect, test } from "@playwright/test";
import { chaos } from "./chaos/chaos.ts";

test("random kills and stops lose no session, run none twice and leave none stuck", async () => {
  test.setTimeout(180_000);
  const seed = Number(process.env["PILOTHOUSE_CHAOS_SEED"] ?? Math.floor(Math.random() * 1_000_000));
  const { faults, phases } = await chaos({ seed, sessions: 16, milliseconds: 15_000, blackouts: 1 });
  expect(
    faults,
    `play it again: node e2e/chaos/run.ts --seed ${seed} --sessions 16 --seconds 15 --blackouts 1`,
  ).toEqual([]);
  expect(Object.keys(phases).length).toBeGreaterThan(0);
});
