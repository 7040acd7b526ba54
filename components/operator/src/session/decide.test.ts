import {
  SESSION_PHASES,
  type AgenticSessionStatus,
  type SessionPhase,
  type StoppedReason,
} from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { decide } from "./decide.ts";
import type { Decision } from "./decision.ts";
import { TRANSITIONS } from "./lifecycle.ts";
import { DEFAULT_POLICY, type JobFact, type Observation, type PodFact } from "./observation.ts";

const NOW = Date.parse("2026-01-01T12:00:00Z");
const at = (secondsAgo: number): string => new Date(NOW - secondsAgo * 1000).toISOString();

const job: JobFact = {
  name: "s-1",
  uid: "j1",
  attempt: 1,
  handover: undefined,
  finished: undefined,
  deleting: false,
  deadline: undefined,
};
const pod: PodFact = {
  name: "s-1-x",
  uid: "p1",
  attempt: 1,
  handover: undefined,
  live: true,
  deletionDeadline: undefined,
  scheduled: { done: true, reason: "Scheduled", message: "" },
  ready: false,
  ip: "10.0.0.1",
  waiting: undefined,
  ended: undefined,
};
const readyPod: PodFact = { ...pod, ready: true };
const endedPod = (exitCode: number, reason = "Error", message = ""): PodFact => ({
  ...pod,
  live: false,
  ended: { exitCode, reason, message },
});

type Changes = Partial<Omit<Observation, "status" | "spec">> & {
  spec?: Partial<Observation["spec"]>;
  status?: AgenticSessionStatus;
};

function observation(changes: Changes = {}): Observation {
  const { spec, ...rest } = changes;
  return {
    now: NOW,
    name: "s",
    generation: 1,
    deletedAt: undefined,
    hasFinalizer: true,
    closedAttempt: undefined,
    spec: { desiredState: "Running", stopOnRunFinished: false, permissionMode: "bypass", ...spec },
    status: {},
    managedNamespace: true,
    runtime: { known: true, missingKeys: [], port: 8001 },
    createdToday: true,
    children: undefined,
    project: { inactivityTimeoutSeconds: undefined, dailyCost: undefined },
    queue: { position: 0, limit: undefined },
    jobs: [],
    pods: [],
    trouble: undefined,
    preparation: undefined,
    transcript: undefined,
    ...rest,
  };
}

const jobCreated = {
  type: "JobCreated",
  status: "True" as const,
  reason: "JobCreated",
  message: "",
  lastTransitionTime: at(60),
};
const runnerReady = {
  type: "RunnerReady",
  status: "True" as const,
  reason: "RunnerReady",
  message: "",
  lastTransitionTime: at(60),
};
const creating: AgenticSessionStatus = {
  phase: "Creating",
  attempt: 1,
  jobName: "s-1",
  phaseTransitionTime: at(5),
  startTime: at(5),
  conditions: [jobCreated],
};
const running: AgenticSessionStatus = {
  ...creating,
  phase: "Running",
  phaseTransitionTime: at(60),
  conditions: [jobCreated, runnerReady],
};
const stopping = (stoppedReason: StoppedReason): AgenticSessionStatus => ({
  ...running,
  phase: "Stopping",
  stoppedReason,
  message: "why",
});
const resting = (phase: "Stopped" | "Completed" | "Failed"): AgenticSessionStatus => ({
  ...running,
  phase,
  stoppedReason: "user",
  completionTime: at(60),
  conditions: [],
});
const agent = {
  status: "idle" as const,
  promptDelivered: true,
  lastSeq: 9,
  turns: 1,
  toolCalls: 0,
  finishedRuns: 1,
  lastRunOutcome: "success" as const,
  lastActivityTime: at(10),
};

const types = (decision: Decision): string[] => decision.actions.map((action) => action.type);

