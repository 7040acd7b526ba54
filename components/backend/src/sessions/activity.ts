/** What Kubernetes has to say about a session: the events of its objects, and the state of its pod. */
import { sessionObjectName, type SessionEvent, type SessionEventsAnswer } from "@pilothouse/contracts";
import {
  coreEvents,
  isForbidden,
  isNotFound,
  pods,
  type ContainerStatus,
  type CoreEvent,
  type Pod,
  type Stored,
} from "@pilothouse/kubernetes";
import type { Caller } from "../identity/identity.ts";
import type { Session } from "./present.ts";

export async function readActivity(caller: Caller, project: string, session: Session): Promise<SessionEventsAnswer> {
  const { name, uid } = session.metadata;
  const selectors = [
    `involvedObject.uid=${uid}`,
    ...[session.status?.jobName, session.status?.podName, sessionObjectName(name)].flatMap((object) =>
      object === undefined ? [] : [`involvedObject.name=${object}`],
    ),
  ];
  const [pod, ...lists] = await Promise.all([
    findPod(caller, project, session.status?.podName),
    ...selectors.map(async (fieldSelector) =>
      caller.kubernetes.list(coreEvents, { namespace: project, fieldSelector }),
    ),
  ]);
  const events = new Map(lists.flatMap((list) => list.items).map((event) => [event.metadata.uid, event]));
  const items = [...events.values()].map(presentEvent);
  items.sort((a, b) => ((a.timestamp ?? "") < (b.timestamp ?? "") ? -1 : 1));
  return { items, pod: pod === undefined ? null : presentPod(pod) };
}

async function findPod(caller: Caller, project: string, name: string | undefined): Promise<Stored<Pod> | undefined> {
  if (name === undefined) return undefined;
  try {
    return await caller.kubernetes.get(pods, { namespace: project, name });
  } catch (error) {
    if (isForbidden(error) || isNotFound(error)) return undefined;
    throw error;
  }
}

function presentEvent(event: CoreEvent): SessionEvent {
  const timestamp = event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp;
  return {
    type: event.type ?? "Normal",
    reason: event.reason ?? "",
    message: event.message ?? "",
    timestamp: timestamp ?? event.metadata?.creationTimestamp ?? null,
    count: Math.max(1, event.series?.count ?? event.count ?? 1),
    ...(event.involvedObject.kind === undefined ? {} : { source: event.involvedObject.kind }),
  };
}

function presentPod(pod: Stored<Pod>): NonNullable<SessionEventsAnswer["pod"]> {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  return {
    name: pod.metadata.name,
    phase: pod.status?.phase ?? "Unknown",
    containers: statuses.map(presentContainer),
  };
}

function presentContainer({ name, ready, restartCount, state }: ContainerStatus) {
  const { reason, message } = state?.waiting ?? state?.terminated ?? {};
  const exitCode = state?.terminated?.exitCode;
  const current =
    state?.running !== undefined
      ? ("running" as const)
      : state?.terminated !== undefined
        ? ("terminated" as const)
        : state?.waiting !== undefined
          ? ("waiting" as const)
          : ("unknown" as const);
  return {
    name,
    ready,
    restartCount,
    state: current,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}
