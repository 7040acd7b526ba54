// Ending what runs: Jobs first, so that nothing makes a new pod, then pods, in the end by force.
import type { Action } from "./decision.ts";
import type { AttemptFact, JobFact, Observation, Policy } from "./observation.ts";

export interface Teardown {
  readonly actions: readonly Action[];
  /** What is still alive, as a person would name it; undefined = nothing. */
  readonly alive: string | undefined;
  readonly wakeAt: number | undefined;
}

/** A Job that is on its way out makes no pods any more; its pods are looked at one by one. */
const working = (job: JobFact): boolean => job.finished === undefined && !job.deleting;

export function teardown(observation: Observation, policy: Policy, spares: (fact: AttemptFact) => boolean): Teardown {
  const { now, jobs, pods } = observation;
  const actions: Action[] = [];
  let alive: string | undefined;
  let wakeAt: number | undefined;
  for (const job of jobs) {
    if (!working(job) || spares(job)) continue;
    actions.push({ type: "deleteJob", name: job.name, uid: job.uid });
    alive ??= `Job ${job.name}`;
  }
  for (const pod of pods) {
    if (!pod.live || spares(pod)) continue;
    alive = `pod ${pod.name}`;
    if (pod.deletionDeadline === undefined) {
      actions.push({ type: "deletePod", name: pod.name, uid: pod.uid, force: false });
      continue;
    }
    // The kubelet has had its time: its node is lost, or it hangs.
    const patience = pod.deletionDeadline + policy.forceDeleteAfterMilliseconds;
    if (now >= patience) actions.push({ type: "deletePod", name: pod.name, uid: pod.uid, force: true });
    // After a force the next look confirms it, or forces again.
    const next = Math.max(patience, now + 1000);
    wakeAt = wakeAt === undefined ? next : Math.min(wakeAt, next);
  }
  return { actions, alive, wakeAt };
}
