import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ContainerProcessSpec, type ContainerRuntime, detectRuntime, type OutputSink } from "./index.ts";
import { MemoryLimiter } from "./memory-limit.ts";
import { PlainRuntime } from "./plain-runtime.ts";

class Capture implements OutputSink {
  readonly full = false;
  stdout = "";
  stderr = "";
  write(stream: "stdout" | "stderr", chunk: Buffer): void {
    this[stream] += chunk.toString("utf8");
  }
  onDrained(callback: () => void): void {
    callback();
  }
}

/** Processes of this machine with that text in their command line. */
function processesWith(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, "utf8").includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
}

let directory = "";
let count = 0;
const runtimes = new Map<string, ContainerRuntime>();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "pilothouse-runtime-"));
  const detected = (await detectRuntime()).runtime;
  runtimes.set(detected.isolation, detected);
  runtimes.set("none", (await detectRuntime("none")).runtime);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function container(argv: string[], more: Partial<ContainerProcessSpec> = {}): Promise<ContainerProcessSpec> {
  count += 1;
  const scratchDirectory = join(directory, `scratch-${count}`);
  await mkdir(scratchDirectory, { recursive: true });
  return {
    id: `test-${process.pid}-${count}`,
    argv,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", GREETING: "hello" },
    workingDirectory: "/",
    hostname: "pod-name",
    user: { uid: 1000, gid: 1000 },
    mounts: [],
    hostPaths: [],
    hiddenPaths: [],
    scratchDirectory,
    readOnlyRoot: false,
    hosts: "127.0.0.1 localhost\n",
    ...more,
  };
}

async function run(runtime: ContainerRuntime, spec: ContainerProcessSpec) {
  const capture = new Capture();
  const exit = await (await runtime.start(spec, capture)).exited;
  return { ...exit, stdout: capture.stdout, stderr: capture.stderr };
}

const hasBubblewrap = (await detectRuntime()).runtime.isolation === "bubblewrap";

describe.each(hasBubblewrap ? ["bubblewrap", "none"] : ["none"])("container runtime with isolation %s", (isolation) => {
  const runtime = () => {
    const found = runtimes.get(isolation);
    if (!found) throw new Error(`no runtime ${isolation}`);
    return found;
  };

  it("runs the command with exactly the given environment, keeps the streams apart, and reports its exit code", async () => {
    process.env["SECRET_OF_THE_HOST"] = "1";
    const result = await run(runtime(), await container(["sh", "-c", "env; echo problem >&2; exit 7"]));
    delete process.env["SECRET_OF_THE_HOST"];
    expect(result.exitCode).toBe(7);
    expect(result.stdout).toContain("GREETING=hello");
    expect(result.stdout).not.toContain("SECRET_OF_THE_HOST");
    expect(result.stderr).toBe("problem\n");
  });

  it("reports 128 + signal when the command is killed", async () => {
    expect((await run(runtime(), await container(["sh", "-c", "kill -11 $$"]))).exitCode).toBe(139);
  });

  it("says in a runtime's words that the command does not exist", async () => {
    const result = await run(runtime(), await container(["no-such-command", "x"]));
    expect(result).toMatchObject({
      exitCode: 128,
      startError: 'exec: "no-such-command": executable file not found in $PATH',
      stderr: "",
    });
  });

  it("delivers SIGTERM to the command", async () => {
    const capture = new Capture();
    const script = "trap 'echo stopping; exit 3' TERM; echo up; while :; do sleep 0.05; done";
    const started = await runtime().start(await container(["sh", "-c", script]), capture);
    await expect.poll(() => capture.stdout).toContain("up");
    started.terminate();
    expect((await started.exited).exitCode).toBe(3);
    expect(capture.stdout).toContain("stopping");
  });

  it("delivers SIGTERM that was asked for before the command had begun", async () => {
    const started = await runtime().start(await container(["sleep", "30"]), new Capture());
    started.terminate();
    expect((await started.exited).exitCode).toBe(143);
  });

  it("kills everything, daemons with sessions of their own included", async () => {
    const mark = `${9_000_000 + Math.floor(Math.random() * 900_000)}`;
    const capture = new Capture();
    const script = `setsid sleep ${mark} & (setsid sh -c 'trap "" TERM; sleep ${mark}; true' &) ; trap '' TERM; echo up; sleep ${mark}`;
    const started = await runtime().start(await container(["sh", "-c", script]), capture);
    await expect
      .poll(() => processesWith(`sleep ${mark}`).length + processesWith(`sleep\0${mark}`).length)
      .toBeGreaterThan(3);
    started.kill();
    expect((await started.exited).exitCode).toBe(137);
    expect(processesWith(mark)).toEqual([]);
  });

  it("ends what a command has left behind when the command ends", async () => {
    const mark = `${9_000_000 + Math.floor(Math.random() * 900_000)}`;
    const result = await run(
      runtime(),
      await container(["sh", "-c", `(setsid sleep ${mark} >/dev/null 2>&1 &); exit 0`]),
    );
    expect(result.exitCode).toBe(0);
    expect(processesWith(mark)).toEqual([]);
  });

  it("runs further commands with the container's environment and files", async () => {
    const volume = join(directory, `volume-${isolation}`);
    await mkdir(volume);
    const mounts = [{ hostPath: volume, mountPath: "/data", readOnly: false }];
    const argv = ["sh", "-c", 'echo content > "$DATA/file"; sleep 30'];
    const env = { PATH: "/usr/bin:/bin", DATA: "/data", QUOTED: "a 'b' \"c\"\nd" };
    const started = await runtime().start(await container(argv, { mounts, env }), new Capture());
    await expect.poll(() => existsSync(join(volume, "file"))).toBe(true);
    const options = { signal: AbortSignal.timeout(5000), maxOutputBytes: 1000 };
    const result = await started.exec(["sh", "-c", 'cat "$DATA/file"; printf %s "$QUOTED"; exit 4'], options);
    expect(result).toEqual({ exitCode: 4, output: `content\n${env.QUOTED}` });
    await expect(started.exec(["sleep", "20"], { ...options, signal: AbortSignal.timeout(100) })).rejects.toThrow(
      "timeout",
    );
    started.kill();
    await started.exited;
  });

  it("ends a container that goes past its memory limit, and says why", async () => {
    const script = "const kept = []; setInterval(() => kept.push(Buffer.alloc(8 << 20, 1)), 20)";
    const spec = await container([process.execPath, "-e", script], { memoryLimitBytes: 120 << 20 });
    expect(await run(runtime(), spec)).toMatchObject({ exitCode: 137, oomKilled: true });
  });
});

