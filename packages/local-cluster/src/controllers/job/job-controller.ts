/** Runs Jobs: makes their pods, counts how they end, and says when the work is done or given up. */
import {
  controllerOf,
  isConflict,
  isNotFound,
  type Job,
  jobs,
  keyOf,
  ownerReferenceTo,
  type Pod,
  pods,
  type Stored,
} from "@pilothouse/kubernetes";
import type { ControllerSet } from "../controller-set.ts";
import { isFinished, planJob } from "./job-status.ts";

/** How long pods that were created or deleted may stay unseen before the cache is believed again. */
const EXPECTATION_MILLISECONDS = 5 * 60_000;

export function addJobController(set: ControllerSet): void {
  const recorder = set.recorder("job-controller");
  const jobInformer = set.informer(jobs);
  const podInformer = set.informer<Pod>(pods);
  const podsOfJob = new Map<string, Map<string, Stored<Pod>>>();
  /** Pods that were asked for and that the cache has not shown yet: without them a job would be given too many. */
  const expected = new Map<string, { readonly uids: Set<string>; readonly until: number }>();

  const controller = set.controller("job", reconcile, 16);
  set.enqueueAll(jobs, controller);
  jobInformer.subscribe(({ type, object }) => {
    if (type !== "deleted") return;
    expected.delete(object.metadata.uid);
    podsOfJob.delete(object.metadata.uid);
  });
  podInformer.subscribe(({ type, object }) => {
    const owner = controllerOf(object);
    if (owner?.kind !== "Job") return;
    const known = podsOfJob.get(owner.uid) ?? new Map<string, Stored<Pod>>();
    const { phase } = object.status ?? {};
    // How a pod has ended counts even when its object is gone: it is kept until its job is.
    if (type !== "deleted" || phase === "Succeeded" || phase === "Failed") known.set(object.metadata.uid, object);
    else known.delete(object.metadata.uid);
    podsOfJob.set(owner.uid, known);
    expected.get(owner.uid)?.uids.delete(object.metadata.uid);
    controller.enqueue(`${object.metadata.namespace}/${owner.name}`);
  });

  async function reconcile(key: string, signal: AbortSignal) {
    const job = jobInformer.get(key);
    if (!job || job.metadata.deletionTimestamp !== undefined) return undefined;
    if (isFinished(job)) return expire(job, signal);
    const awaited = expected.get(job.metadata.uid);
    if (awaited && awaited.uids.size > 0 && set.now() < awaited.until) return undefined;
    const owned = [...(podsOfJob.get(job.metadata.uid)?.values() ?? [])];
    const plan = planJob({ job, pods: owned, now: set.now() });
    await Promise.all(plan.remove.map((pod) => removePod(job, pod, signal)));
    if (plan.create > 0) {
      await createPods(job, plan.create, signal);
      const active = (plan.status.active ?? 0) + plan.create;
      await writeStatus(job, { ...plan.status, active }, signal);
    } else {
      await writeStatus(job, plan.status, signal);
    }
    for (const event of plan.events) recorder.record(jobs, job, event);
    return plan.again === undefined ? undefined : { requeueAfterMilliseconds: Math.max(plan.again, 1) };
  }

  async function createPods(job: Stored<Job>, count: number, signal: AbortSignal): Promise<void> {
    const uids = new Set<string>();
    expected.set(job.metadata.uid, { uids, until: set.now() + EXPECTATION_MILLISECONDS });
    await Promise.all(
      Array.from({ length: count }, async () => {
        try {
          const pod = await set.client.create(pods, podOf(job), { signal });
          // The cache may have been told before we were.
          if (!podInformer.get(keyOf(pod))) uids.add(pod.metadata.uid);
          recorder.record(jobs, job, {
            type: "Normal",
            reason: "SuccessfulCreate",
            message: `Created pod: ${pod.metadata.name}`,
          });
        } catch (error) {
          const message = `Error creating: ${error instanceof Error ? error.message : String(error)}`;
          recorder.record(jobs, job, { type: "Warning", reason: "FailedCreate", message });
          throw error;
        }
      }),
    );
  }

  async function removePod(job: Stored<Job>, pod: Stored<Pod>, signal: AbortSignal): Promise<void> {
    const { namespace, name, uid } = pod.metadata;
    try {
      await set.client.delete(pods, { namespace, name }, { preconditions: { uid }, signal });
      recorder.record(jobs, job, { type: "Normal", reason: "SuccessfulDelete", message: `Deleted pod: ${name}` });
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }

  async function writeStatus(job: Stored<Job>, status: Job["status"], signal: AbortSignal): Promise<void> {
    const clean = withoutZeros(status);
    if (JSON.stringify(clean) === JSON.stringify(withoutZeros(job.status))) return;
    const { namespace, name, uid } = job.metadata;
    const body = { metadata: { uid }, status: { ...absentAsNull(job.status), ...clean } };
    await set.client
      .patch(jobs, { namespace, name }, { type: "merge", body }, { subresource: "status", signal })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }

  /** ttlSecondsAfterFinished. */
  async function expire(job: Stored<Job>, signal: AbortSignal) {
    const ttl = job.spec?.ttlSecondsAfterFinished;
    if (ttl === undefined) return undefined;
    const finished = job.status?.conditions?.find(
      ({ type, status }) => status === "True" && (type === "Complete" || type === "Failed"),
    );
    const rest = Date.parse(finished?.lastTransitionTime ?? "") + ttl * 1000 - set.now();
    if (rest > 0) return { requeueAfterMilliseconds: rest };
    const { namespace, name, uid } = job.metadata;
    const options = { propagationPolicy: "Foreground", preconditions: { uid }, signal } as const;
    await set.client.delete(jobs, { namespace, name }, options).catch((error: unknown) => {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    });
    return undefined;
  }
}

function podOf(job: Stored<Job>): Pod {
  const { metadata = {}, spec } = job.spec?.template ?? { spec: { containers: [] } };
  const { labels, annotations, finalizers } = metadata;
  return {
    metadata: {
      generateName: `${job.metadata.name}-`,
      namespace: job.metadata.namespace,
      labels,
      annotations,
      finalizers,
      ownerReferences: [ownerReferenceTo(jobs, job)],
    },
    spec,
  };
}

function withoutZeros(status: Job["status"] = {}): Record<string, unknown> {
  const entries = Object.entries(status).filter(([, value]) => value !== undefined && value !== 0);
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** For a merge patch: every field that was there is removed unless it is given again. */
function absentAsNull(status: Job["status"] = {}): Record<string, null> {
  return Object.fromEntries(Object.keys(status).map((key) => [key, null]));
}
