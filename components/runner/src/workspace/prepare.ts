/** The repositories of a starting session: a failure that may pass is tried again, one that will not ends the start. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Repository } from "@pilothouse/contracts/resources/agentic-session";
import type { Logger } from "pino";
import { RunnerError } from "../errors.ts";
import type { Repositories } from "./repositories.ts";

const PAUSES = [1000, 3000];
/** Git's words for what another try will not change. */
const FINAL =
  /not found|does not exist|no branch|no such repository|denied|error: 40[0134]|asks for a credential|did not let the project in|Authentication failed|not allowed|invalid credentials/i;

/** @throws RunnerError CLONE_FAILED with git's reason for the first repository that is not there */
export async function prepareRepositories(
  repositories: Repositories,
  wanted: readonly Repository[],
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    await repositories.reconcile(wanted, signal);
    const failed = repositories.states.filter((state) => state.status === "Failed");
    if (failed.length === 0) return;
    const pause = PAUSES[attempt];
    const final =
      failed.find((state) => FINAL.test(state.message ?? "")) ?? (pause === undefined ? failed[0] : undefined);
    if (final !== undefined)
      throw new RunnerError(
        "CLONE_FAILED",
        `repository ${final.name} (${final.url}) cannot be cloned: ${final.message ?? ""}`,
      );
    logger.info({ failed: failed.map((state) => state.name), attempt }, "cloning again");
    await sleep(pause, undefined, { signal });
  }
}
