import type { AgenticSession } from "@pilothouse/contracts";
import { afterEach, describe, expect, it } from "vitest";
import { followSharedList, type ListStream } from "./shared-list.ts";

/** Node has the browser's own BroadcastChannel and Web Locks: each follower here is what a tab is there. */
const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));
let scopes = 0;

const session = (uid: string) => ({ metadata: { name: uid, uid } }) as AgenticSession;

function browser() {
  const scope = `test ${(scopes += 1)}`;
  const streams: ListStream[] = [];
  function openTab() {
    const controller = new AbortController();
    closers.push(() => controller.abort());
    const tab = { names: [] as string[], stream: "none", close: () => controller.abort() };
    followSharedList({
      scope,
      known: [],
      read: (stream) =>
        new Promise((resolve) => {
          streams.push(stream);
          stream.signal.addEventListener("abort", () => resolve());
        }),
      onChange: (state) => (tab.names = [...state.byUid.values()].map(({ metadata }) => metadata.name).toSorted()),
      onState: ({ status }) => (tab.stream = status),
      signal: controller.signal,
    });
    return tab;
  }
  /** The stream that is read now. */
  const live = () => streams.filter((stream) => !stream.signal.aborted);
  return { openTab, live };
}

function sendList(stream: ListStream | undefined, uids: string[]): void {
  stream?.onOpen();
  stream?.onState({ status: "live" });
  for (const uid of uids) stream?.onEvent({ type: "added", session: session(uid) });
  stream?.onEvent({ type: "synced" });
}

describe("a list that several tabs show", () => {
  it("is read once, and known to all, whenever they come", async () => {
    const { openTab, live } = browser();
    const early = [openTab(), openTab(), openTab()];
    await expect.poll(() => live().length).toBe(1);
    sendList(live()[0], ["a", "b"]);
    const late = openTab();
    for (const tab of [...early, late]) await expect.poll(() => tab.names).toEqual(["a", "b"]);
    expect(late.stream).toBe("live");
    live()[0]?.onEvent({ type: "deleted", name: "a", uid: "a" });
    for (const tab of [...early, late]) await expect.poll(() => tab.names).toEqual(["b"]);
    expect(live()).toHaveLength(1);
  });

  it("is read by another tab once the one that read it is closed, without a moment of emptiness", async () => {
    const { openTab, live } = browser();
    const first = openTab();
    await expect.poll(() => live().length).toBe(1);
    const second = openTab();
    sendList(live()[0], ["a"]);
    await expect.poll(() => second.names).toEqual(["a"]);
    first.close();
    await expect.poll(() => live().length).toBe(1);
    live()[0]?.onOpen();
    live()[0]?.onEvent({ type: "added", session: session("c") });
    expect(second.names).toEqual(["a"]);
    live()[0]?.onEvent({ type: "synced" });
    await expect.poll(() => second.names).toEqual(["c"]);
  });

  it("is taken from a tab that does not answer", async () => {
    const { openTab, live } = browser();
    const name = `pilothouse-list test ${scopes}`;
    const asleep = new AbortController();
    closers.push(() => asleep.abort());
    // Holds the lead and says nothing, as a suspended tab does.
    const held = navigator.locks.request(
      name,
      () => new Promise((resolve) => asleep.signal.addEventListener("abort", resolve)),
    );
    held.catch(() => undefined);
    openTab();
    await expect.poll(() => live().length, { timeout: 5_000 }).toBe(1);
  });
});
