/**
 * How long a warm `up` takes until the Kubernetes API and the UI answer, and how much memory each process holds then.
 * Run: node bench/up.ts [rounds]. Uses a data directory of its own; the first start (install, build) is not counted.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { Agent, get } from "node:https";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { proportionalMemory } from "./support/memory.ts";

const CLI = fileURLToPath(new URL("../components/cli/src/main.ts", import.meta.url));
const rounds = Number(process.argv[2] ?? 5);
const dataDir = mkdtempSync(join(tmpdir(), "pilothouse-bench-"));
const agent = new Agent({ rejectUnauthorized: false });

type Sample = { kubernetes: number; ui: number; ready: number; memory: Record<string, number> };

function start(port: string): ChildProcess {
  return spawn(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      "--max-semi-space-size=2",
      CLI,
      "up",
      "--data-dir",
      dataDir,
      ...(port === "" ? [] : ["--port", port]),
    ],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
}

function printed(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes(text)) resolve();
    });
    child.once("exit", (code) => reject(new Error(`up ended with ${code}`)));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
}

/** Polls every few milliseconds until `probe` succeeds; returns milliseconds since `since`. */
async function until(probe: () => Promise<boolean>, since: number): Promise<number> {
  while (!(await probe().catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 5));
  return performance.now() - since;
}

const kubernetesAnswers = (url: string) => (): Promise<boolean> =>
  new Promise((resolve) => {
    const request = get(`${url}/version`, { agent }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.once("error", () => resolve(false));
  });

/** Memory in MiB of a process and its children, by the name of each one's entry file. */
async function memoryOf(pid: number): Promise<Record<string, number>> {
  const result: Record<string, number> = {};
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const status = readFileSync(`/proc/${name}/status`, "utf8");
      if (Number(name) !== pid && !status.includes(`PPid:\t${pid}\n`)) continue;
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
      const file = command.find((part) => part.includes("/components/")) ?? "";
      const component = /components\/([\w-]+)/.exec(file)?.[1] ?? name;
      result[component] = await proportionalMemory(Number(name));
    } catch {
      // It ended while we looked.
    }
  }
  return result;
}

async function measure(): Promise<Sample> {
  const { kubernetes, ui } = JSON.parse(readFileSync(join(dataDir, "endpoints.json"), "utf8")) as Record<
    "kubernetes" | "ui",
    string
  >;
  const since = performance.now();
  const child = start("");
  const ready = printed(child, "is ready").then(() => performance.now() - since);
  const sample = {
    kubernetes: await until(kubernetesAnswers(kubernetes), since),
    ui: await until(async () => (await fetch(`${ui}/login`)).ok, since),
    ready: await ready,
  };
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const memory = await memoryOf(child.pid ?? 0);
  await stop(child);
  return { ...sample, memory };
}

const first = start("0");
await printed(first, "is ready");
await stop(first);
const samples: Sample[] = [];
for (let round = 0; round < rounds; round++) samples.push(await measure());
rmSync(dataDir, { recursive: true, force: true });

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const seconds = (pick: (sample: Sample) => number): string => `${(median(samples.map(pick)) / 1000).toFixed(2)} s`;
console.log(
  `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}, Node ${process.version}, median of ${rounds} warm starts`,
);
console.log(`Kubernetes API answers  ${seconds((sample) => sample.kubernetes)}   (target 0.7 s)`);
console.log(`UI answers              ${seconds((sample) => sample.ui)}   (target 3 s)`);
console.log(`everything is ready     ${seconds((sample) => sample.ready)}`);
const last = samples.at(-1)?.memory ?? {};
const total = Object.values(last).reduce((sum, value) => sum + value, 0);
console.log(`memory in MiB           ${JSON.stringify(last)} total ${total} (target 350, without the UI 200)`);
