// A project's money of a day, and what sessions know of their children: real sessions on a local cluster, whose digests
// are written by their own identities.
import { sessionObjectName, type ChildSession } from "@pilothouse/contracts";
import { coreEvents, type KubernetesClient } from "@pilothouse/kubernetes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectSettings, sessions } from "../src/resources/types.ts";
import { Platform, eventually, problemLogger } from "./support/platform.ts";

const KEY = { namespace: "dock", name: "projectsettings" };
let platform: Platform;
let alice: KubernetesClient;

beforeAll(async () => {
  platform = await Platform.start({ logger: problemLogger });
  alice = platform.user("alice");
  await platform.project(alice, "dock", "alice");
}, 30_000);
afterAll(() => platform.stop(), 30_000);

async function digest(name: string, fields: Record<string, unknown>): Promise<void> {
  const runner = await platform.serviceAccount("dock", sessionObjectName(name));
  const body = { status: { agent: { status: "working", ...fields } } };
  await runner.patch(sessions, { namespace: "dock", name }, { type: "merge", body }, { subresource: "status" });
}

const cost = (costUsd: number) => ({ usage: { inputTokens: 1, outputTokens: 1, cachedTokens: 0, costUsd } });

async function spent(costUsd: number, what: string) {
  return eventually(async () => {
    const { status } = await alice.get(projectSettings, KEY);
    return status?.spending?.costUsd === costUsd ? status.spending : undefined;
  }, what);
}

async function limit(maxCostUsdPerDay: number | null): Promise<void> {
  await alice.patch(projectSettings, KEY, { type: "merge", body: { spec: { limits: { maxCostUsdPerDay } } } });
}

const today = () => new Date().toISOString().slice(0, 10);

describe("a project's money of a day", { timeout: 60_000 }, () => {
  it("stops who runs, holds who comes, outlives sessions and the operator, and lets go when there is more", async () => {
    await limit(5);
    for (const name of ["one", "two"]) await platform.createSession("dock", name);
    for (const name of ["one", "two"]) await platform.phase("dock", name, "Running");
    await digest("one", cost(2));
    await spent(2, "the first cost to be written");

    // What a deleted session has cost stays spent.
    await alice.delete(sessions, { namespace: "dock", name: "one" });
    await eventually(
      async () => ((await alice.find(sessions, { namespace: "dock", name: "one" })) === undefined ? true : undefined),
      "the first session to be gone",
    );
    expect((await spent(2, "the cost of a deleted session")).removed?.costUsd).toBe(2);

    await platform.stopOperator();
    await digest("two", cost(2.5));
    await platform.startOperator();
    await spent(4.5, "the cost of while no operator was there");
    expect((await platform.session("dock", "two")).status?.phase).toBe("Running");

    await digest("two", cost(3));
    const stopped = await platform.phase("dock", "two", "Stopped");
    expect(stopped.status).toMatchObject({
      stoppedReason: "budget",
      message: expect.stringContaining(`the 5 USD that they may on ${today()} (UTC)`),
    });
    await spent(5, "the whole cost");
    const { items } = await platform.admin.list(coreEvents, { namespace: "dock" });
    expect(items.map((event) => event.reason)).toContain("DailyBudgetSpent");

    await platform.createSession("dock", "three");
    const queued = await platform.phase("dock", "three", "Queued");
    expect(queued.status?.message).toContain("they can go on at 00:00 UTC, or when an admin raises the limit");
    await platform.wish("dock", "two", "Running");
    await platform.phase("dock", "two", "Queued");

    await limit(6);
    for (const name of ["two", "three"]) await platform.phase("dock", name, "Running");
    expect((await alice.get(projectSettings, KEY)).status?.spending).toMatchObject({ day: today(), costUsd: 5 });
    await limit(null);
  });
});

describe("a session", { timeout: 60_000 }, () => {
  it("knows how the sessions that were started for it get on, and nobody else's", async () => {
    const spec = (more: object) => ({ userContext: { userId: "alice" }, ...more });
    const create = async (client: KubernetesClient, name: string, more: object) =>
      client.create(sessions, {
        metadata: { name, namespace: "dock" },
        spec: { runnerType: "test-runner", ...spec(more) } as never,
      });
    await create(alice, "parent", {});
    await create(alice, "child", { parentSession: "parent" });
    await create(platform.admin, "stranger", { parentSession: "parent", userContext: undefined });
    await platform.phase("dock", "child", "Running");
    await digest("child", { status: "idle", result: { text: "found it", isError: false } });
    const children = async (seen: (list: readonly ChildSession[] | undefined) => boolean) =>
      eventually(async () => {
        const { status } = await platform.session("dock", "parent");
        return seen(status?.children) ? (status?.children ?? []) : undefined;
      }, "the parent to know");
    expect(await children((list) => list?.[0]?.result !== undefined)).toEqual([
      { name: "child", phase: "Running", agentStatus: "idle", result: { text: "found it", isError: false } },
    ]);
    await alice.delete(sessions, { namespace: "dock", name: "child" });
    await children((list) => list === undefined);
  });
});
