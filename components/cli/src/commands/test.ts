/** `test`: everything that CI runs, and one line that says how it ended. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { runProgram } from "../checks/run-program.ts";
import { runStaticChecks } from "../checks/static-checks.ts";
import { ensureTestTools } from "../checks/test-tools.ts";

type Count = { passed: number; failed: number; skipped: number };

const VitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  numFailedTestSuites: z.number(),
  success: z.boolean(),
});
const PlaywrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  errors: z.array(z.unknown()),
});

async function staticSuite(): Promise<Count> {
  const results = await runStaticChecks(false);
  const failed = results.filter((result) => !result.passed).length;
  return { passed: results.length - failed, failed, skipped: 0 };
}

async function unitSuite(folder: string): Promise<Count> {
  const file = join(folder, "vitest.json");
  const { code } = await runProgram("vitest", [
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
  ]);
  const report = VitestReport.parse(JSON.parse(await readFile(file, "utf8")));
  // A suite that could not even be loaded has no failed tests; the exit code knows.
  const failed = report.numFailedTests + (code !== 0 && report.numFailedTests === 0 ? 1 : 0);
  return { passed: report.numPassedTests, failed, skipped: report.numPendingTests + report.numTodoTests };
}

async function browserSuite(folder: string): Promise<Count> {
  const file = join(folder, "playwright.json");
  const { code } = await runProgram("playwright", ["test", "--config", "e2e/playwright.config.ts"], {
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file },
  });
  const { stats, errors } = PlaywrightReport.parse(JSON.parse(await readFile(file, "utf8")));
  const failed = stats.unexpected + errors.length;
  return {
    passed: stats.expected + stats.flaky,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: stats.skipped,
  };
}

export async function test(options: { only?: "check" | "unit" | "browser" }): Promise<void> {
  await ensureTestTools();
  const folder = await mkdtemp(join(tmpdir(), "pilothouse-test-"));
  const suites = { check: staticSuite, unit: unitSuite, browser: browserSuite };
  const total: Count = { passed: 0, failed: 0, skipped: 0 };
  try {
    for (const [name, suite] of Object.entries(suites)) {
      if (options.only !== undefined && options.only !== name) continue;
      process.stdout.write(`\n── ${name}\n`);
      const count = await suite(folder);
      process.stdout.write(`── ${name}: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
      total.passed += count.passed;
      total.failed += count.failed;
      total.skipped += count.skipped;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
  if (total.failed > 0) process.exitCode = 1;
}
