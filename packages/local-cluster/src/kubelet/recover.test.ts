import type { ContainerState, ContainerStatus, Pod, PodSpec, PodStatus, Stored } from "@pilothouse/kubernetes";
import { describe, expect, it } from "vitest";
import { recover } from "./recover.ts";

const NOW = 1_000_000;
const running: ContainerState = { running: { startedAt: "1970-01-01T00:10:00Z" } };
const ended = (exitCode: number): ContainerState => ({
  terminated: { exitCode, reason: exitCode === 0 ? "Completed" : "Error" },
});
const waiting: ContainerState = { waiting: { reason: "CrashLoopBackOff" } };

function recovered(
  policy: NonNullable<PodSpec["restartPolicy"]>,
  states: Record<string, ContainerState>,
  phase: PodStatus["phase"] = "Running",
) {
  const names = Object.keys(states);
  const status = (name: string): ContainerStatus => ({
    name,
    ready: true,
    restartCount: 2,
    image: "x",
    imageID: "",
    state: states[name],
  });
  const isInit = (name: string) => name.startsWith("init") || name.startsWith("side");
  const pod: Stored<Pod> = {
    metadata: { name: "pod", namespace: "team", uid: "uid", resourceVersion: "1" },
    spec: {
      restartPolicy: policy,
      initContainers: names
        .filter(isInit)
        .map((name) => ({ name, ...(name.startsWith("side") ? { restartPolicy: "Always" as const } : {}) })),
      containers: names.filter((name) => !isInit(name)).map((name) => ({ name })),
    },
    status: {
      phase,
      initContainerStatuses: names.filter(isInit).map(status),
      containerStatuses: names.filter((name) => !isInit(name)).map(status),
    },
  };
  const result = recover(pod, NOW);
  const records = "records" in result ? result.records : [];
  return { type: result.type, outcome: "outcome" in result ? result.outcome : undefined, records };
}

describe("a pod whose node began anew", () => {
  it.each<[string, NonNullable<PodSpec["restartPolicy"]>, Record<string, ContainerState>, string, string | undefined]>([
    ["had not run", "Never", { a: {} }, "fresh", undefined],
    ["was running and may not be restarted", "Never", { a: running }, "lost", undefined],
    ["was running and may be", "OnFailure", { a: running }, "restart", undefined],
    ["was running and always is", "Always", { a: running }, "restart", undefined],
    ["had ended well, beside a running sidecar", "Never", { side: running, a: ended(0) }, "conclude", "Succeeded"],
    ["had failed, beside a running sidecar", "Never", { side: running, a: ended(3) }, "conclude", "Failed"],
    ["had failed and may be restarted", "OnFailure", { a: ended(3) }, "restart", undefined],
    ["had done its work", "OnFailure", { a: ended(0) }, "conclude", "Succeeded"],
    ["had done half of its work", "Never", { a: ended(0), b: running }, "lost", undefined],
    ["was initializing", "Never", { init: running, a: waiting }, "lost", undefined],
    ["was initializing and may be restarted", "OnFailure", { init: running, a: {} }, "restart", undefined],
  ])("that %s (%s)", (_title, policy, states, type, outcome) => {
    expect(recovered(policy, states)).toMatchObject({ type, outcome });
  });

  it("leaves what is over as it is", () => {
    expect(recovered("Never", { a: ended(0) }, "Succeeded")).toMatchObject({ type: "over", outcome: "Succeeded" });
    expect(recovered("Never", { a: ended(1) }, "Failed")).toMatchObject({ type: "over", outcome: "Failed" });
  });

  it("says truthfully of a lost container that its end is not known", () => {
    const [record] = recovered("Never", { a: running }).records;
    expect(record?.phase).toMatchObject({
      type: "terminated",
      exitCode: 137,
      reason: "ContainerStatusUnknown",
      finishedAt: NOW,
    });
  });

  it("counts the restart, runs init containers again, and keeps finished work finished", () => {
    const { records } = recovered("OnFailure", { init: ended(0), done: ended(0), lost: running });
    expect(records.map(({ spec, phase, restartCount }) => [spec.name, phase.type, restartCount])).toEqual([
      ["init", "waiting", 3],
      ["done", "terminated", 2],
      ["lost", "waiting", 3],
    ]);
  });
});
