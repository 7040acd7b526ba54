import { HandoverEnvironment, LABELS, type AgenticSessionStatus } from "@pilothouse/contracts";
import type { Stored } from "@pilothouse/kubernetes";
import { describe, expect, it } from "vitest";
import { POD, REGISTRIES } from "../../test/model/fixtures.ts";
import type { SessionObject } from "../resources/types.ts";
import { decide } from "./decide.ts";
import type { Decision } from "./decision.ts";
import { handoverJob } from "./handover-job.ts";
import { DEFAULT_POLICY, type JobFact, type Observation, type PodFact, type Preparation } from "./observation.ts";

const NOW = Date.parse("2026-01-01T12:00:00Z");
const at = (secondsFromNow: number): string => new Date(NOW + secondsFromNow * 1000).toISOString();

const job: JobFact = {
  name: "s-2-h1",
  uid: "j1",
  attempt: 2,
  handover: 1,
  finished: undefined,
  deleting: false,
  deadline: NOW + 1_000_000,
};
const pod: PodFact = {
  name: "s-2-h1-x",
  uid: "p1",
  attempt: 2,
  handover: 1,
  live: true,
  deletionDeadline: undefined,
  scheduled: { done: true, reason: "Scheduled", message: "" },
  ready: false,
  ip: "10.0.0.1",
  waiting: undefined,
  ended: undefined,
};
const endedPod = (exitCode: number, message = ""): PodFact => ({
  ...pod,
  live: false,
  ended: { exitCode, reason: "Error", message },
});
const owing: AgenticSessionStatus = {
  phase: "Stopped",
  attempt: 2,
  phaseTransitionTime: at(-60),
  completionTime: at(-60),
  stoppedReason: "user",
  transcript: { attempt: 2, complete: false },
};
const running: AgenticSessionStatus = { ...owing, handover: { state: "Running", tries: 1 } };
const waiting: AgenticSessionStatus = {
  ...owing,
  handover: { state: "Waiting", tries: 2, nextTryTime: at(7), message: "no answer" },
};
const blocked = (reason: Extract<Preparation, { state: "blocked" }>["reason"]): Preparation => ({
  state: "blocked",
  reason,
  message: "why",
});

function observation(changes: Partial<Observation> = {}): Observation {
  return {
    now: NOW,
    name: "s",
    generation: 1,
    createdToday: true,
    deletedAt: undefined,
    hasFinalizer: true,
    closedAttempt: 2,
    spec: { desiredState: "Stopped", stopOnRunFinished: false, permissionMode: "bypass" },
    status: owing,
    managedNamespace: true,
    runtime: { known: true, missingKeys: [], port: 8001 },
    project: { inactivityTimeoutSeconds: undefined, dailyCost: undefined },
    children: undefined,
    queue: { position: 0, limit: undefined },
    jobs: [],
    pods: [],
    trouble: undefined,
    preparation: undefined,
    transcript: undefined,
    ...changes,
  };
}

const types = ({ actions }: Decision): string[] => actions.map(({ type }) => type);
const conditionOf = ({ status }: Decision) => status.conditions?.find(({ type }) => type === "TranscriptComplete");

