/** `check`: everything that can be said about the tree without running it. */
import { runStaticChecks } from "../checks/static-checks.ts";

export async function check(options: { fix?: boolean }): Promise<void> {
  const results = await runStaticChecks(options.fix === true);
  if (results.some((result) => !result.passed)) process.exitCode = 1;
}
