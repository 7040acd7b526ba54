// Where the time of a start goes, read from the times that the cluster has noted on the pod.
import type { Pod } from "@pilothouse/kubernetes";
import { BROKER_CONTAINER, RUNNER_CONTAINER } from "../session/names.ts";

/**
 * schedule: until a node is found. pull: volumes and the broker's image. start: the broker up, the runner's image and
 * process. ready: the runner's own start.
 */
export const START_STEPS = ["schedule", "pull", "start", "ready"] as const;
export type StartStep = (typeof START_STEPS)[number];

/** Seconds by step, of a pod that is ready; a step whose ends are not both known is left out. */
export function startSteps(pod: Pod, createdAt: number): Partial<Record<StartStep, number>> {
  const { conditions = [], initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const became = (type: string): number => {
    const condition = conditions.find((candidate) => candidate.type === type && candidate.status === "True");
    return Date.parse(condition?.lastTransitionTime ?? "");
  };
  const started = (name: string): number => {
    const container = [...initContainerStatuses, ...containerStatuses].find((candidate) => candidate.name === name);
    return Date.parse(container?.state?.running?.startedAt ?? "");
  };
  const times = [
    createdAt,
    became("PodScheduled"),
    started(BROKER_CONTAINER),
    started(RUNNER_CONTAINER),
    became("Ready"),
  ];
  const steps: Partial<Record<StartStep, number>> = {};
  for (const [index, step] of START_STEPS.entries()) {
    const seconds = ((times[index + 1] ?? Number.NaN) - (times[index] ?? Number.NaN)) / 1000;
    // Times of a cluster are whole seconds, and from several clocks: a little less than nothing is nothing.
    if (!Number.isNaN(seconds)) steps[step] = Math.max(0, seconds);
  }
  return steps;
}
