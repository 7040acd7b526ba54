/**
 * Runs git so that a repository's content cannot make it run anything: no hooks, no remote helpers that execute commands,
 * no system or user configuration, no questions at a terminal. The settings come by environment, where they win over a
 * repository's own configuration.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { RunnerError } from "../errors.ts";

const HELPER = fileURLToPath(new URL("credential-helper.ts", import.meta.url));

export interface GitEnvironmentOptions {
  readonly home: string;
  readonly broker: { readonly url: string; readonly token: string };
  readonly author: { readonly name: string; readonly email: string };
}

/** Shell quoting: git hands a helper's command line to a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Variables for every git that this pod starts, the agent's own included. */
export function gitEnvironment(options: GitEnvironmentOptions): Record<string, string> {
  const settings: readonly (readonly [string, string])[] = [
    ["core.hooksPath", "/dev/null"],
    ["core.fsmonitor", "false"],
    ["core.sshCommand", "ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new"],
    ["protocol.ext.allow", "never"],
    ["submodule.recurse", "false"],
    ["fetch.recurseSubmodules", "false"],
    ["safe.directory", "*"],
    ["credential.helper", ""],
    ["credential.helper", `!${quoted(process.execPath)} ${quoted(HELPER)}`],
    ["credential.useHttpPath", "false"],
    ["init.defaultBranch", "main"],
    ["user.name", options.author.name],
    ["user.email", options.author.email],
    ["advice.detachedHead", "false"],
  ];
  const numbered = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    ...Object.fromEntries(numbered),
    GIT_CONFIG_COUNT: String(settings.length),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "",
    SSH_ASKPASS: "",
    // What the credential helper asks the broker with.
    PILOTHOUSE_BROKER_URL: options.broker.url,
    PILOTHOUSE_BROKER_TOKEN: options.broker.token,
  };
}

export interface GitResult {
  readonly stdout: Buffer;
  readonly stderr: string;
  /** True when stdout was cut at `maxBytes`. */
  readonly truncated: boolean;
}

export interface GitOptions {
  readonly cwd?: string;
  readonly signal?: AbortSignal;
  /** Bytes of stdout to keep; the rest is read and dropped. Default 16 MiB. */
  readonly maxBytes?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

export class Git {
  readonly #environment: Readonly<Record<string, string>>;

  constructor(environment: Readonly<Record<string, string>>, home: string) {
    this.#environment = {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      HOME: home,
      LC_ALL: "C.UTF-8",
      ...environment,
      GIT_CONFIG_GLOBAL: "/dev/null",
    };
  }

  /**
   * @throws RunnerError CLONE_FAILED with git's last words when it ends with anything but 0
   */
  async run(args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
    const { cwd, signal, maxBytes = 16 * 1024 * 1024 } = options;
    const child = spawn("git", args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...this.#environment, ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
      ...(signal === undefined ? {} : { signal }),
    });
    const chunks: Buffer[] = [];
    let size = 0;
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => {
      if (size < maxBytes) chunks.push(chunk);
      size += chunk.length;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr = `${stderr}${chunk.toString("utf8")}`.slice(-8192);
    });
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    child.once("error", reject);
    child.once("close", (code) => resolve(code));
    let code: number | null;
    try {
      code = await promise;
    } catch (error) {
      throw new RunnerError("CLONE_FAILED", `git cannot be started: ${String(error)}`, { cause: error });
    }
    if (code !== 0) throw new RunnerError("CLONE_FAILED", `git ${args[0] ?? ""}: ${lastWords(stderr)}`);
    return { stdout: Buffer.concat(chunks).subarray(0, maxBytes), stderr, truncated: size > maxBytes };
  }

  /** The output as one trimmed line, or undefined when git refuses. */
  async tryLine(args: readonly string[], options: GitOptions = {}): Promise<string | undefined> {
    try {
      return (await this.run(args, options)).stdout.toString("utf8").trim();
    } catch {
      return undefined;
    }
  }
}

/** Git's own reason: its fatal and error lines without the progress before them, and without credentials in URLs. */
function lastWords(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const reasons = lines.filter((line) => /^(fatal|error|remote|ERROR):/i.test(line));
  const words = (reasons.length > 0 ? reasons : lines.slice(-3)).join(" ");
  return words.replaceAll(/\/\/[^/@\s]+@/g, "//").slice(0, 1000) || "it failed without a reason";
}
