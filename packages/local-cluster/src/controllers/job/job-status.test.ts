import type { Job, JobSpec, JobStatus, Pod, PodStatus, Stored } from "@pilothouse/kubernetes";
import { describe, expect, it } from "vitest";
import { type JobPlan, planJob } from "./job-status.ts";

const NOW = Date.parse("2026-01-01T00:10:00Z");
const at = (secondsAgo: number) => new Date(NOW - secondsAgo * 1000).toISOString().replace(".000", "");

function job(spec: Partial<JobSpec> = {}, status: JobStatus = {}): Stored<Job> {
  return {
    metadata: { name: "job", namespace: "default", uid: "job-uid", resourceVersion: "1" },
    spec: {
      completions: 1,
      parallelism: 1,
      backoffLimit: 0,
      template: { spec: { containers: [], restartPolicy: "Never" } },
      ...spec,
    },
    status: { startTime: at(60), ...status },
  };
}

let count = 0;
function pod(
  phase: PodStatus["phase"],
  more: {
    deleting?: boolean;
    exitCode?: number;
    finished?: number;
    ready?: boolean;
    restarts?: number;
    conditions?: PodStatus["conditions"];
  } = {},
): Stored<Pod> {
  count += 1;
  const { deleting, exitCode, finished = 30, ready, restarts = 0, conditions = [] } = more;
  const state = exitCode === undefined ? {} : { terminated: { exitCode, finishedAt: at(finished) } };
  return {
    metadata: {
      name: `pod-${count}`,
      namespace: "default",
      uid: `pod-${count}`,
      resourceVersion: "1",
      deletionTimestamp: deleting ? at(1) : undefined,
    },
    status: {
      phase,
      conditions: ready ? [...conditions, { type: "Ready", status: "True" }] : conditions,
      containerStatuses: [{ name: "main", ready: false, restartCount: restarts, image: "", imageID: "", state }],
    },
  };
}

function plan(owner: Stored<Job>, pods: Stored<Pod>[]): JobPlan {
  return planJob({ job: owner, pods, now: NOW });
}

