/** What clients see of the workspace while a session starts, and of a push that is refused. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { endsRun, EventType, type SequencedEvent } from "@pilothouse/agui";
import type { ReconciledRepo } from "@pilothouse/contracts/resources/agentic-session";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { verifyThread } from "./support/agent-client.ts";
import { startGitServer, type GitServer } from "./support/git-server.ts";
import { Platform, type TestSession } from "./support/platform.ts";
import { RunnerProcess } from "./support/runner-process.ts";

const SIZE = 400_000;
const isEnd = ({ event }: SequencedEvent): boolean => endsRun(event);
const statesIn = (entries: readonly SequencedEvent[]): ReconciledRepo[][] =>
  entries.flatMap(({ event }) =>
    event.type === EventType.CUSTOM && event.name === "repositories" ? [Object(event.value).items] : [],
  );
const startsIn = (entries: readonly SequencedEvent[]): unknown[] =>
  entries.flatMap(({ event }) => (event.type === EventType.RUN_STARTED ? [event.metadata?.["autonomous"]] : []));

describe("repositories of a session that starts", () => {
  let platform: Platform;
  let slow: GitServer;
  const running: RunnerProcess[] = [];
  const git = (cwd: string, ...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd, encoding: "utf8" });

  beforeAll(async () => {
    platform = await Platform.start();
    for (const name of ["one", "two"]) {
      const source = join(platform.directory, "git", name);
      await mkdir(source, { recursive: true });
      git(source, "init", "--quiet", "--initial-branch=main");
      await writeFile(join(source, "cargo.bin"), randomBytes(SIZE));
      git(source, "add", "--all");
      git(source, "commit", "--quiet", "--message", "first");
    }
    slow = await startGitServer({ root: join(platform.directory, "git"), pace: SIZE / 45 });
  });
  afterEach(async () => {
    for (const runner of running.splice(0)) {
      runner.kill("SIGKILL");
      await runner.exited;
    }
  });
  afterAll(async () => {
    await slow.close();
    await platform.stop();
  });

  let count = 0;
  const start = async (spec: Record<string, unknown>): Promise<{ runner: RunnerProcess; session: TestSession }> => {
    const environmentVariables = { REPLAY_SPEED: "0", REPLAY_RECORDING: "add-a-search" };
    const session = await platform.createSession(`clone-${++count}`, { environmentVariables, ...spec });
    const runner = await RunnerProcess.start(platform, session);
    running.push(runner);
    return { runner, session };
  };
  const agent = async (session: TestSession) => (await platform.session(session.name)).status?.agent;

  it("tells in a run of its own how far the clones are, all at once, and counts it as no turn", async () => {
    const repos = ["one", "two"].map((name) => ({ url: `${slow.url}/${name}`, name }));
    const { runner, session } = await start({ repos, initialPrompt: "Search" });
    const began = await runner.eventsUntil(({ event }) => event.type === EventType.CUSTOM);
    const status = async () => (await platform.session(session.name)).status?.reconciledRepos;
    await expect
      .poll(status, { timeout: 5000 })
      .toMatchObject([{ status: "Cloning", message: expect.stringMatching(/objects \d+%/) }, { status: "Cloning" }]);
    const rest = await runner.eventsUntil((_, all) => all.filter(isEnd).length === 2, 0, 30);
    const states = statesIn(rest);
    const percent = /^Receiving objects \d+%/;
    const together = states.filter((items) => items.every(({ message = "" }) => percent.test(message)));
    expect(together.length).toBeGreaterThan(0);
    expect(states.at(-1)).toMatchObject([{ status: "Ready" }, { status: "Ready" }]);
    expect(began[0]?.event).toMatchObject({ type: "RUN_STARTED", metadata: { autonomous: "workspace" } });
    expect(startsIn(rest)).toEqual(["workspace", undefined]);
    await expect.poll(async () => agent(session), { timeout: 5000 }).toMatchObject({ status: "idle", turns: 1 });
    await verifyThread(platform, session, runner);
  }, 40_000);

  it("says in the transcript which repository cannot be cloned, and why", async () => {
    const repos = [{ url: `${slow.url}/none`, name: "none" }];
    const { runner, session } = await start({ repos, initialPrompt: "Search" });
    expect(await runner.exited).toBe(2);
    const told = platform.store.events(session.uid);
    expect(startsIn(told)).toEqual(["workspace"]);
    expect(told.at(-1)?.event).toMatchObject({
      type: "RUN_ERROR",
      code: "CLONE_FAILED",
      message: expect.stringMatching(/^repository none \(http.*none\) cannot be cloned: there is no such repository/),
    });
    expect(statesIn(told).at(-1)).toMatchObject([{ name: "none", status: "Failed" }]);
    const status = await agent(session);
    expect([status?.turns ?? 0, status?.promptDelivered ?? false]).toEqual([0, false]);
  });

  it("tells at once that the working branch was refused, and once", async () => {
    const source = join(platform.directory, "git", "one");
    git(source, "branch", "pilothouse/clone-3");
    const { runner, session } = await start({ repos: [{ url: `file://${source}`, name: "one", autoPush: true }] });
    await expect
      .poll(async () => (await platform.session(session.name)).status?.reconciledRepos?.[0]?.status, {
        timeout: 10_000,
      })
      .toBe("Ready");
    // Somebody else works on the branch, too.
    git(source, "checkout", "--quiet", "pilothouse/clone-3");
    git(source, "commit", "--quiet", "--allow-empty", "--message", "theirs");
    git(source, "checkout", "--quiet", "main");
    const place = join(session.workspace, "repos", "one");
    git(place, "commit", "--quiet", "--allow-empty", "--message", "mine");
    await runner.say("Search");
    const events = await runner.eventsUntil((entry, all) => startsIn(all).includes("workspace") && isEnd(entry));
    expect(JSON.stringify(events)).toMatch(
      /The working branch was not pushed\. one: git push: .*rejected.*fetch first/,
    );
    expect(statesIn(events).at(-1)).toMatchObject([{ message: expect.stringContaining("rejected") }]);
    await expect
      .poll(async () => (await platform.session(session.name)).status?.reconciledRepos, { timeout: 5000 })
      .toMatchObject([{ status: "Ready", message: expect.stringContaining("was not pushed") }]);
    await runner.say("Go on");
    await runner.eventsUntil(isEnd, events.at(-1)?.seq);
    await expect.poll(async () => agent(session), { timeout: 5000 }).toMatchObject({ turns: 2 });
    const thread = await verifyThread(platform, session, runner);
    expect(startsIn(thread).filter((reason) => reason === "workspace")).toHaveLength(1);
  });
});
