// The Job that brings to the transcript store what an attempt left on the volume: the same image and identity as the
// runner's, with what the installation adds to both. No broker, no keys, nothing of the session's own environment, no agent.
import { LABELS, sessionHandoverJobName, type AgentRuntimeSpec } from "@pilothouse/contracts";
import type { EnvironmentVariable, Job, Stored } from "@pilothouse/kubernetes";
import type { SessionObject } from "../resources/types.ts";
import { literals, RESTRICTED, RUNNER_MOUNTS, runnerBasics, runnerVolumes, type PodSettings } from "./job.ts";
import { RUNNER_CONTAINER } from "./names.ts";
import { singlePodJob } from "./single-pod-job.ts";

/** With the pod's way to its node, and a transcript of hours to a store that is slow. */
const LONGEST_SECONDS = 1800;
/** A finished one stays so long for whoever wants to look. */
const KEEP_FINISHED_SECONDS = 600;
/** It has nothing to save: what it has not handed over is still on the volume. */
const GRACE_SECONDS = 5;
/** It reads files and sends them. Not the runner's own resources, which a project may have no room for. */
const RESOURCES = { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } };

export function handoverJob(
  session: Stored<SessionObject>,
  { attempt, which }: { readonly attempt: number; readonly which: number },
  runtime: AgentRuntimeSpec,
  settings: PodSettings,
): Job {
  const { name } = session.metadata;
  return singlePodJob(
    session,
    {
      name: sessionHandoverJobName(name, attempt, which),
      labels: { [LABELS.attempt]: String(attempt), [LABELS.handover]: String(which) },
      keepFinishedSeconds: KEEP_FINISHED_SECONDS,
      deadlineSeconds: LONGEST_SECONDS,
      pod: {
        terminationGracePeriodSeconds: GRACE_SECONDS,
        containers: [
          {
            name: RUNNER_CONTAINER,
            image: runtime.container.image,
            env: environment(session, attempt, runtime, settings),
            resources: RESOURCES,
            securityContext: RESTRICTED,
            volumeMounts: [...RUNNER_MOUNTS],
          },
        ],
        volumes: runnerVolumes(name),
      },
    },
    settings,
  );
}

function environment(
  session: Stored<SessionObject>,
  attempt: number,
  runtime: AgentRuntimeSpec,
  settings: PodSettings,
): EnvironmentVariable[] {
  const own = [...runnerBasics(session, attempt, settings), ...literals({ PILOTHOUSE_RUNNER_MODE: "handover" })];
  const taken = new Set(own.map(({ name }) => name));
  return [...own, ...literals(runtime.container.env).filter(({ name }) => !taken.has(name))];
}
