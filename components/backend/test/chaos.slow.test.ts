/**
 * Random kills of replicas, runner, database and network, by seed. More by the environment:
 * `CHAOS_SEEDS=1,2,3 CHAOS_DEEDS=150 vitest run components/backend/test/chaos.slow.test.ts`
 */
import { describe, expect, it } from "vitest";
import { play } from "./chaos/play.ts";
import { findPostgres } from "./postgres.ts";

const programs = await findPostgres();
const SEEDS = (process.env["CHAOS_SEEDS"] ?? "602").split(",").map(Number);
const DEEDS = Number(process.env["CHAOS_DEEDS"] ?? 6);
const TIMEOUT = 120_000 + DEEDS * 2_000;

async function faultsOf(seed: number, postgres: string | undefined): Promise<readonly string[]> {
  const { faults, account } = await play({ seed, deeds: DEEDS, postgres });
  const again = `play it again: CHAOS_SEEDS=${seed} CHAOS_DEEDS=${DEEDS}`;
  if (process.env["CHAOS_SEEDS"] !== undefined) process.stderr.write(`${account}\n`);
  return faults.length === 0 ? [] : [...faults, account, again];
}

describe.each(SEEDS)("a history of kills (seed %i)", (seed) => {
  it.skipIf(programs === undefined)(
    "loses, doubles and reorders nothing on two replicas and PostgreSQL",
    async () => expect(await faultsOf(seed, programs)).toEqual([]),
    TIMEOUT,
  );

  it(
    "loses, doubles and reorders nothing on one backend and SQLite",
    async () => expect(await faultsOf(seed, undefined)).toEqual([]),
    TIMEOUT,
  );
});