describe("memory limit without control groups", () => {
  it("is kept by looking at the tree", async () => {
    const script = "const kept = []; setInterval(() => kept.push(Buffer.alloc(8 << 20, 1)), 20)";
    const spec = await container([process.execPath, "-e", script], { memoryLimitBytes: 120 << 20 });
    const result = await run(new PlainRuntime(new MemoryLimiter(undefined)), spec);
    expect(result).toMatchObject({ exitCode: 137, oomKilled: true });
  });
});

describe.runIf(hasBubblewrap)("the view inside bubblewrap", () => {
  const look = async (script: string, more: Partial<ContainerProcessSpec> = {}) => {
    const runtime = runtimes.get("bubblewrap");
    if (!runtime) throw new Error("bubblewrap is not there");
    return run(runtime, await container(["sh", "-c", script], more));
  };

  it("has its own processes, host name and user", async () => {
    const result = await look("id -u; hostname; ls /proc | grep -c '^[0-9]'");
    const [user, hostname, processes] = result.stdout.trim().split("\n");
    expect([user, hostname]).toEqual(["1000", "pod-name"]);
    expect(Number(processes)).toBeLessThan(8);
  });

  it("does not show the host's directories, other volumes, or the user's home", async () => {
    const result = await look(`ls ${directory} /root /home ${process.env["HOME"] ?? "/root"} 2>&1; ls /etc/shadow`);
    expect(result.stdout.split("\n").filter((line) => line !== "" && !line.includes("No such file"))).toEqual([]);
    expect(result.exitCode).not.toBe(0);
  });

  it("mounts volumes where they belong, read-only when asked", async () => {
    const volume = join(directory, "mounted");
    await mkdir(volume);
    await writeFile(join(volume, "given"), "given");
    const result = await look("cat /rw/given; echo written > /rw/new; echo no > /ro/new", {
      mounts: [
        { hostPath: volume, mountPath: "/rw", readOnly: false },
        { hostPath: volume, mountPath: "/ro", readOnly: true },
      ],
    });
    expect(result.stdout).toBe("given");
    expect(result.stderr).toContain("Read-only file system");
    expect(await readFile(join(volume, "new"), "utf8")).toBe("written\n");
  });

  it("hides the data directory even inside a directory that the image shows, but for what it names", async () => {
    const tree = join(directory, "tree");
    await mkdir(join(tree, "data", "recordings"), { recursive: true });
    await writeFile(join(tree, "code"), "code");
    await writeFile(join(tree, "data", "secret"), "secret");
    await writeFile(join(tree, "data", "recordings", "one"), "recording");
    const result = await look(
      `cat ${tree}/code; cat ${tree}/data/recordings/one; ls ${tree}/data; echo x > ${tree}/code`,
      {
        hostPaths: [
          { path: tree, readOnly: true },
          { path: join(tree, "data", "recordings"), readOnly: true },
        ],
        hiddenPaths: [join(tree, "data")],
      },
    );
    expect(result.stdout).toBe("coderecordingrecordings\n");
    expect(result.stderr).toContain("Read-only file system");
  });

  it("keeps environment values off every command line", async () => {
    const secret = `canary-${process.pid}-${Date.now()}`;
    const runtime = runtimes.get("bubblewrap");
    const spec = await container(["sleep", "30"], { env: { PATH: "/usr/bin:/bin", SECRET: secret } });
    const started = await runtime?.start(spec, new Capture());
    await sleep(50);
    expect(processesWith(secret)).toEqual([]);
    started?.kill();
    await started?.exited;
  });

  it("makes the working directory, a private /tmp, and a read-only root when asked", async () => {
    const result = await look("pwd; echo a > /tmp/a && echo tmp; echo a > /a", {
      workingDirectory: "/srv/app",
      readOnlyRoot: true,
    });
    expect(result.stdout).toBe("/srv/app\ntmp\n");
    expect(result.stderr).toContain("Read-only file system");
  });
});
