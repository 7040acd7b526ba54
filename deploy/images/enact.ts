/** Carries out a Dockerfile's COPY and npm instructions in a folder of this machine: as much of a build as needs no engine. */
import { spawn } from "node:child_process";
import { cp, mkdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, matchesGlob, relative } from "node:path";
import { wholeStage, type Instruction, type Stage } from "./dockerfile.ts";

export interface BuildOptions {
  readonly stages: readonly Stage[];
  /** The folder that COPY reads from. */
  readonly context: string;
  /** Patterns of the .dockerignore file. */
  readonly ignored: readonly string[];
  /** Where stages are made, one folder each. */
  readonly into: string;
}

export async function readIgnored(file: string): Promise<string[]> {
  const lines = (await readFile(file, "utf8")).split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#"));
}

export function isIgnored(path: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matchesGlob(path, pattern));
}

/** @returns the stage's root folder, and the environment that its ENV lines make */
export async function buildStage(
  options: BuildOptions,
  name: string,
): Promise<{ readonly root: string; readonly environment: Readonly<Record<string, string>> }> {
  const root = join(options.into, name);
  const instructions = wholeStage(options.stages, name);
  const environment = Object.fromEntries(
    instructions.flatMap((step) => (step.kind === "environment" ? [[step.name, step.value]] : [])),
  );
  if (await exists(root)) return { root, environment };
  await mkdir(root, { recursive: true });
  let folder = "/";
  for (const step of instructions) {
    if (step.kind === "folder") folder = step.path;
    await mkdir(join(root, folder), { recursive: true });
    if (step.kind === "copy") await copy(options, join(root, folder), step);
    // Packages of the distribution are the one thing that cannot be put into a folder.
    if (step.kind === "run" && !step.command.startsWith("apt-get")) {
      await run(step.command, join(root, folder), environment);
    }
  }
  return { root, environment };
}

async function copy(
  options: BuildOptions,
  folder: string,
  step: Extract<Instruction, { kind: "copy" }>,
): Promise<void> {
  const from = step.from === undefined ? undefined : (await buildStage(options, step.from)).root;
  for (const source of step.sources) {
    const path = join(from ?? options.context, source);
    const isFolder = (await stat(path)).isDirectory();
    // A file copied into `folder/` keeps its name; a folder's content goes into the target.
    const into = step.to.endsWith("/") && !isFolder ? join(step.to, basename(source)) : step.to;
    const target = join(folder, into);
    await mkdir(isFolder ? target : dirname(target), { recursive: true });
    if (from !== undefined) {
      // Hundreds of megabytes of packages, and nothing writes to them: links are enough.
      await run(`cp -al "${path}${isFolder ? "/." : ""}" "${target}"`, folder, {});
      continue;
    }
    await cp(path, target, {
      recursive: true,
      filter: (file) => !isIgnored(relative(options.context, file), options.ignored),
    });
  }
}

async function run(command: string, cwd: string, environment: Readonly<Record<string, string>>): Promise<void> {
  const output: string[] = [];
  const child = spawn("sh", ["-c", command], {
    cwd,
    env: { ...ofThisMachine(), npm_config_prefer_offline: "true", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}:\n${output.join("").slice(-4000)}`);
}

/** How this machine finds its programs and reaches its package registry; nothing else of it belongs into an image. */
function ofThisMachine(): Record<string, string> {
  const names = ["PATH", "HOME", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
