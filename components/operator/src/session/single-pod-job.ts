// A Job of a session that makes one pod and never a second: attempts, and tries of a hand-over, are the operator's
// business. A Job that replaced its pod would run the session twice.
import { ownerReferenceTo, type Job, type PodSpec, type Stored, type Toleration } from "@pilothouse/kubernetes";
import { sessionObjectName } from "@pilothouse/contracts";
import { sessions, type SessionObject } from "../resources/types.ts";
import type { PodSettings } from "./job.ts";
import { sessionLabels } from "./objects.ts";

/** A node that does not answer gets this long to come back before the session moves on. */
const NODE_PATIENCE_SECONDS = 30;
const NODE_PATIENCE: readonly Toleration[] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"].map(
  (key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: NODE_PATIENCE_SECONDS }),
);

export interface SinglePod {
  readonly name: string;
  /** Beside those of the session. */
  readonly labels: Readonly<Record<string, string>>;
  /** A finished Job and its pod's log stay this long for whoever wants to look. */
  readonly keepFinishedSeconds: number;
  /** undefined = none. */
  readonly deadlineSeconds: number | undefined;
  readonly pod: Pick<PodSpec, "containers" | "initContainers" | "terminationGracePeriodSeconds" | "volumes">;
}

export function singlePodJob(session: Stored<SessionObject>, wanted: SinglePod, settings: PodSettings): Job {
  const labels = { ...sessionLabels(session), ...wanted.labels };
  return {
    metadata: {
      name: wanted.name,
      namespace: session.metadata.namespace,
      labels,
      ownerReferences: [ownerReferenceTo(sessions, session)],
    },
    spec: {
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      podReplacementPolicy: "Failed",
      ttlSecondsAfterFinished: wanted.keepFinishedSeconds,
      ...(wanted.deadlineSeconds === undefined ? {} : { activeDeadlineSeconds: wanted.deadlineSeconds }),
      template: { metadata: { labels }, spec: { ...podFrame(session, settings), ...wanted.pod } },
    },
  };
}

/** What all pods of a session have in common: who they are and where they may run. */
function podFrame(session: Stored<SessionObject>, settings: PodSettings): Omit<PodSpec, "containers"> {
  return {
    restartPolicy: "Never",
    serviceAccountName: sessionObjectName(session.metadata.name),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      fsGroup: 1000,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
    ...(settings.runtimeClass === undefined ? {} : { runtimeClassName: settings.runtimeClass }),
    ...(Object.keys(settings.nodeSelector).length === 0 ? {} : { nodeSelector: { ...settings.nodeSelector } }),
    tolerations: [...NODE_PATIENCE, ...settings.tolerations],
  };
}
