/**
 * Random kills and stops over many sessions at once, against a real installation on this machine.
 * Run: node e2e/chaos/run.ts [--sessions 200] [--seed N] [--seconds 60] [--blackouts 2] [--agent replay|claude] [--keep]
 * Ends with code 1 when 60 s after the last deed anything is lost, doubled or stuck.
 */
import { parseArgs } from "node:util";
import { chaos } from "./chaos.ts";

const { values } = parseArgs({
  options: {
    sessions: { type: "string", default: "200" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    seconds: { type: "string", default: "60" },
    blackouts: { type: "string", default: "2" },
    agent: { type: "string", default: "replay" },
    keep: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);
process.stdout.write(`seed ${seed}: ${values.sessions} sessions, ${values.blackouts} blackouts, ${values.seconds} s\n`);
const { faults, phases, settledAfter, coverage, dataDir } = await chaos({
  seed,
  sessions: Number(values.sessions),
  milliseconds: Number(values.seconds) * 1000,
  blackouts: Number(values.blackouts),
  agent: values.agent === "claude" ? "claude" : "replay",
  keep: values.keep,
});
for (const line of coverage) process.stdout.write(`${line}\n`);
for (const fault of faults) process.stdout.write(`FAULT ${fault}\n`);
const spread = Object.entries(phases).map(([phase, count]) => `${phase} ${count}`);
process.stdout.write(`${spread.join(", ")}; settled ${(settledAfter / 1000).toFixed(1)} s after the last deed\n`);
if (values.keep) process.stdout.write(`kept running on ${dataDir}\n`);
process.stdout.write(`${faults.length} faults\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