describe("a session at rest", () => {
  const cases: [
    string,
    Partial<Observation>,
    {
      actions: string[];
      handover: AgenticSessionStatus["handover"];
      condition: string | undefined;
      wake?: number;
      event?: string;
    },
  ][] = [
    [
      "whose runner never began owes nothing",
      { status: { ...owing, transcript: undefined } },
      { actions: [], handover: undefined, condition: undefined },
    ],
    [
      "whose runner has sent everything owes nothing",
      { status: { ...owing, transcript: { attempt: 2, complete: true } } },
      { actions: [], handover: undefined, condition: "HandedOver" },
    ],
    [
      "that owes something looks whether it can be handed over",
      {},
      { actions: ["prepareHandover"], handover: undefined, condition: "HandingOver" },
    ],
    [
      "that can hand over gets a Job for it",
      { preparation: { state: "done" } },
      { actions: ["createHandoverJob"], handover: { state: "Running", tries: 1 }, condition: "HandingOver" },
    ],
    [
      "waits for the pod of the attempt",
      { preparation: blocked("FormerPodAlive") },
      { actions: [], handover: undefined, condition: "HandingOver", wake: 1 },
    ],
    [
      "whose volume is gone says so",
      { preparation: blocked("WorkspaceLost") },
      {
        actions: [],
        handover: { state: "Lost", tries: 0, message: "why" },
        condition: "WorkspaceLost",
        event: "TranscriptIncomplete",
      },
    ],
    [
      "whose volume is gone is left in peace",
      { status: { ...owing, handover: { state: "Lost", tries: 1, message: "why" } } },
      { actions: [], handover: { state: "Lost", tries: 1, message: "why" }, condition: "WorkspaceLost" },
    ],
    [
      "without a backend tries again later",
      { preparation: blocked("BackendUnavailable") },
      {
        actions: [],
        handover: { state: "Waiting", tries: 1, nextTryTime: at(5), message: "why" },
        condition: "HandOverFailed",
        wake: 5,
        event: "HandOverFailed",
      },
    ],
    [
      "waits for its next try",
      { status: waiting },
      { actions: [], handover: waiting.handover, condition: "HandOverFailed", wake: 7 },
    ],
    [
      "tries again when the time has come",
      { status: waiting, now: NOW + 7000, preparation: { state: "done" } },
      { actions: ["createHandoverJob"], handover: { state: "Running", tries: 3 }, condition: "HandingOver" },
    ],
    [
      "lets a try go on",
      { status: running, jobs: [job], pods: [pod] },
      { actions: [], handover: running.handover, condition: "HandingOver", wake: 1002 },
    ],
    [
      "hears why a try failed",
      { status: running, jobs: [job], pods: [endedPod(1, "the store is full")] },
      {
        actions: ["deleteJob"],
        handover: { state: "Waiting", tries: 1, nextTryTime: at(5), message: "the store is full" },
        condition: "HandOverFailed",
        wake: 5,
        event: "HandOverFailed",
      },
    ],
    [
      "counts a try whose Job was deleted, and has its pod go",
      { status: running, pods: [pod] },
      {
        actions: ["deletePod"],
        handover: { state: "Waiting", tries: 1, nextTryTime: at(5), message: "its Job was deleted" },
        condition: "HandOverFailed",
        wake: 5,
        event: "HandOverFailed",
      },
    ],
    [
      "ends a try that takes too long, when nobody else does",
      { status: running, jobs: [{ ...job, deadline: NOW - 3000 }], pods: [pod] },
      {
        actions: ["deleteJob", "deletePod"],
        handover: { state: "Waiting", tries: 1, nextTryTime: at(5), message: "it took too long" },
        condition: "HandOverFailed",
        wake: 5,
        event: "HandOverFailed",
      },
    ],
    [
      "lets a hand-over that has told of its success end by itself",
      { status: { ...running, transcript: { attempt: 2, complete: true } }, jobs: [job], pods: [pod] },
      { actions: [], handover: undefined, condition: "HandedOver" },
    ],
    [
      "tells of a success after failures",
      {
        status: { ...running, handover: { state: "Running", tries: 3 }, transcript: { attempt: 2, complete: true } },
      },
      { actions: [], handover: undefined, condition: "HandedOver", event: "HandedOver" },
    ],
    [
      "of a runner type that is gone waits for it",
      { runtime: { known: false, message: "unknown" } },
      {
        actions: [],
        handover: { state: "Waiting", tries: 1, nextTryTime: at(5), message: "unknown" },
        condition: "HandOverFailed",
        wake: 5,
        event: "HandOverFailed",
      },
    ],
  ];
  it.each(cases)("%s", (_what, changes, { actions, handover, condition, wake, event }) => {
    const decision = decide(observation(changes), DEFAULT_POLICY);
    expect(decision.status.phase).toBe("Stopped");
    expect(types(decision)).toEqual(actions);
    expect(decision.status.handover).toEqual(handover);
    expect(conditionOf(decision)?.reason).toBe(condition);
    expect(decision.wakeAt).toBe(wake === undefined ? undefined : NOW + wake * 1000);
    expect(decision.events.map(({ reason }) => reason)).toEqual(event === undefined ? [] : [event]);
  });

  it("tries ever more rarely, and never gives up", () => {
    const pauses = [1, 3, 5, 6, 100, 100_000].map((tries) => {
      const status = { ...owing, handover: { state: "Running" as const, tries } };
      return (decide(observation({ status }), DEFAULT_POLICY).wakeAt ?? 0) - NOW;
    });
    expect(pauses).toEqual([5000, 20_000, 80_000, 120_000, 120_000, 120_000]);
  });

  it("that is started ends the hand-over, and waits for its pod", () => {
    const spec = { ...observation().spec, desiredState: "Running" as const };
    const decision = decide(observation({ spec, status: running, jobs: [job], pods: [pod] }), DEFAULT_POLICY);
    expect(decision.status).toMatchObject({ phase: "Pending", attempt: 3, handover: undefined });
    expect(decision.status.message).toContain("waiting for pod s-2-h1-x");
    expect(types(decision)).toEqual(["deleteJob", "deletePod"]);
    expect(conditionOf(decision)).toMatchObject({ status: "Unknown", reason: "SessionActive" });
  });

  it("that is deleted hands nothing over", () => {
    const deleted = decide(observation({ deletedAt: NOW, status: running, jobs: [job], pods: [pod] }), DEFAULT_POLICY);
    expect(types(deleted)).toEqual(["deleteJob", "deletePod"]);
    expect(types(decide(observation({ deletedAt: NOW }), DEFAULT_POLICY))).toEqual(["removeTranscript"]);
  });

  it("is deleted by its time to live, whatever it owes", () => {
    const spec = { ...observation().spec, ttlSecondsAfterFinished: 30 };
    expect(types(decide(observation({ spec, status: waiting }), DEFAULT_POLICY))).toEqual(["deleteSession"]);
  });
});

