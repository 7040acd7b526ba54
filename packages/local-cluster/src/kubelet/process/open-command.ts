/** Runs a command that somebody talks with: its streams stay open, and it may have a terminal. */
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { PassThrough, type Readable } from "node:stream";
import { signalProcess } from "./process-table.ts";
import { type CommandPlace, spawnCommand } from "./run-command.ts";
import type { RunningCommand } from "./runtime.ts";

/** Of util-linux. Node cannot make a terminal; this program does, and passes everything through. */
const TERMINAL_MAKER = "/usr/bin/script";

/** With `terminal` on a machine that cannot make one, the command gets pipes as without. */
export function openCommand(place: CommandPlace, { terminal }: { readonly terminal: boolean }): RunningCommand {
  const onTerminal = terminal && existsSync(TERMINAL_MAKER);
  const child = spawnCommand(onTerminal ? inTerminal(place) : place, "pipe");
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new TypeError("a command without streams");
  // Whoever writes to a command that has ended is told by its end.
  stdin.on("error", () => undefined);
  return {
    stdin,
    ...(terminal ? { stdout: joined(stdout, stderr), stderr: PassThrough.from([]) } : { stdout, stderr }),
    exited: new Promise((resolve) => {
      child.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ENOENT" ? 127 : 126));
      child.once("exit", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    }),
    kill: () => {
      if (child.pid !== undefined) signalProcess(-child.pid, "SIGKILL");
    },
  };
}

function inTerminal(place: CommandPlace): CommandPlace {
  const command = place.argv.map(shellQuoted).join(" ");
  const env = { TERM: "xterm", ...place.env, SHELL: "/bin/sh" };
  return { ...place, env, argv: [TERMINAL_MAKER, "--quiet", "--return", "--flush", "--command", command, "/dev/null"] };
}

function shellQuoted(argument: string): string {
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}

function joined(...streams: readonly Readable[]): Readable {
  const both = new PassThrough();
  let open = streams.length;
  for (const stream of streams) {
    stream.pipe(both, { end: false });
    stream.once("end", () => {
      open -= 1;
      if (open === 0) both.end();
    });
  }
  return both;
}
