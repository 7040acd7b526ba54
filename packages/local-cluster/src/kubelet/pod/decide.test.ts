import type { Container, PodSpec } from "@pilothouse/kubernetes";
import { describe, expect, it } from "vitest";
import { type ContainerPhase, type ContainerRecord, containerRecords } from "./container-record.ts";
import { decide } from "./decide.ts";

const NOW = 1_000_000;
type State = "waiting" | "starting" | "running" | "unstarted" | number | `retry at ${number}`;

function phaseOf(state: State): ContainerPhase {
  const containerID = "id";
  if (typeof state === "number") {
    return {
      type: "terminated",
      exitCode: state,
      reason: "",
      message: undefined,
      startedAt: NOW - 5000,
      finishedAt: NOW - 1000,
      containerID,
    };
  }
  if (state === "waiting") return { type: "waiting", reason: "ContainerCreating" };
  if (state === "starting") return { type: "starting" };
  if (state === "running") return { type: "running", containerID, startedAt: 0, started: true, ready: true };
  if (state === "unstarted") return { type: "running", containerID, startedAt: 0, started: false, ready: false };
  return { type: "waiting", reason: "CrashLoopBackOff", retryAt: Number(state.slice("retry at ".length)) };
}

/** Names tell the kind: `init…`, `side…`, anything else is a main container. */
function podOf(states: Record<string, State>): ContainerRecord[] {
  const container = (name: string): Container => ({
    name,
    ...(name.startsWith("side") ? { restartPolicy: "Always" as const } : {}),
  });
  const isInit = (name: string) => name.startsWith("init") || name.startsWith("side");
  const names = Object.keys(states);
  const initContainers = names.filter(isInit).map(container);
  const containers = names.filter((name) => !isInit(name)).map(container);
  const records = containerRecords({ spec: { initContainers, containers } });
  for (const record of records) {
    const state = states[record.spec.name] ?? "waiting";
    record.phase = phaseOf(state);
    record.starts = state === "waiting" || state === "starting" ? 0 : 1;
  }
  return records;
}

function decided(
  states: Record<string, State>,
  policy: NonNullable<PodSpec["restartPolicy"]> = "Never",
  backoffSeconds = 0,
) {
  const records = podOf(states);
  for (const record of records) record.backoffSeconds = backoffSeconds;
  const { start, backOff, stopSidecars, outcome, wakeAt } = decide(records, policy, NOW);
  return {
    start: start.map(({ spec }) => spec.name),
    backOff: backOff.map(({ record }) => record.spec.name),
    stopSidecars,
    outcome,
    wakeAt,
  };
}

const nothing = {
  start: [] as string[],
  backOff: [] as string[],
  stopSidecars: false,
  outcome: undefined,
  wakeAt: undefined,
};

describe("what the kubelet does next", () => {
  it.each<[string, Record<string, State>, Partial<typeof nothing> | object]>([
    ["starts all main containers together", { a: "waiting", b: "waiting" }, { start: ["a", "b"] }],
    [
      "starts the first init container alone",
      { init1: "waiting", init2: "waiting", a: "waiting" },
      { start: ["init1"] },
    ],
    ["waits for a running init container", { init1: "running", init2: "waiting", a: "waiting" }, {}],
    [
      "goes on when an init container has succeeded",
      { init1: 0, init2: "waiting", a: "waiting" },
      { start: ["init2"] },
    ],
    ["fails the pod when an init container has failed", { init1: 1, a: "waiting" }, { outcome: "Failed" }],
    ["waits until a sidecar has started", { side: "unstarted", init: "waiting", a: "waiting" }, {}],
    ["goes on beside a started sidecar", { side: "running", init: "waiting", a: "waiting" }, { start: ["init"] }],
    ["starts the main containers beside sidecars", { init: 0, side: "running", a: "waiting" }, { start: ["a"] }],
    ["restarts a sidecar that has ended while the main container runs", { side: 1, a: "running" }, { start: ["side"] }],
    ["does not run init containers again", { init: 0, a: "running" }, {}],
    ["stops the sidecars when the work is done", { side: "running", a: 0 }, { stopSidecars: true }],
    ["waits for a sidecar that is just being started to end", { side: "starting", a: 0 }, { stopSidecars: true }],
    ["does not restart a sidecar once the work is done", { side: 137, a: 0 }, { outcome: "Succeeded" }],
    [
      "stops the sidecars when an init container has failed",
      { side: "running", init: 1, a: "waiting" },
      { stopSidecars: true },
    ],
    ["succeeds when every main container has", { a: 0, b: 0 }, { outcome: "Succeeded" }],
    ["fails when one main container has failed and none runs", { a: 0, b: 3 }, { outcome: "Failed" }],
    ["waits for the others when one has failed", { a: 3, b: "running" }, {}],
  ])("%s", (_title, states, expected) => {
    expect(decided(states)).toEqual({ ...nothing, ...expected });
  });

  it.each<[NonNullable<PodSpec["restartPolicy"]>, number, string[]]>([
    ["Always", 0, ["a"]],
    ["Always", 1, ["a"]],
    ["OnFailure", 0, []],
    ["OnFailure", 1, ["a"]],
    ["Never", 1, []],
  ])("with restartPolicy %s, after exit code %d, starts again: %j", (policy, exitCode, start) => {
    expect(decided({ a: exitCode, b: "running" }, policy).start).toEqual(start);
  });

  it("restarts at once the first time, and later after the back-off", () => {
    expect(decided({ a: 1 }, "Always")).toEqual({ ...nothing, start: ["a"] });
    expect(decided({ a: 1 }, "Always", 10)).toEqual({ ...nothing, backOff: ["a"], wakeAt: NOW + 9000 });
    expect(decided({ a: `retry at ${NOW + 500}` }, "Always")).toEqual({ ...nothing, wakeAt: NOW + 500 });
    expect(decided({ a: `retry at ${NOW}` }, "Always")).toEqual({ ...nothing, start: ["a"] });
  });

  it("forgets the back-off of a container that had run for ten minutes", () => {
    const records = podOf({ a: 1 });
    for (const record of records) {
      record.backoffSeconds = 300;
      record.phase = { ...record.phase, startedAt: NOW - 601_000 } as ContainerPhase;
    }
    expect(decide(records, "Always", NOW).start).toHaveLength(1);
  });
});
