/** The broker's process: reads its environment, serves until it is told to stop, or until its supervisor has gone. */
import { EXIT_WITH_PARENT } from "@pilothouse/contracts/runner/environment";
import { readConfiguration, startBroker } from "./index.ts";

async function main(): Promise<void> {
  const broker = await startBroker(readConfiguration(process.env));
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void broker.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  if (process.env[EXIT_WITH_PARENT] === "1") process.stdin.resume().once("end", stop).once("error", stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`broker: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
});
