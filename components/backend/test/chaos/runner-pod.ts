/** A session's real runner as a process, on a volume that outlives it, with the replay bridge and what it needs around it. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { EventLog } from "@pilothouse/agui";
import type { TestCluster } from "../cluster.ts";
import type { Received } from "../reader.ts";
import { setEndpoint, type TestSession } from "../session.ts";

const MAIN = fileURLToPath(new URL("../../../runner/src/main.ts", import.meta.url));
export const RECORDING = "chaos";

export class RunnerPod {
  /** That it ended though nobody told it to. */
  readonly faults: string[] = [];
  readonly #cluster: TestCluster;
  readonly #session: TestSession;
  readonly #folder: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #broker: Server;
  #child: ChildProcess | undefined;

  private constructor(
    cluster: TestCluster,
    session: TestSession,
    folder: string,
    environment: Readonly<Record<string, string>>,
    broker: Server,
  ) {
    this.#cluster = cluster;
    this.#session = session;
    this.#folder = folder;
    this.#environment = environment;
    this.#broker = broker;
  }

  /** `runs` of `events` each, `milliseconds` apart. */
  static async create(
    cluster: TestCluster,
    session: TestSession,
    { backendUrl, jwks }: { backendUrl: string; jwks: string },
    { runs, events, milliseconds }: { runs: number; events: number; milliseconds: number },
  ): Promise<RunnerPod> {
    const folder = await mkdtemp(join(tmpdir(), "pilothouse-pod-"));
    await mkdir(join(folder, "workspace"));
    await writeFile(join(folder, "token"), session.token);
    await writeFile(join(folder, `${RECORDING}.jsonl`), recording(runs, events, milliseconds));
    // What was spent is all that a replay asks its broker.
    const broker = createServer((_request, response) => {
      const totals = { inputTokens: 0, outputTokens: 0, cachedTokens: 0, costUsd: 0 };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ totals, byModel: {}, budget: { exceeded: null } }));
    });
    await new Promise<void>((resolve) => broker.listen(0, "127.0.0.1", resolve));
    const environment = {
      PATH: process.env["PATH"] ?? "",
      RUNNER_TYPE: "replay",
      POD_IP: "127.42.0.7",
      PILOTHOUSE_RUNNER_PORT: "0",
      PILOTHOUSE_PROJECT: session.project,
      PILOTHOUSE_SESSION_NAME: session.name,
      PILOTHOUSE_SESSION_UID: session.uid,
      PILOTHOUSE_WORKSPACE_DIR: join(folder, "workspace"),
      PILOTHOUSE_KUBERNETES_API_URL: cluster.local.url,
      PILOTHOUSE_CA_FILE: cluster.local.caFile,
      PILOTHOUSE_TOKEN_FILE: join(folder, "token"),
      PILOTHOUSE_BACKEND_URL: backendUrl,
      PILOTHOUSE_BACKEND_JWKS: jwks,
      PILOTHOUSE_BROKER_URL: `http://127.0.0.1:${(broker.address() as AddressInfo).port}`,
      PILOTHOUSE_BROKER_TOKEN: "of this test",
      PILOTHOUSE_RECORDINGS_DIR: folder,
      PILOTHOUSE_TERMINATION_MESSAGE_FILE: join(folder, "termination-log"),
      PILOTHOUSE_GRACE_SECONDS: "8",
    };
    return new RunnerPod(cluster, session, folder, environment, broker);
  }

  /** Starts it and tells its address, as kubelet and operator do. */
  async start(): Promise<void> {
    await setEndpoint(this.#cluster, this.#session, null, "Creating");
    const options = ["--disable-warning=ExperimentalWarning", MAIN];
    const child = spawn(process.execPath, options, { env: this.#environment, stdio: ["ignore", "pipe", "ignore"] });
    this.#child = child;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    let said = "";
    child.once("exit", (code, signal) => {
      const message = `the runner ended with ${code ?? signal}: ${said}`;
      if (this.#child === child) this.faults.push(message);
      reject(new Error(message));
    });
    promise.catch(() => undefined);
    createInterface({ input: child.stdout }).on("line", (line) => {
      said = line;
      const address = /"address":"([^"]+)"/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
    await setEndpoint(this.#cluster, this.#session, await promise);
  }

  async stop(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
    await setEndpoint(this.#cluster, this.#session, null, "Creating");
  }

  /** What the volume holds, once the runner has ended. */
  async log(): Promise<Received[]> {
    const directory = join(this.#folder, "workspace", ".pilothouse", "events");
    const log = await EventLog.open({ directory });
    const entries = (await Array.fromAsync(log.read())).flat();
    await log.close();
    return entries.map(({ seq, event }) => ({ seq, data: JSON.stringify(event) }));
  }

  async remove(): Promise<void> {
    await this.stop("SIGKILL");
    await new Promise((resolve) => this.#broker.close(resolve));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function recording(runs: number, events: number, milliseconds: number): string {
  const lines: unknown[] = [];
  for (let run = 0; run < runs; run += 1) {
    const ids = { threadId: "t", runId: `r${run}` };
    const messageId = `m${run}`;
    const at = (step: number) => step * milliseconds;
    lines.push({ at: 0, event: { type: "RUN_STARTED", ...ids } });
    lines.push({ at: 0, event: { type: "TEXT_MESSAGE_START", messageId, role: "assistant" } });
    for (let step = 0; step < events; step += 1) {
      const delta = `run ${run} step ${step} ü\u2028 `;
      lines.push({ at: at(step), event: { type: "TEXT_MESSAGE_CONTENT", messageId, delta } });
    }
    lines.push({ at: at(events), event: { type: "TEXT_MESSAGE_END", messageId } });
    lines.push({ at: at(events), event: { type: "RUN_FINISHED", ...ids } });
  }
  return lines.map((line) => JSON.stringify(line)).join("\n");
}