function conditions(result: JobPlan): string[] {
  return (result.status.conditions ?? []).map(
    ({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`,
  );
}

describe("a Job's next step", () => {
  it("creates what is missing, up to the parallelism", () => {
    expect(plan(job(), [])).toMatchObject({ create: 1, remove: [] });
    expect(plan(job(), [pod("Running")])).toMatchObject({ create: 0, status: { active: 1 } });
    expect(plan(job({ completions: 5, parallelism: 3 }), [pod("Running"), pod("Succeeded")])).toMatchObject({
      create: 2,
    });
    expect(plan(job({ completions: 2, parallelism: 3 }), [pod("Succeeded")])).toMatchObject({ create: 1 });
  });

  it("starts its clock at the first look, and not while suspended", () => {
    expect(plan(job({}, { startTime: undefined }), []).status.startTime).toBe(at(0));
    expect(plan(job({ suspend: true }, { startTime: undefined }), []).status.startTime).toBeUndefined();
  });

  it("counts pods that are ready and pods that are ending", () => {
    const result = plan(job({ completions: 3, parallelism: 3 }), [
      pod("Running", { ready: true }),
      pod("Running", { deleting: true }),
    ]);
    expect(result.status).toMatchObject({ active: 1, ready: 1, terminating: 1 });
  });

  it("completes", () => {
    const result = plan(job(), [pod("Succeeded", { exitCode: 0 })]);
    expect(conditions(result)).toEqual([
      "SuccessCriteriaMet=True CompletionsReached: Reached expected number of succeeded pods",
      "Complete=True CompletionsReached: Reached expected number of succeeded pods",
    ]);
    expect(result.status).toMatchObject({ succeeded: 1, active: 0, completionTime: at(0) });
  });

  it("fails at the back-off limit", () => {
    const result = plan(job(), [pod("Failed", { exitCode: 1 })]);
    expect(conditions(result)).toEqual([
      "FailureTarget=True BackoffLimitExceeded: Job has reached the specified backoff limit",
      "Failed=True BackoffLimitExceeded: Job has reached the specified backoff limit",
    ]);
    expect(result).toMatchObject({ create: 0, status: { failed: 1 } });
  });

  it("tries again below the limit, 10 s after the first failure and 20 s after the second", () => {
    expect(plan(job({ backoffLimit: 6 }), [pod("Failed", { exitCode: 1, finished: 9 })])).toMatchObject({
      create: 0,
      again: 1000,
    });
    expect(plan(job({ backoffLimit: 6 }), [pod("Failed", { exitCode: 1, finished: 10 })])).toMatchObject({ create: 1 });
    const twice = [pod("Failed", { exitCode: 1, finished: 40 }), pod("Failed", { exitCode: 1, finished: 15 })];
    expect(plan(job({ backoffLimit: 6 }), twice)).toMatchObject({ create: 0, again: 5000 });
  });

  it("counts restarts instead of pods with OnFailure", () => {
    const spec = { backoffLimit: 2, template: { spec: { containers: [], restartPolicy: "OnFailure" as const } } };
    expect(conditions(plan(job(spec), [pod("Running", { restarts: 1 })]))).toEqual([]);
    expect(conditions(plan(job(spec), [pod("Running", { restarts: 2 })]))[0]).toContain("BackoffLimitExceeded");
  });

  it("fails at its deadline: pods are deleted first, and it is called failed when they are gone", () => {
    const running = pod("Running");
    const target = plan(job({ activeDeadlineSeconds: 60 }), [running]);
    expect(target).toMatchObject({ remove: [running], status: { active: 0, failed: 1 } });
    expect(conditions(target)).toEqual([
      "FailureTarget=True DeadlineExceeded: Job was active longer than specified deadline",
    ]);
    const ending = job({ activeDeadlineSeconds: 60 }, target.status);
    expect(conditions(plan(ending, [pod("Running", { deleting: true })]))).toHaveLength(1);
    expect(conditions(plan(ending, []))).toContain(
      "Failed=True DeadlineExceeded: Job was active longer than specified deadline",
    );
    expect(plan(job({ activeDeadlineSeconds: 61 }), [pod("Running")])).toMatchObject({ remove: [], again: 1000 });
  });

  it("stops its pods while it is suspended, and begins a new clock when it is resumed", () => {
    const running = pod("Running");
    const suspended = plan(job({ suspend: true, activeDeadlineSeconds: 10 }), [running]);
    expect(suspended).toMatchObject({ remove: [running], create: 0, status: { startTime: undefined } });
    expect(conditions(suspended)).toEqual(["Suspended=True JobSuspended: Job suspended"]);
    const resumed = plan(job({ activeDeadlineSeconds: 10 }, suspended.status), []);
    expect(conditions(resumed)).toEqual(["Suspended=False JobResumed: Job resumed"]);
    expect(resumed).toMatchObject({ create: 1, status: { startTime: at(0) } });
  });

  it("waits for a pod that is ending before it replaces it, if the policy says Failed", () => {
    const ending = [pod("Running", { deleting: true })];
    expect(plan(job(), ending).create).toBe(1);
    expect(plan(job({ podReplacementPolicy: "Failed" }), ending).create).toBe(0);
  });

  it("does not forget what pods have done that are gone", () => {
    expect(conditions(plan(job({}, { failed: 1 }), []))[0]).toContain("BackoffLimitExceeded");
    expect(conditions(plan(job({}, { succeeded: 1 }), []))[1]).toContain("Complete=True");
  });

  it("follows its pod failure policy", () => {
    const rules = [
      { action: "FailJob" as const, onExitCodes: { containerName: "main", operator: "In" as const, values: [2] } },
      { action: "Ignore" as const, onPodConditions: [{ type: "DisruptionTarget" }] },
    ];
    const spec = { backoffLimit: 6, podFailurePolicy: { rules } };
    const failed = pod("Failed", { exitCode: 2 });
    expect(conditions(plan(job(spec), [failed]))[0]).toBe(
      `FailureTarget=True PodFailurePolicy: Container main for pod default/${failed.metadata.name} failed with exit code 2 matching FailJob rule at index 0`,
    );
    const evicted = pod("Failed", { exitCode: 137, conditions: [{ type: "DisruptionTarget", status: "True" }] });
    expect(plan(job({ ...spec, backoffLimit: 0 }), [evicted])).toMatchObject({ create: 1, status: { failed: 0 } });
  });
});