describe("decide", () => {
  const cases: [
    string,
    Changes,
    { phase: SessionPhase; actions?: string[]; reason?: StoppedReason; message?: RegExp; attempt?: number },
  ][] = [
    // Starting
    ["a new session is prepared", {}, { phase: "Pending", actions: ["prepare"], attempt: 1 }],
    [
      "a new session without finalizer gets one first",
      { hasFinalizer: false },
      { phase: "Pending", actions: ["addFinalizer", "prepare"] },
    ],
    [
      "a prepared session gets its Job",
      { preparation: { state: "done" } },
      { phase: "Creating", actions: ["createJob"], attempt: 1 },
    ],
    [
      "a session created as Stopped rests at once",
      { spec: { desiredState: "Stopped" } },
      { phase: "Stopped", actions: [], reason: "user" },
    ],
    [
      "missing keys hold it with their names",
      { runtime: { known: true, missingKeys: ["ANTHROPIC_API_KEY"], port: 8001 } },
      { phase: "Pending", actions: [], message: /no ANTHROPIC_API_KEY/ },
    ],
    [
      "an unknown runner ends it",
      { runtime: { known: false, message: "runner type x is not in the agent registry" } },
      { phase: "Stopping", actions: ["closeWish"], reason: "error", message: /runner type x/ },
    ],
    [
      "a namespace that is no project holds it",
      { managedNamespace: false },
      { phase: "Pending", actions: [], message: /not a Pilothouse project/ },
    ],
    [
      "past the project's limit it queues with its place",
      { queue: { position: 3, limit: 2 } },
      { phase: "Queued", actions: [], message: /at most 2 sessions: place 3/ },
    ],
    [
      "a full quota queues it",
      { preparation: { state: "blocked", reason: "QuotaExceeded", message: "exceeded quota: pods" } },
      { phase: "Queued", actions: [], message: /exceeded quota/ },
    ],
    [
      "a refused object ends it",
      { preparation: { state: "blocked", reason: "Rejected", message: "no such size" } },
      { phase: "Stopping", actions: ["closeWish"], reason: "error" },
    ],
    [
      "somebody else's object holds it",
      { preparation: { state: "blocked", reason: "ForeignObject", message: "PVC x is not ours" } },
      { phase: "Pending", actions: [], message: /not ours/ },
    ],
    [
      "Pending ends at the start-up deadline with the reason",
      {
        status: { phase: "Pending", attempt: 1, phaseTransitionTime: at(601) },
        runtime: { known: true, missingKeys: ["KEY"], port: 8001 },
      },
      {
        phase: "Stopping",
        actions: ["closeWish"],
        reason: "error",
        message: /not started within 600 s: the project has no KEY/,
      },
    ],
    [
      "before a Job request is made again, its former traces are looked for",
      { status: { ...creating, conditions: [] } },
      { phase: "Creating", actions: ["prepare"], attempt: 1 },
    ],
    [
      "a lost Job request is made again",
      { status: { ...creating, conditions: [] }, preparation: { state: "done" } },
      { phase: "Creating", actions: ["createJob"], attempt: 1 },
    ],
    [
      "a Job that left a pod behind is not made again",
      { status: { ...creating, conditions: [] }, pods: [pod] },
      { phase: "Pending", actions: ["deletePod"], attempt: 2 },
    ],
    [
      "the scheduler's words are passed on",
      {
        status: creating,
        jobs: [job],
        pods: [{ ...pod, scheduled: { done: false, reason: "Unschedulable", message: "0/1 nodes are available" } }],
      },
      { phase: "Creating", message: /Unschedulable: 0\/1 nodes/ },
    ],
    [
      "the kubelet's words are passed on at the deadline",
      {
        status: { ...creating, phaseTransitionTime: at(700) },
        jobs: [job],
        pods: [{ ...pod, waiting: { container: "runner", reason: "ImagePullBackOff", message: "no such image" } }],
      },
      {
        phase: "Stopping",
        reason: "error",
        message: /not ready within 600 s: container runner: ImagePullBackOff: no such image/,
        actions: ["deleteJob", "deletePod", "closeWish"],
      },
    ],
    [
      "an image name that can never work ends it at once",
      {
        status: creating,
        jobs: [job],
        pods: [{ ...pod, waiting: { container: "runner", reason: "InvalidImageName", message: "bad" } }],
      },
      { phase: "Stopping", reason: "error", message: /InvalidImageName/ },
    ],
    [
      "a Job whose pod exceeds the quota queues",
      { status: creating, jobs: [job], trouble: { reason: "FailedCreate", message: "exceeded quota: cpu" } },
      { phase: "Queued", message: /exceeded quota/ },
    ],
    [
      "a ready runner makes it Running",
      { status: creating, jobs: [job], pods: [readyPod] },
      { phase: "Running", actions: [] },
    ],
    // Ends
    [
      "exit 0 is a finished run",
      { status: running, jobs: [job], pods: [endedPod(0, "Completed")] },
      { phase: "Stopping", reason: "run-finished", actions: ["deleteJob", "closeWish"] },
    ],
    [
      "exit 1 is the agent's error, in its words",
      { status: running, jobs: [job], pods: [endedPod(1, "Error", "model refused")] },
      { phase: "Stopping", reason: "error", message: /^model refused$/ },
    ],
    [
      "exit 2 is a missing prerequisite",
      { status: creating, jobs: [job], pods: [endedPod(2, "Error", "clone failed")] },
      { phase: "Stopping", reason: "error", message: /^clone failed$/ },
    ],
    [
      "a killed runner is tried again",
      { status: running, jobs: [job], pods: [endedPod(137)] },
      { phase: "Pending", attempt: 2, message: /attempt 1 ended: the runner died \(exit code 137\)/ },
    ],
    [
      "out of memory says what to raise",
      { status: running, jobs: [job], pods: [endedPod(137, "OOMKilled")] },
      { phase: "Pending", attempt: 2, message: /resources\.limits\.memory/ },
    ],
    [
      "an eviction is tried again",
      {
        status: running,
        jobs: [job],
        pods: [{ ...pod, live: false, ended: { exitCode: undefined, reason: "Evicted", message: "low on memory" } }],
      },
      { phase: "Pending", attempt: 2, message: /low on memory/ },
    ],
    [
      "a deleted Job is tried again, once its pod is gone",
      { status: running, pods: [readyPod] },
      { phase: "Pending", attempt: 2, actions: ["deletePod"] },
    ],
    [
      "the node was shut down, however often: it does not count",
      {
        status: { ...running, retries: 3 },
        jobs: [job],
        pods: [endedPod(143, "Terminated", "Pod was terminated in response to imminent node shutdown.")],
      },
      { phase: "Pending", message: /attempt 1 ended: Pod was terminated/ },
    ],
    [
      "the last retry fails",
      { status: { ...running, retries: 3 }, jobs: [job], pods: [endedPod(137)] },
      { phase: "Stopping", reason: "error", message: /gave up after 4 attempts/ },
    ],
    [
      "a runner that was stable for long starts with a clean record",
      {
        status: { ...running, retries: 3, conditions: [jobCreated, { ...runnerReady, lastTransitionTime: at(700) }] },
        jobs: [job],
        pods: [endedPod(137)],
      },
      { phase: "Pending", attempt: 2 },
    ],
    [
      "the Job's deadline is the session's timeout",
      { status: running, jobs: [{ ...job, finished: { result: "failed", reason: "DeadlineExceeded", message: "" } }] },
      { phase: "Stopping", reason: "timeout" },
    ],
    [
      "a pod asked to go at the deadline is the timeout's",
      {
        status: running,
        jobs: [{ ...job, deadline: NOW + 500 }],
        pods: [{ ...readyPod, ready: false, deletionDeadline: NOW + 9000 }],
      },
      { phase: "Stopping", reason: "timeout" },
    ],
    [
      "a session at work has no message",
      { status: { ...running, message: "old" }, jobs: [job], pods: [readyPod] },
      { phase: "Running", actions: [], message: /^$/ },
    ],
    // Causes to stop
    [
      "a finished run stops it when it should",
      { spec: { stopOnRunFinished: true }, status: { ...running, agent }, jobs: [job], pods: [readyPod] },
      { phase: "Stopping", reason: "run-finished", actions: ["deleteJob", "deletePod", "closeWish"] },
    ],
    [
      "a run of a former attempt does not count",
      {
        spec: { stopOnRunFinished: true },
        status: { ...running, agent, finishedRunsAtStart: 1 },
        jobs: [job],
        pods: [readyPod],
      },
      { phase: "Running" },
    ],
    [
      "a run that a person has cancelled does not stop it",
      {
        spec: { stopOnRunFinished: true },
        status: { ...running, agent: { ...agent, lastRunOutcome: "cancelled", lastActivityTime: at(20) } },
        jobs: [job],
        pods: [readyPod],
      },
      { phase: "Running" },
    ],
    [
      "a run that was cancelled with the former attempt's pod is its end",
      {
        spec: { stopOnRunFinished: true },
        status: { ...running, agent: { ...agent, lastRunOutcome: "cancelled", lastActivityTime: at(70) }, retries: 1 },
        jobs: [job],
        pods: [readyPod],
      },
      { phase: "Stopping", reason: "error", message: /cut off with its pod/ },
    ],
    [
      "a pod that is lost after the run has finished needs no other attempt",
      {
        spec: { stopOnRunFinished: true },
        status: { ...running, agent },
        jobs: [job],
        pods: [
          { ...readyPod, live: false, ready: false, ended: { exitCode: 137, reason: undefined, message: undefined } },
        ],
      },
      { phase: "Stopping", reason: "run-finished" },
    ],
    [
      "a pod that is lost while the run goes on does",
      {
        spec: { stopOnRunFinished: true },
        status: { ...running, agent: { ...agent, status: "working", finishedRuns: 0 } },
        jobs: [job],
        pods: [
          { ...readyPod, live: false, ready: false, ended: { exitCode: 137, reason: undefined, message: undefined } },
        ],
      },
      { phase: "Pending" },
    ],
    [
      "an interrupted run waits for its answer",
      {
        spec: { stopOnRunFinished: true },
        status: { ...running, agent: { ...agent, lastRunOutcome: "interrupt" } },
        jobs: [job],
        pods: [readyPod],
      },
      { phase: "Running" },
    ],
    [
      "a budget stops it",
      {
        status: { ...running, agent: { ...agent, budgetExceeded: "2 of 2 USD spent" } },
        jobs: [job],
        pods: [readyPod],
      },
      { phase: "Stopping", reason: "budget", message: /2 of 2 USD/ },
    ],
    [
      "the project's money of the day stops it",
      {
        project: { inactivityTimeoutSeconds: undefined, dailyCost: { limit: 10, spent: 10 } },
        status: { ...running, agent },
        jobs: [job],
        pods: [readyPod],
      },
      { phase: "Stopping", reason: "budget", message: /the 10 USD that they may on 2026-01-01 \(UTC\)/ },
    ],
    [
      "less than the project's money of the day does not",
      {
        project: { inactivityTimeoutSeconds: undefined, dailyCost: { limit: 10, spent: 9.99 } },
        status: { ...running, agent },
        jobs: [job],
        pods: [readyPod],
      },
      { phase: "Running" },
    ],
    [
      "without money of the day a new session queues",
      { project: { inactivityTimeoutSeconds: undefined, dailyCost: { limit: 10, spent: 12 } } },
      { phase: "Queued", actions: [], message: /go on at 00:00 UTC, or when an admin raises the limit/ },
    ],
    [
      "inactivity of the session's own limit",
      { spec: { inactivityTimeout: 5 }, status: { ...running, agent }, jobs: [job], pods: [readyPod] },
      { phase: "Stopping", reason: "inactivity" },
    ],
    [
      "inactivity of the project's limit",
      {
        project: { inactivityTimeoutSeconds: 5, dailyCost: undefined },
        status: { ...running, agent },
        jobs: [job],
        pods: [readyPod],
      },
      { phase: "Stopping", reason: "inactivity" },
    ],
    [
      "0 is never inactive",
      {
        spec: { inactivityTimeout: 0 },
        project: { inactivityTimeoutSeconds: 5, dailyCost: undefined },
        status: { ...running, agent },
        jobs: [job],
        pods: [readyPod],
      },
      { phase: "Running" },
    ],
    [
      "a start counts as activity",
      {
        spec: { inactivityTimeout: 30 },
        status: {
          ...running,
          agent: { ...agent, lastActivityTime: at(9000) },
          conditions: [{ ...runnerReady, lastTransitionTime: at(10) }],
        },
        jobs: [job],
        pods: [readyPod],
      },
      { phase: "Running" },
    ],
    // Stopping
    [
      "a stop while Creating ends what there is",
      { spec: { desiredState: "Stopped" }, status: creating, jobs: [job], pods: [pod] },
      { phase: "Stopping", reason: "user", actions: ["deleteJob", "deletePod"] },
    ],
    [
      "a stop waits for the pod",
      { spec: { desiredState: "Stopped" }, status: stopping("user"), pods: [{ ...pod, deletionDeadline: NOW + 1000 }] },
      { phase: "Stopping", actions: [], message: /waiting for pod s-1-x/ },
    ],
    [
      "a pod that outlives its grace is forced",
      {
        spec: { desiredState: "Stopped" },
        status: stopping("user"),
        pods: [{ ...pod, deletionDeadline: NOW - 20_000 }],
      },
      { phase: "Stopping", actions: ["deletePod"] },
    ],
    [
      "a stop of what runs nowhere is done",
      { spec: { desiredState: "Stopped" }, status: { phase: "Queued", attempt: 1 } },
      { phase: "Stopped", actions: [], reason: "user" },
    ],
    [
      "an end is written into the wish before it is final",
      { status: stopping("error") },
      { phase: "Stopping", actions: ["closeWish"], message: /^why$/ },
    ],
    [
      "an end that is in the wish is final",
      { spec: { desiredState: "Stopped" }, status: stopping("error"), closedAttempt: 1 },
      { phase: "Failed", actions: [], message: /^why$/ },
    ],
    [
      "a start while Stopping begins anew",
      { status: stopping("error"), closedAttempt: 1 },
      { phase: "Pending", attempt: 2, actions: ["prepare"] },
    ],
    [
      "a start after a user's own stop begins anew",
      { status: stopping("user") },
      { phase: "Pending", attempt: 2, actions: ["prepare"] },
    ],
    // Resting
    [
      "rest stays rest",
      { spec: { desiredState: "Stopped" }, status: resting("Completed") },
      { phase: "Completed", actions: [] },
    ],
    [
      "a start leaves rest with a new attempt",
      { status: resting("Failed") },
      { phase: "Pending", attempt: 2, actions: ["prepare"] },
    ],
    [
      "a stray Job of a resting session is ended",
      { spec: { desiredState: "Stopped" }, status: resting("Stopped"), jobs: [job] },
      { phase: "Stopped", actions: ["deleteJob"] },
    ],
    [
      "its time to live over, it is deleted",
      { spec: { desiredState: "Stopped", ttlSecondsAfterFinished: 30 }, status: resting("Stopped") },
      { phase: "Stopped", actions: ["deleteSession"] },
    ],
    // Retrying
    [
      "the next attempt waits for its time",
      {
        status: {
          phase: "Pending",
          attempt: 2,
          retries: 1,
          nextRetryTime: at(-5),
          phaseTransitionTime: at(1),
          message: "attempt 1 ended",
        },
      },
      { phase: "Pending", actions: [], message: /attempt 1 ended/ },
    ],
    [
      "the next attempt waits for the former pod",
      {
        status: { phase: "Pending", attempt: 2, phaseTransitionTime: at(1) },
        pods: [{ ...pod, deletionDeadline: NOW + 5000 }],
      },
      { phase: "Pending", actions: [], message: /former attempt/ },
    ],
    // Deletion
    [
      "deletion ends what runs",
      { deletedAt: NOW, status: running, jobs: [job], pods: [readyPod] },
      { phase: "Stopping", actions: ["deleteJob", "deletePod"] },
    ],
    [
      "deletion has the transcript removed",
      { deletedAt: NOW, status: resting("Stopped") },
      { phase: "Stopped", actions: ["removeTranscript"] },
    ],
    [
      "deletion ends once the transcript is gone",
      { deletedAt: NOW, status: resting("Stopped"), transcript: { removed: true } },
      { phase: "Stopped", actions: ["removeFinalizer"] },
    ],
    [
      "deletion waits for a backend that is gone",
      { deletedAt: NOW, status: resting("Stopped"), transcript: { removed: false, message: "no answer" } },
      { phase: "Stopped", actions: [], message: /no answer/ },
    ],
    [
      "but not for ever",
      { deletedAt: NOW - 3_600_000, status: resting("Stopped"), transcript: { removed: false, message: "no answer" } },
      { phase: "Stopped", actions: ["removeFinalizer"] },
    ],
  ];

  it.each(cases)("%s", (_, changes, expected) => {
    const decision = decide(observation(changes), DEFAULT_POLICY);
    expect(decision.status.phase).toBe(expected.phase);
    // What a case does not name, it does not judge.
    const { status } = decision;
    expect(types(decision)).toEqual(expected.actions ?? types(decision));
    expect(status.stoppedReason).toBe(expected.reason ?? status.stoppedReason);
    expect(status.message ?? "").toMatch(expected.message ?? /^/);
    expect(status.attempt).toBe(expected.attempt ?? status.attempt);
  });

  it("looks again at midnight UTC while the day's money is spent, and marks what was spent before the day", () => {
    const dailyCost = { limit: 1, spent: 1 };
    const queued = decide(observation({ project: { inactivityTimeoutSeconds: undefined, dailyCost } }), DEFAULT_POLICY);
    expect(queued.wakeAt).toBe(Date.parse("2026-01-02T00:00:00Z"));

    const usage = { inputTokens: 0, outputTokens: 0, cachedTokens: 0, costUsd: 4 };
    const old = {
      createdToday: false,
      status: { ...running, agent: { ...agent, usage } },
      jobs: [job],
      pods: [readyPod],
    };
    const marked = decide(observation(old), DEFAULT_POLICY);
    expect(marked.status.dailyCost).toEqual({ day: "2026-01-01", baseUsd: 4 });
    expect(marked.wakeAt).toBeLessThanOrEqual(Date.parse("2026-01-02T00:00:00Z"));
    const later = { ...old, status: { ...old.status, dailyCost: { day: "2026-01-01", baseUsd: 1 } } };
    expect(decide(observation(later), DEFAULT_POLICY).status.dailyCost?.baseUsd).toBe(1);
    const atRest = { createdToday: false, spec: { desiredState: "Stopped" as const }, status: resting("Stopped") };
    expect(decide(observation(atRest), DEFAULT_POLICY).status.dailyCost).toBeUndefined();
  });

  it("never throws, takes only known ways, and never leaves a wish to run unattended: every phase × every fact", () => {
    const phases = [undefined, ...SESSION_PHASES];
    const jobSets: JobFact[][] = [
      [],
      [job],
      [{ ...job, deleting: true }],
      [{ ...job, finished: { result: "failed", reason: "BackoffLimitExceeded", message: "" } }],
      [
        { ...job, attempt: 0 },
        { ...job, attempt: 2, name: "s-2", uid: "j2" },
      ],
    ];
    const podSets: PodFact[][] = [
      [],
      [pod],
      [readyPod],
      [endedPod(0)],
      [endedPod(1)],
      [endedPod(2)],
      [endedPod(137)],
      [endedPod(143)],
      [{ ...pod, deletionDeadline: NOW - 60_000 }],
      [{ ...readyPod, attempt: 2 }, endedPod(137)],
    ];
    const rest: Changes[] = [
      {},
      { preparation: { state: "done" } },
      { preparation: { state: "blocked", reason: "FormerPodAlive", message: "m" } },
      { queue: { position: 1, limit: 1 } },
      { runtime: { known: false, message: "m" } },
      { deletedAt: NOW },
      { closedAttempt: 1 },
      { hasFinalizer: false },
    ];
    const reasons: (StoppedReason | undefined)[] = [undefined, "user", "error"];
    let combinations = 0;
    for (const phase of phases)
      for (const jobs of jobSets)
        for (const pods of podSets)
          for (const changes of rest)
            for (const stoppedReason of reasons)
              for (const desiredState of ["Running", "Stopped"] as const) {
                const status: AgenticSessionStatus =
                  phase === undefined
                    ? {}
                    : { phase, attempt: 1, phaseTransitionTime: at(1), stoppedReason, conditions: [jobCreated] };
                const decision = decide(
                  observation({ ...changes, status, jobs, pods, spec: { desiredState } }),
                  DEFAULT_POLICY,
                );
                const to = decision.status.phase;
                const from = phase ?? "New";
                combinations += 1;
                const known = from === to || TRANSITIONS.some((way) => way.from === from && way.to === to);
                expect(known, `${from} → ${to} with ${JSON.stringify({ changes, jobs, pods, desiredState })}`).toBe(
                  true,
                );
                // Whoever waits has somebody to wake him: an action, a time, or a change of an object that exists.
                const waitsForNothing =
                  types(decision).length === 0 &&
                  decision.wakeAt === undefined &&
                  to !== "Queued" &&
                  pods.length === 0 &&
                  jobs.length === 0;
                const mayWait = desiredState === "Stopped" || changes.deletedAt !== undefined || !waitsForNothing;
                expect(mayWait || to === "Pending").toBe(true);
              }
    expect(combinations).toBe(9 * 5 * 10 * 8 * 3 * 2);
  });

  it("gives each condition the generation that it speaks of, and keeps the time of those that did not change", () => {
    const decision = decide(
      observation({ generation: 7, status: running, jobs: [job], pods: [readyPod] }),
      DEFAULT_POLICY,
    );
    const conditions = decision.status.conditions ?? [];
    expect(conditions.map((condition) => condition.observedGeneration)).toEqual(conditions.map(() => 7));
    expect(conditions.find((condition) => condition.type === "RunnerReady")?.lastTransitionTime).toBe(at(60));
    expect(conditions.find((condition) => condition.type === "Ready")).toMatchObject({
      status: "True",
      lastTransitionTime: at(0),
    });
  });

  it("tells where the runner is only while it is there", () => {
    expect(
      decide(observation({ status: running, jobs: [job], pods: [readyPod] }), DEFAULT_POLICY).status.endpoint,
    ).toBe("http://10.0.0.1:8001");
    expect(
      decide(observation({ status: running, jobs: [job], pods: [pod] }), DEFAULT_POLICY).status.endpoint,
    ).toBeUndefined();
  });

  it("wakes for the nearest deadline", () => {
    const status = { ...running, agent: { ...agent, lastActivityTime: at(100) } };
    const idle = observation({ spec: { inactivityTimeout: 1000 }, status, jobs: [job], pods: [readyPod] });
    // The runner has been ready for 60 s, which counts as the last activity.
    expect(decide(idle, DEFAULT_POLICY).wakeAt).toBe(NOW + (1000 - 10 - 50) * 1000);
  });

  it("leaves an Event for each change of phase, and none when nothing changes", () => {
    const failed = decide(
      observation({ spec: { desiredState: "Stopped" }, status: stopping("error"), closedAttempt: 1 }),
      DEFAULT_POLICY,
    );
    expect(failed.events).toEqual([{ type: "Warning", reason: "Failed", message: "why" }]);
    expect(decide(observation({ status: running, jobs: [job], pods: [readyPod] }), DEFAULT_POLICY).events).toEqual([]);
    const retried = decide(observation({ status: running, jobs: [job], pods: [endedPod(137)] }), DEFAULT_POLICY);
    expect(retried.events).toMatchObject([{ type: "Warning", reason: "AttemptFailed" }]);
  });
});
