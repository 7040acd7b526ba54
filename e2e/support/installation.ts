/** A whole installation in a temporary data directory, started and ended through the command line as a user would. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";

const run = promisify(execFile);
const CLI = fileURLToPath(new URL("../../components/cli/src/main.ts", import.meta.url));

/** What execFile rejects with when the program ends with another code than 0, or cannot be started. */
const Failure = z.object({ code: z.unknown(), stdout: z.string().default(""), stderr: z.string().default("") });

export type CommandResult = { code: number; stdout: string; stderr: string };

/** Runs the pilothouse command to its end; never throws for a non-zero exit. */
export async function pilothouse(args: string[], env: Record<string, string> = {}): Promise<CommandResult> {
  try {
    const { stdout, stderr } = await run(process.execPath, [CLI, ...args], {
      env: { ...process.env, ...env },
      maxBuffer: 16 * 1024 * 1024,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const failed = Failure.parse(error);
    return { code: typeof failed.code === "number" ? failed.code : 1, stdout: failed.stdout, stderr: failed.stderr };
  }
}

/** An answer of the backend. The suites read deep into bodies, so their shape is checked by what is expected of them. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Answer = { status: number; body: any };

export class Installation {
  readonly dataDir: string;
  readonly #env: Record<string, string>;
  readonly #args: string[];
  #link = "";
  #started = false;

  /** @param env e.g. ANTHROPIC_UPSTREAM_URL, where brokers send model traffic */
  constructor(options: { env?: Record<string, string>; args?: string[] } = {}) {
    this.dataDir = mkdtempSync(join(tmpdir(), "pilothouse-e2e-"));
    this.#env = options.env ?? {};
    this.#args = options.args ?? [];
  }

  /** `up --detach`; the first start takes any free port, later ones keep it. */
  async up(): Promise<void> {
    const port = this.#started ? [] : ["--port", "0"];
    const args = ["up", "--detach", "--data-dir", this.dataDir, ...port, ...this.#args];
    const { code, stdout, stderr } = await pilothouse(args, this.#env);
    if (code !== 0) throw new Error(`up failed with ${code}:\n${stderr}\n${this.log("supervisor")}`);
    this.#started = true;
    if (this.#args.includes("--no-ui")) return;
    const link = /http:\/\/\S+\/login\?code=\S+/.exec(stdout)?.[0];
    if (link === undefined) throw new Error(`up printed no link:\n${stdout}`);
    this.#link = link;
  }

  async down(): Promise<void> {
    await pilothouse(["down", "--data-dir", this.dataDir]);
  }

  /** Ends it and removes its data. */
  async remove(): Promise<void> {
    await this.down();
    rmSync(this.dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** `kill -9` of the supervisor: what a crash or a power cut is to everything it holds. */
  killSupervisor(): void {
    process.kill(this.supervisor, "SIGKILL");
  }

  /** Process id of the supervisor, whose children the components are. */
  get supervisor(): number {
    const { pid } = JSON.parse(readFileSync(join(this.dataDir, "supervisor.json"), "utf8")) as { pid: number };
    return pid;
  }

  /** The one-time link of the last start. */
  get link(): string {
    return this.#link;
  }

  get endpoints(): { ui: string; backend: string; publicApi: string; kubernetes: string } {
    return JSON.parse(readFileSync(join(this.dataDir, "endpoints.json"), "utf8"));
  }

  get kubeconfig(): string {
    return join(this.dataDir, "kubeconfig");
  }

  log(component: string): string {
    try {
      return readFileSync(join(this.dataDir, "logs", `${component}.log`), "utf8")
        .split("\n")
        .slice(-40)
        .join("\n");
    } catch {
      return "";
    }
  }

  /** A bearer token for a local user. */
  async token(user: string, groups: string[] = []): Promise<string> {
    const flags = groups.flatMap((group) => ["--group", group]);
    const result = await pilothouse(["token", "--user", user, ...flags, "--data-dir", this.dataDir]);
    if (result.code !== 0) throw new Error(result.stderr);
    return result.stdout.trim();
  }

  /** A call to the backend as `token`'s user. */
  async api(token: string, method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await fetch(`${this.endpoints.backend}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
  }

  /** Polls until `check` returns a value that is not undefined. */
  async eventually<T>(what: string, check: () => Promise<T | undefined>, timeoutMs = 60_000): Promise<T> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const value = await check();
      if (value !== undefined) return value;
      if (Date.now() > deadline) {
        throw new Error(
          `${what} did not happen within ${timeoutMs} ms\n${this.log("operator")}\n${this.log("backend")}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
