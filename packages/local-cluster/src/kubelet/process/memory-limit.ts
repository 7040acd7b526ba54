/**
 * Memory limits: by a control group of the container's own where this process may make one (version 1 or 2), else by
 * looking at the tree's resident memory several times a second.
 */
import { execFile } from "node:child_process";
import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { residentBytes, treeOf } from "./process-table.ts";

const execFileAsync = promisify(execFile);
const POLL_MILLISECONDS = 200;

export interface MemoryGuard {
  /** Put before the container's command line so that it starts inside the limit. */
  readonly commandPrefix: readonly string[];
  /** Begins to watch a started container; `onExceeded` must end it. */
  watch(pid: number, onExceeded: () => void): void;
  /** Whether the limit has killed something. */
  wasExceeded(): Promise<boolean>;
  release(): Promise<void>;
}

interface ControlGroupRoot {
  readonly version: 1 | 2;
  readonly directory: string;
}

export class MemoryLimiter {
  readonly #root: ControlGroupRoot | undefined;

  constructor(root: ControlGroupRoot | undefined) {
    this.#root = root;
  }

  static async detect(): Promise<MemoryLimiter> {
    for (const candidate of await candidateRoots()) if (await works(candidate)) return new MemoryLimiter(candidate);
    return new MemoryLimiter(undefined);
  }

  get method(): "cgroup" | "polling" {
    return this.#root ? "cgroup" : "polling";
  }

  async guard(id: string, limitBytes: number): Promise<MemoryGuard> {
    if (this.#root) return new ControlGroup(this.#root, id).open(limitBytes);
    return new PollingGuard(limitBytes);
  }
}

async function candidateRoots(): Promise<ControlGroupRoot[]> {
  const membership = await readFile("/proc/self/cgroup", "utf8").catch(() => "");
  const roots: ControlGroupRoot[] = [];
  for (const line of membership.split("\n")) {
    const [, controllers = "", path = "/"] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers.split(",").includes("memory")) {
      roots.push(
        { version: 1, directory: join("/sys/fs/cgroup/memory", path) },
        { version: 1, directory: "/sys/fs/cgroup/memory" },
      );
    } else if (controllers === "" && line !== "") {
      // Version 2 allows processes only in leaves: a container's group must be a sibling of ours, not a child.
      roots.push({ version: 2, directory: dirname(join("/sys/fs/cgroup", path)) });
    }
  }
  return roots;
}

async function works(root: ControlGroupRoot): Promise<boolean> {
  const group = new ControlGroup(root, `probe-${process.pid}`);
  try {
    const { commandPrefix } = await group.open(64 * 1024 * 1024);
    await execFileAsync("/bin/sh", [...commandPrefix.slice(1), "true"], { timeout: 5000 });
    return true;
  } catch {
    return false;
  } finally {
    await group.release();
  }
}

class ControlGroup implements MemoryGuard {
  readonly #directory: string;
  readonly #version: 1 | 2;

  constructor(root: ControlGroupRoot, id: string) {
    this.#directory = join(root.directory, `pilothouse-${id}`);
    this.#version = root.version;
  }

  async open(limitBytes: number): Promise<this> {
    await mkdir(this.#directory, { recursive: true });
    const file = this.#version === 1 ? "memory.limit_in_bytes" : "memory.max";
    await writeFile(join(this.#directory, file), `${limitBytes}`);
    // All or nothing, as the kubelet asks for: a container without its killed half is in an unknown state.
    if (this.#version === 2) await writeFile(join(this.#directory, "memory.oom.group"), "1").catch(() => undefined);
    return this;
  }

  get commandPrefix(): readonly string[] {
    return ["/bin/sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', this.#directory];
  }

  watch(): void {
    // The kernel does.
  }

  async wasExceeded(): Promise<boolean> {
    const file = this.#version === 1 ? "memory.oom_control" : "memory.events";
    const text = await readFile(join(this.#directory, file), "utf8").catch(() => "");
    return Number(/^oom_kill (\d+)/m.exec(text)?.[1] ?? 0) > 0;
  }

  async release(): Promise<void> {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const gone = await rmdir(this.#directory).then(
        () => true,
        (error: NodeJS.ErrnoException) => error.code === "ENOENT",
      );
      if (gone) return;
      await sleep(20);
    }
  }
}

class PollingGuard implements MemoryGuard {
  readonly commandPrefix: readonly string[] = [];
  readonly #limitBytes: number;
  #timer: NodeJS.Timeout | undefined;
  #exceeded = false;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  watch(pid: number, onExceeded: () => void): void {
    this.#timer = setInterval(() => {
      if (residentBytes(treeOf(pid)) <= this.#limitBytes) return;
      this.#exceeded = true;
      onExceeded();
    }, POLL_MILLISECONDS);
    this.#timer.unref();
  }

  async wasExceeded(): Promise<boolean> {
    return this.#exceeded;
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
  }
}
