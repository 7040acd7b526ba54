// The operator as processes: two replicas, of which one leads; how they end.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { Platform, eventually } from "./support/platform.ts";
import { sessionProcesses } from "./support/processes.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const Up = z.object({ healthPort: z.number() });
let platform: Platform;
const children: ChildProcess[] = [];

beforeAll(async () => {
  platform = await Platform.start({ startOperator: false });
}, 30_000);
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
});
afterAll(() => platform.stop(), 30_000);

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

interface Replica {
  readonly child: ChildProcess;
  leads(): Promise<boolean>;
}

async function start(environment: Record<string, string> = {}): Promise<Replica> {
  const child = spawn(process.execPath, [MAIN, ...platform.args], {
    env: { PATH: process.env["PATH"], ...environment },
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const up = Up.safeParse(JSON.parse(line));
    if (!up.success) continue;
    child.stdout.resume();
    const metrics = `http://127.0.0.1:${up.data.healthPort}/metrics`;
    return {
      child,
      leads: async () =>
        (await (await fetch(metrics)).text()).includes('leader_election_master_status{name="pilothouse-operator"} 1'),
    };
  }
  throw new Error(`the operator ended with ${child.exitCode}`);
}

describe("operator processes", { timeout: 60_000 }, () => {
  it("have one leader, and another one soon after it has died, who doubles nothing", async () => {
    const [first, second] = [await start(), await start()];
    const leader = await eventually(
      async () => ((await first.leads()) ? first : (await second.leads()) ? second : undefined),
      "a leader",
    );
    const follower = leader === first ? second : first;
    await platform.project(platform.user("alice"), "team-a", "alice");
    const { metadata } = await platform.createSession("team-a", "walk");
    await platform.phase("team-a", "walk", "Running");
    expect(await follower.leads()).toBe(false);

    await kill(leader.child);
    const died = Date.now();
    await platform.createSession("team-a", "next");
    await eventually(async () => ((await follower.leads()) ? true : undefined), "the other to lead");
    await platform.phase("team-a", "next", "Running");
    expect(Date.now() - died).toBeLessThan(15_000);
    expect((await platform.session("team-a", "walk")).status).toMatchObject({ phase: "Running", attempt: 1 });
    expect(sessionProcesses(metadata.uid, "runner")).toHaveLength(1);
  });

  it.each([
    ["SIGTERM", (child: ChildProcess) => child.kill("SIGTERM")],
    ["the end of its parent", (child: ChildProcess) => child.stdin?.end()],
  ])("end cleanly with %s, and give their lead back", async (_, end) => {
    const replica = await start({ PILOTHOUSE_EXIT_WITH_PARENT: "1" });
    await eventually(async () => ((await replica.leads()) ? true : undefined), "it to lead");
    const gone = once(replica.child, "exit");
    end(replica.child);
    expect((await gone)[0]).toBe(0);
    const next = await start();
    const began = Date.now();
    await eventually(async () => ((await next.leads()) ? true : undefined), "the next to lead");
    // Far less than the lease lasts.
    expect(Date.now() - began).toBeLessThan(2000);
  });

  it("refuse a wrong command line with a sentence and exit code 64", async () => {
    const child = spawn(process.execPath, [MAIN, "--colour", "red"], { stdio: ["ignore", "ignore", "pipe"] });
    children.push(child);
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    expect((await once(child, "close"))[0]).toBe(64);
    expect(said).toMatch(/^operator: Unknown option '--colour'.*Known flags:/);
  });
});
