// Sessions as real processes on a local cluster, under the operator's own rights.
import { PROJECTS_NAMESPACE, RUNNER_SECRETS_NAME } from "@pilothouse/contracts";
import { coreEvents, jobs, secrets } from "@pilothouse/kubernetes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectSettings, projects, sessions } from "../src/resources/types.ts";
import { Platform, eventually, problemLogger } from "./support/platform.ts";
import { sessionProcesses } from "./support/processes.ts";

const TEAM = "team-a";
let platform: Platform;

beforeAll(async () => {
  platform = await Platform.start({
    logger: { ...problemLogger, warn: () => {} },
    flags: { "startup-deadline": "8", "resync-interval": "1" },
  });
  await platform.project(platform.user("alice"), TEAM, "alice");
}, 30_000);
afterAll(() => platform.stop(), 30_000);

describe("a session on a cluster", { timeout: 60_000 }, () => {
  it("runs, stops, goes on with a new attempt, and is deleted with its transcript", async () => {
    const { metadata } = await platform.createSession(TEAM, "walk");
    const first = await platform.phase(TEAM, "walk", "Running");
    expect(first.status).toMatchObject({
      attempt: 1,
      jobName: "walk-1",
      endpoint: expect.stringMatching(/^http:\/\/127\.\d+\.\d+\.\d+:8001$/),
    });
    expect((await fetch(`${first.status?.endpoint}/health`)).status).toBe(200);

    await platform.wish(TEAM, "walk", "Stopped");
    const stopped = await platform.phase(TEAM, "walk", "Stopped");
    expect(stopped.status?.stoppedReason).toBe("user");
    expect(stopped.status?.endpoint).toBeUndefined();
    expect(await platform.livePods(TEAM)).toEqual([]);

    await platform.wish(TEAM, "walk", "Running");
    expect((await platform.phase(TEAM, "walk", "Running")).status).toMatchObject({
      attempt: 2,
      jobName: "walk-2",
    });
    expect(await platform.livePods(TEAM)).toHaveLength(1);

    await platform.admin.delete(sessions, { namespace: TEAM, name: "walk" });
    await eventually(
      async () =>
        (await platform.admin.find(sessions, { namespace: TEAM, name: "walk" })) === undefined ? true : undefined,
      "the session to be gone",
    );
    expect(platform.removedTranscripts).toContain(metadata.uid);
    await eventually(
      async () => ((await platform.livePods(TEAM)).length === 0 ? true : undefined),
      "its pod to be gone",
    );
  });

  it.each([
    ["done", 0, "", "Completed", "run-finished", "the runner has finished"],
    ["agent-error", 1, "the model refused", "Failed", "error", "the model refused"],
    ["missing", 2, "repository x cannot be cloned", "Failed", "error", "repository x cannot be cloned"],
  ] as const)("whose runner ends as %s says so", async (name, code, words, phase, reason, message) => {
    const environmentVariables = { TEST_EXIT_CODE: String(code), TEST_EXIT_AFTER_MS: "100", TEST_LAST_WORDS: words };
    await platform.createSession(TEAM, name, { environmentVariables });
    const session = await platform.phase(TEAM, name, phase);
    expect(session.status).toMatchObject({ stoppedReason: reason, message, attempt: 1 });
    expect(session.spec.desiredState).toBe("Stopped");
    const list = await eventually(async () => {
      const { items } = await platform.admin.list(coreEvents, {
        namespace: TEAM,
        fieldSelector: `involvedObject.uid=${session.metadata.uid}`,
      });
      return items.some((event) => event.reason === phase) ? items : undefined;
    }, `the event ${phase}`);
    expect(list.map((event) => event.reason)).toContain("Starting");
  });

  it("lets its own runner write its digest, and nothing else anywhere", async () => {
    await platform.createSession(TEAM, "own");
    await platform.createSession(TEAM, "other");
    await platform.phase(TEAM, "own", "Running");
    await platform.phase(TEAM, "other", "Running");
    const runner = await platform.serviceAccount(TEAM, "session-own");
    const write = async (name: string, status: object) =>
      runner.patch(sessions, { namespace: TEAM, name }, { type: "merge", body: { status } }, { subresource: "status" });
    expect((await write("own", { agent: { status: "idle" } })).status?.agent?.status).toBe("idle");
    for (const forbidden of [
      write("own", { endpoint: "http://10.0.0.1" }),
      write("own", { phase: "Completed" }),
      write("other", { agent: { status: "idle" } }),
      runner.patch(sessions, { namespace: TEAM, name: "own" }, { type: "merge", body: { spec: { displayName: "x" } } }),
      runner.get(sessions, { namespace: TEAM, name: "other" }),
      runner.list(sessions, { namespace: TEAM }),
      runner.list(secrets, { namespace: TEAM }),
    ]) {
      await expect(forbidden).rejects.toMatchObject({
        status: expect.toSatisfy((status) => status === 403 || status === 422),
      });
    }
    for (const name of ["own", "other"]) await platform.wish(TEAM, name, "Stopped");
    for (const name of ["own", "other"]) await platform.phase(TEAM, name, "Stopped");
  });

  it("whose runner is killed is tried again, never with two at a time", async () => {
    const { metadata } = await platform.createSession(TEAM, "killed");
    await platform.phase(TEAM, "killed", "Running");
    const [runner] = sessionProcesses(metadata.uid, "runner");
    expect(runner).toBeDefined();
    if (runner !== undefined) process.kill(runner, "SIGKILL");
    await eventually(
      async () => ((await platform.session(TEAM, "killed")).status?.attempt === 2 ? true : undefined),
      "a second attempt",
    );
    const session = await platform.phase(TEAM, "killed", "Running");
    expect(session.status).toMatchObject({ attempt: 2, retries: 1 });
    expect(sessionProcesses(metadata.uid, "runner")).toHaveLength(1);
    await platform.wish(TEAM, "killed", "Stopped");
    await platform.phase(TEAM, "killed", "Stopped");
  });

  it("whose Job is deleted is tried again", async () => {
    await platform.createSession(TEAM, "jobless");
    await platform.phase(TEAM, "jobless", "Running");
    await platform.admin.delete(jobs, { namespace: TEAM, name: "jobless-1" }, { propagationPolicy: "Background" });
    await eventually(
      async () => ((await platform.session(TEAM, "jobless")).status?.attempt === 2 ? true : undefined),
      "a second attempt",
    );
    expect((await platform.phase(TEAM, "jobless", "Running")).status?.retries).toBe(1);
    await platform.wish(TEAM, "jobless", "Stopped");
    await platform.phase(TEAM, "jobless", "Stopped");
  });

  it("that never becomes ready fails at the deadline and says why", async () => {
    await platform.createSession(TEAM, "late", { environmentVariables: { TEST_NEVER_READY: "1" } });
    const session = await platform.phase(TEAM, "late", "Failed");
    expect(session.status?.message).toMatch(/^not ready within 8 s: .*(Unhealthy|the runner is starting)/);
    expect(await platform.livePods(TEAM)).toEqual([]);
  });

  it("with a timeout is stopped by it, and not tried again", async () => {
    await platform.createSession(TEAM, "timed", { timeout: 2 });
    await platform.phase(TEAM, "timed", "Running");
    const session = await platform.phase(TEAM, "timed", "Stopped");
    expect(session.status).toMatchObject({ stoppedReason: "timeout", attempt: 1 });
  });

  it("with an unknown runner fails at once", async () => {
    await platform.createSession(TEAM, "unknown", { runnerType: "nothing" });
    const session = await platform.phase(TEAM, "unknown", "Failed");
    expect(session.status?.message).toBe(
      "runner type nothing is not in the agent registry (known: test-runner, keyed-runner)",
    );
  });

  it("waits for the project's key, and starts when its owner sets it", async () => {
    await platform.createSession(TEAM, "keyed", { runnerType: "keyed-runner" });
    const waiting = await platform.phase(TEAM, "keyed", "Pending");
    expect(waiting.status?.message).toContain("ANTHROPIC_API_KEY");
    const alice = platform.user("alice");
    await alice.create(secrets, {
      metadata: { name: RUNNER_SECRETS_NAME, namespace: TEAM },
      stringData: { ANTHROPIC_API_KEY: "sk-not-a-key" },
    });
    await platform.phase(TEAM, "keyed", "Running");
    await eventually(async () => {
      const settings = await alice.get(projectSettings, { namespace: TEAM, name: "projectsettings" });
      return settings.status?.secrets?.[0]?.keys[0]?.name === "ANTHROPIC_API_KEY" ? true : undefined;
    }, "the key to be listed");
    await expect(alice.get(secrets, { namespace: TEAM, name: RUNNER_SECRETS_NAME })).rejects.toMatchObject({
      status: 403,
    });
    await platform.wish(TEAM, "keyed", "Stopped");
    await platform.phase(TEAM, "keyed", "Stopped");
  });

  it("queues past the project's limit, and moves up", async () => {
    const key = { namespace: TEAM, name: "projectsettings" };
    await platform.admin.patch(projectSettings, key, {
      type: "merge",
      body: { spec: { limits: { maxRunningSessions: 1 } } },
    });
    await platform.createSession(TEAM, "first");
    await platform.phase(TEAM, "first", "Running");
    await platform.createSession(TEAM, "second");
    const second = await platform.phase(TEAM, "second", "Queued");
    expect(second.status).toMatchObject({
      queuePosition: 1,
      message: "the project runs at most 1 sessions: place 1 in the queue",
    });
    await platform.createSession(TEAM, "third");
    expect((await platform.phase(TEAM, "third", "Queued")).status?.queuePosition).toBe(2);
    await platform.wish(TEAM, "first", "Stopped");
    expect((await platform.phase(TEAM, "second", "Running")).status?.queuePosition).toBeUndefined();
    await eventually(
      async () => ((await platform.session(TEAM, "third")).status?.queuePosition === 1 ? true : undefined),
      "the third to move up",
    );
    await platform.admin.patch(projectSettings, key, { type: "merge", body: { spec: { limits: null } } });
    await platform.phase(TEAM, "third", "Running");
    for (const name of ["second", "third"]) await platform.wish(TEAM, name, "Stopped");
    for (const name of ["second", "third"]) await platform.phase(TEAM, name, "Stopped");
  });

  it("is deleted only once the backend has removed the transcript", async () => {
    const { metadata } = await platform.createSession(TEAM, "kept");
    await platform.phase(TEAM, "kept", "Running");
    platform.transcriptStatus = 503;
    await platform.admin.delete(sessions, { namespace: TEAM, name: "kept" });
    await eventually(async () => {
      const { status } = await platform.session(TEAM, "kept");
      return status?.conditions?.find((condition) => condition.type === "TranscriptRemoved")?.status === "False"
        ? true
        : undefined;
    }, "the condition");
    expect(platform.removedTranscripts).not.toContain(metadata.uid);
    platform.transcriptStatus = 204;
    await eventually(
      async () =>
        (await platform.admin.find(sessions, { namespace: TEAM, name: "kept" })) === undefined ? true : undefined,
      "the session to be gone",
    );
    expect(platform.removedTranscripts).toContain(metadata.uid);
  });

  it("lives on when the operator is replaced, and costs no write at rest", async () => {
    const { metadata } = await platform.createSession(TEAM, "lasting");
    const before = await platform.phase(TEAM, "lasting", "Running");
    await platform.stopOperator();
    await platform.startOperator();
    // Several resyncs of one second.
    await new Promise((resolve) => setTimeout(resolve, 3500));
    const after = await platform.session(TEAM, "lasting");
    expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    expect(sessionProcesses(metadata.uid, "runner")).toHaveLength(1);
    await platform.wish(TEAM, "lasting", "Stopped");
    await platform.phase(TEAM, "lasting", "Stopped");
  });

  it("comes and goes with eleven others, none lost and none doubled", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `many-${index}`);
    await Promise.all(names.map(async (name) => platform.createSession(TEAM, name)));
    await Promise.all(names.map(async (name) => platform.phase(TEAM, name, "Running", 40)));
    expect(await platform.livePods(TEAM)).toHaveLength(names.length);
    await Promise.all(names.map(async (name) => platform.wish(TEAM, name, "Stopped")));
    await Promise.all(names.map(async (name) => platform.phase(TEAM, name, "Stopped", 40)));
    expect(await platform.livePods(TEAM)).toEqual([]);
  });

  it("goes with its project", async () => {
    await platform.project(platform.user("bob"), "team-b", "bob");
    await platform.createSession("team-b", "doomed");
    await platform.phase("team-b", "doomed", "Running");
    await platform.user("bob").delete(projects, { namespace: PROJECTS_NAMESPACE, name: "team-b" });
    await eventually(
      async () =>
        (await platform.admin.find(projects, { namespace: PROJECTS_NAMESPACE, name: "team-b" })) === undefined
          ? true
          : undefined,
      "the project to be gone",
      40,
    );
    expect(await platform.livePods("team-b")).toEqual([]);
  });
});
