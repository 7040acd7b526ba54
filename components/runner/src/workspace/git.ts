/**
 * Runs git so that a repository's content cannot make it run anything: no hooks, no remote helpers that execute commands,
 * no system or user configuration, no questions at a terminal. The settings come by environment, where they win over a
 * repository's own configuration.
 */
import { spawn } from "node:child_process";
import type { GitHost } from "@pilothouse/contracts/runner/git-hosts";
import { messageOf, RunnerError } from "../errors.ts";
import { harmful, harmless } from "./git-config.ts";

export interface GitEnvironmentOptions {
  readonly broker: { readonly url: string; readonly token: string };
  /** Hosts that are reached through the broker, which adds the project's credential. */
  readonly hosts: readonly GitHost[];
  readonly author: { readonly name: string; readonly email: string };
}

type Settings = readonly (readonly [string, string])[];

/** Variables for every git that this pod starts, the agent's own included. */
export function gitEnvironment(options: GitEnvironmentOptions): Record<string, string> {
  return { ...configuration(settingsOf(options)), ...QUIET };
}

const QUIET = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "",
  SSH_ASKPASS: "",
  // A proxy that a repository's configuration names for git:// is a command.
  GIT_PROXY_COMMAND: "",
};

function settingsOf({ broker, hosts, author }: GitEnvironmentOptions): Settings {
  return [
    ["core.hooksPath", "/dev/null"],
    ["core.fsmonitor", "false"],
    ["core.sshCommand", "ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new"],
    // A folder in a repository that looks like a bare one is not taken for one, with the configuration that lies in it.
    ["safe.bareRepository", "explicit"],
    ["core.protectNTFS", "true"],
    ["core.protectHFS", "true"],
    ["protocol.ext.allow", "never"],
    ["submodule.recurse", "false"],
    ["fetch.recurseSubmodules", "false"],
    ["push.recurseSubmodules", "no"],
    ["safe.directory", "*"],
    // Forgets every helper that was named before: there is no credential on this side.
    ["credential.helper", ""],
    ["init.defaultBranch", "main"],
    ["user.name", author.name],
    ["user.email", author.email],
    ["advice.detachedHead", "false"],
    ...hosts.flatMap((host) => throughBroker(host, broker.url)),
    [`http.${broker.url}/.extraHeader`, `Authorization: Bearer ${broker.token}`],
  ];
}

/** The host's addresses, in the forms in which people copy them: there is no key for ssh in the pod either. */
function throughBroker({ host, origin }: GitHost, brokerUrl: string): [string, string][] {
  const key = `url.${brokerUrl}/git/${host}/.insteadOf`;
  const ssh: [string, string][] = host.includes(":")
    ? []
    : [
        [key, `git@${host}:`],
        [key, `ssh://git@${host}/`],
      ];
  return [[key, `${origin}/`], ...ssh];
}

/** Settings as git takes them from the environment, where they win over every file (git-config(1)). */
function configuration(settings: Settings): Record<string, string> {
  const numbered = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { ...Object.fromEntries(numbered), GIT_CONFIG_COUNT: String(settings.length) };
}

export interface GitResult {
  readonly stdout: Buffer;
  readonly stderr: string;
  /** True when stdout was cut at `maxBytes`. */
  readonly truncated: boolean;
}

export interface GitOptions {
  /** A repository. What its own configuration would run is switched off. */
  readonly cwd?: string;
  readonly signal?: AbortSignal;
  /** Bytes of stdout to keep; the rest is read and dropped. Default 16 MiB. */
  readonly maxBytes?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Told of the lines that git writes while it works. */
  readonly onProgress?: (line: string) => void;
}

export class Git {
  readonly #environment: Readonly<Record<string, string>>;
  readonly #settings: Settings;
  readonly #brokerUrl: string;

  constructor(options: GitEnvironmentOptions & { readonly home: string }) {
    this.#brokerUrl = options.broker.url;
    this.#settings = [
      ...settingsOf(options),
      // The agent writes to HOME; its configuration of ssh may name commands.
      ["core.sshCommand", "ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=accept-new"],
    ];
    this.#environment = {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      HOME: options.home,
      LC_ALL: "C.UTF-8",
      ...QUIET,
      GIT_CONFIG_GLOBAL: "/dev/null",
    };
  }

  /**
   * @throws RunnerError CLONE_FAILED with git's last words when it ends with anything but 0
   */
  async run(args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
    const { cwd } = options;
    if (cwd === undefined) return this.#run(args, options, []);
    const listed = await this.#run(["config", "--list", "--includes", "--name-only", "-z"], { cwd }, []).catch(
      // Not a repository yet, or a broken one: the command itself says so.
      () => undefined,
    );
    const names = (listed?.stdout.toString("utf8") ?? "").split("\0");
    const refused = harmful(names);
    if (refused !== undefined)
      throw new RunnerError(
        "CLONE_FAILED",
        `git ${args[0] ?? ""}: the repository's configuration sets ${refused}, a program`,
      );
    return this.#run(args, options, harmless(names));
  }

  async #run(args: readonly string[], options: GitOptions, extra: Settings): Promise<GitResult> {
    const { cwd, signal, onProgress, maxBytes = 16 * 1024 * 1024 } = options;
    const command = args[0] ?? "";
    const child = spawn("git", args, {
      // The folder is the work tree, whatever the repository's configuration says.
      ...(cwd === undefined ? {} : { cwd }),
      env: {
        ...this.#environment,
        ...configuration([...this.#settings, ...extra]),
        ...(cwd === undefined ? {} : { GIT_WORK_TREE: cwd }),
        ...options.environment,
      },
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
      const text = chunk.toString("utf8");
      stderr = `${stderr}${text}`.slice(-8192);
      if (onProgress === undefined) return;
      for (const line of text.split(/[\r\n]+/)) if (line.trim() !== "") onProgress(line.trim());
    });
    // A git that is stopped says so before it has ended; until then it still writes.
    let failure: unknown;
    child.once("error", (error) => {
      failure = error;
    });
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    if (failure !== undefined) {
      const why = signal?.aborted === true ? "was stopped" : `cannot be started: ${messageOf(failure)}`;
      throw new RunnerError("CLONE_FAILED", `git ${command} ${why}`, { cause: failure });
    }
    if (code !== 0) throw new RunnerError("CLONE_FAILED", `git ${command}: ${this.#lastWords(stderr)}`);
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

  /** Git's own reason: its fatal and error lines without the progress before them, and with addresses as people know them. */
  #lastWords(stderr: string): string {
    const lines = stderr
      .split(/[\r\n]+/)
      .map((line) => line.trim())
      .filter((line) => line !== "");
    const reasons = lines.filter((line) => /^((fatal|error|remote):|!)/i.test(line));
    const words = (reasons.length > 0 ? reasons : lines.slice(-3)).join(" ");
    const named = words.replaceAll(`${this.#brokerUrl}/git/`, "https://").replaceAll(/\/\/[^/@\s]+@/g, "//");
    return named.slice(0, 1000) || "it failed without a reason";
  }
}
