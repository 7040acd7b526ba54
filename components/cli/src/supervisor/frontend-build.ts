/** Builds the frontend when its sources changed since the last build; the only part of the project that is built. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CliError } from "../errors.ts";
import { tryLock } from "./lock-file.ts";
import { ROOT } from "./root.ts";

const FOLDER = join(ROOT, "components", "frontend");
/** Where the build goes; PILOTHOUSE_UI_BUILD_DIR, relative to the frontend's folder, keeps a second one beside it. */
const BUILD = process.env["PILOTHOUSE_UI_BUILD_DIR"] ?? ".next";
const STAMP = join(FOLDER, BUILD, "pilothouse-build");
const LOCK = join(FOLDER, `${BUILD}.lock`);
const SKIPPED = new Set(["node_modules", "test", "test-results", "next-env.d.ts", "tsconfig.tsbuildinfo"]);
const LOCK_POLL_MS = 200;

/** Hash over all inputs. The place of the tree is one of them, since the build records absolute paths. */
function inputHash(): string {
  const hash = createHash("sha256").update(ROOT).update(process.versions.node);
  const add = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (SKIPPED.has(entry.name) || entry.name.startsWith(".next") || /\.(test|spec)\.tsx?$|\.md$/.test(entry.name))
        continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) add(path);
      else if (entry.isFile()) hash.update(path).update(readFileSync(path));
    }
  };
  add(FOLDER);
  add(join(ROOT, "packages", "contracts", "src"));
  hash.update(readFileSync(join(ROOT, "package-lock.json")));
  return hash.digest("hex");
}

/**
 * Makes sure that the build in the frontend's folder is of the present sources.
 * Two starts from one checkout build once: the second waits for the first.
 * @param onStart called when a build is needed, with how long it usually takes
 */
export async function ensureFrontendBuild(onStart: (message: string) => void, signal: AbortSignal): Promise<void> {
  const wanted = inputHash();
  if (readStamp() === wanted) return;
  onStart("Building the web interface (once per version, under a minute)");
  const release = await lockBuild(signal);
  try {
    if (readStamp() === wanted) return;
    await build(signal);
    writeFileSync(STAMP, wanted);
  } finally {
    release();
  }
}

async function lockBuild(signal: AbortSignal): Promise<() => void> {
  for (;;) {
    const lock = tryLock(LOCK);
    if ("release" in lock) return lock.release;
    await delay(LOCK_POLL_MS, undefined, { signal });
  }
}

async function build(signal: AbortSignal): Promise<void> {
  const child = spawn("npm", ["run", "build", "--silent"], {
    cwd: FOLDER,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production", PILOTHOUSE_UI_BUILD_DIR: BUILD },
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) return;
  const said = Buffer.concat(output).toString().slice(-4000);
  throw new CliError("BUILD_FAILED", `the web interface could not be built:\n${said}`);
}

function readStamp(): string | undefined {
  try {
    return readFileSync(STAMP, "utf8");
  } catch {
    return undefined;
  }
}
