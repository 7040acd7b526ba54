/** `up`: starts an installation, in the foreground or detached, and prints the link. */
import { spawn } from "node:child_process";
import { mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CLI_ERRORS, CliError, messageOf } from "../errors.ts";
import { NODE_FLAGS } from "../supervisor/child.ts";
import { dataDirectory, prepareDataDirectory } from "../supervisor/data-directory.ts";
import { terminalProgress } from "../supervisor/progress.ts";
import { supervise } from "../supervisor/supervise.ts";

export type UpOptions = {
  dataDir?: string;
  port?: number;
  detach?: boolean;
  simulateModel?: boolean;
  ui: boolean;
  share: string[];
};

/** What a detached process tells the one that started it, once. */
const Report = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), message: z.string() }),
  z.object({
    type: z.literal("failed"),
    message: z.string(),
    code: z.enum(Object.keys(CLI_ERRORS) as [keyof typeof CLI_ERRORS]),
  }),
]);
type Report = z.infer<typeof Report>;

export async function up(options: UpOptions): Promise<void> {
  if (options.detach === true) await upDetached(options);
  else await upInForeground(options);
}

async function upInForeground(options: UpOptions): Promise<void> {
  const progress = terminalProgress();
  const stopping = new AbortController();
  const stopRequested = new Promise<NodeJS.Signals>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      let seen = 0;
      process.on(name, () => {
        seen += 1;
        // A second Ctrl-C does not wait; children end with this process.
        if (seen > 1) process.exit(130);
        stopping.abort(new Error("interrupted"));
        resolve(name);
      });
    }
  });
  const report = (message: Report): void => {
    if (process.send === undefined) return;
    process.send(message, () => process.disconnect());
  };
  let running: Awaited<ReturnType<typeof supervise>>;
  try {
    running = await supervise({
      dataDir: options.dataDir,
      port: options.port,
      simulateModel: options.simulateModel === true,
      ui: options.ui,
      share: options.share,
      progress,
      signal: stopping.signal,
    });
  } catch (error) {
    if (stopping.signal.aborted) process.exit(130);
    report({
      type: "failed",
      message: messageOf(error),
      code: error instanceof CliError ? error.code : "START_FAILED",
    });
    throw error;
  }
  const message = ["", ...greeting(running), ""].join("\n");
  process.stdout.write(`${message}\n`);
  if (process.send === undefined) progress.note("Ctrl-C stops everything; nothing is lost.");
  report({ type: "ready", message });
  await stopRequested;
  progress.note("Stopping …");
  await running.stop();
  process.exit(0);
}

function greeting(running: { link?: string; backend: string; user: string }): string[] {
  if (running.link === undefined) return [`  Pilothouse is ready, without the web interface: ${running.backend}/api`];
  return [`  Pilothouse is ready. Open this link once to sign in as ${running.user}:`, "", `    ${running.link}`];
}

/** Starts this program again without a terminal, and returns once it is ready or has failed. */
async function upDetached(options: UpOptions): Promise<void> {
  const directory = dataDirectory(options.dataDir);
  prepareDataDirectory(directory);
  mkdirSync(directory.logs, { recursive: true, mode: 0o700 });
  const log = openSync(join(directory.logs, "supervisor.log"), "a", 0o600);
  const args = ["up", "--data-dir", directory.path];
  if (options.port !== undefined) args.push("--port", String(options.port));
  if (!options.ui) args.push("--no-ui");
  if (options.simulateModel === true) args.push("--simulate-model");
  for (const folder of options.share) args.push("--share", folder);
  const entry = process.argv[1];
  if (entry === undefined) throw new CliError("START_FAILED", "the program's own file is unknown");
  const child = spawn(process.execPath, [...NODE_FLAGS, entry, ...args], {
    detached: true,
    stdio: ["ignore", log, log, "ipc"],
  });
  const result = await new Promise<Report>((resolve) => {
    child.once("message", (message) => resolve(Report.parse(message)));
    child.once("exit", (code) =>
      resolve({
        type: "failed",
        code: "START_FAILED",
        message: `the background process ended with code ${code}; see ${join(directory.logs, "supervisor.log")}`,
      }),
    );
  });
  if (result.type === "failed") throw new CliError(result.code, result.message);
  process.stdout.write(`${result.message}\n`);
  if (child.connected) child.disconnect();
  child.unref();
}