describe("the Job of a hand-over", () => {
  const session: Stored<SessionObject> = {
    metadata: { name: "s".repeat(50), namespace: "team-a", uid: "u", resourceVersion: "1" },
    spec: { ...observation().spec, environmentVariables: { MINE: "1" } },
  };
  const [runtime] = REGISTRIES.agents;
  if (runtime === undefined) throw new Error("no runtime");
  const made = handoverJob(session, { attempt: 1234, which: 5678 }, runtime, POD);

  it("gets what its contract asks for, and no key, broker or variable of the session's", () => {
    const { containers = [], initContainers, volumes = [] } = made.spec?.template.spec ?? {};
    const env = containers[0]?.env ?? [];
    const values = Object.fromEntries(
      env.map(({ name, value, valueFrom }) => [name, value ?? JSON.stringify(valueFrom)]),
    );
    expect(HandoverEnvironment.parse(values)).toMatchObject({
      PILOTHOUSE_RUNNER_MODE: "handover",
      PILOTHOUSE_ATTEMPT: 1234,
      PILOTHOUSE_SESSION_UID: "u",
    });
    expect(initContainers).toBeUndefined();
    expect(volumes.map(({ name }) => name)).toEqual(["workspace", "tmp", "identity"]);
    expect(env.some(({ valueFrom }) => valueFrom?.secretKeyRef !== undefined)).toBe(false);
    expect(values).not.toHaveProperty("MINE");
  });

  it("has a name that is a label's value too, and labels of the try", () => {
    expect(made.metadata?.name?.length).toBeLessThanOrEqual(63);
    expect(made.spec?.template.metadata?.labels).toMatchObject({ [LABELS.attempt]: "1234", [LABELS.handover]: "5678" });
  });
});
