// The `model-simulator` command: listens until it is told to stop, or until the process that started it has gone.
import { parseArgs } from "node:util";
import { demoScript } from "./demo/index.ts";
import { SimulatorError } from "./errors.ts";
import { loadScript } from "./load.ts";
import { startModelSimulator } from "./server.ts";

const USAGE = `model-simulator [--port N] [--host ADDRESS] [--script FILE] [--quiet]

  --port N      port to listen on (default: any free one, printed at the start)
  --host A      address to listen on (default: 127.0.0.1)
  --script F    rules (.yaml, .json) or a module whose default export is a script (.ts, .mjs); default: the demo agent
  --quiet       do not print a line per request
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "0" },
      host: { type: "string", default: "127.0.0.1" },
      script: { type: "string" },
      quiet: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const simulator = await startModelSimulator({
    port: Number(values.port),
    host: values.host,
    script: values.script === undefined ? demoScript() : await loadScript(values.script),
    ...(values.quiet ? {} : { log: (line: string) => process.stdout.write(`${line}\n`) }),
  });
  process.stdout.write(`model simulator listening on ${simulator.url}\n`);

  const stop = (): void => void simulator.stop().then(() => process.exit(0));
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  if (process.env["PILOTHOUSE_EXIT_WITH_PARENT"] === "1") process.stdin.resume().once("end", stop).once("error", stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`model-simulator: ${error instanceof SimulatorError ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
