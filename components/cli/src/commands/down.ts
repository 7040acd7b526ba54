/** `down`: ends the installation of a data directory and waits until it is gone. */
import { CliError } from "../errors.ts";
import { dataDirectory } from "../supervisor/data-directory.ts";
import { runningSupervisor } from "../supervisor/running.ts";

const TIMEOUT_MS = 60_000;

export async function down(options: { dataDir?: string }): Promise<void> {
  const directory = dataDirectory(options.dataDir);
  const supervisor = runningSupervisor(directory);
  if (supervisor === undefined) {
    process.stdout.write(`Pilothouse is not running on ${directory.path}.\n`);
    return;
  }
  process.kill(supervisor.pid, "SIGTERM");
  const deadline = Date.now() + TIMEOUT_MS;
  while (runningSupervisor(directory)?.pid === supervisor.pid) {
    if (Date.now() > deadline) {
      throw new CliError("NOT_RUNNING", `process ${supervisor.pid} did not end within ${TIMEOUT_MS / 1000} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  process.stdout.write("Stopped.\n");
}
