/** From the backend's session to the integration's. */
import type { SessionPhase, SessionResource } from "@pilothouse/contracts";
import type { Session, SessionResult, SessionStatus } from "./shapes.ts";

const STATUS: Readonly<Record<SessionPhase, SessionStatus>> = {
  Pending: "pending",
  Queued: "queued",
  Creating: "pending",
  Running: "running",
  Stopping: "running",
  Stopped: "stopped",
  Completed: "completed",
  Failed: "failed",
};

/** A session that the operator has not seen yet is pending. */
export function statusOf({ status }: SessionResource): SessionStatus {
  const known = STATUS[status?.phase ?? "Pending"];
  return known === "running" && status?.phase === "Running" && status.agent?.status === "waiting_input"
    ? "waiting"
    : known;
}

export function presentSession(resource: SessionResource): Session {
  const { metadata, spec, status } = resource;
  const { activeWorkflow: workflow } = spec;
  return {
    id: metadata.name,
    project: metadata.namespace ?? "",
    status: statusOf(resource),
    displayName: spec.displayName ?? null,
    task: spec.initialPrompt ?? null,
    model: spec.llmSettings?.model ?? status?.agent?.model ?? null,
    runnerType: spec.runnerType ?? null,
    repos: (spec.repos ?? []).map(({ url, branch, name }) => ({ url, branch: branch ?? null, name: name ?? null })),
    workflow:
      workflow === undefined ? null : { url: workflow.gitUrl, branch: workflow.branch, path: workflow.path ?? null },
    labels: metadata.labels ?? {},
    stopOnRunFinished: spec.stopOnRunFinished,
    timeout: spec.timeout ?? null,
    createdAt: metadata.creationTimestamp ?? null,
    startedAt: status?.startTime ?? null,
    endedAt: status?.completionTime ?? null,
    ...outcomeOf(resource),
  };
}

export function presentResult(resource: SessionResource): SessionResult {
  return {
    id: resource.metadata.name,
    status: statusOf(resource),
    result: resource.status?.agent?.result ?? null,
    ...outcomeOf(resource),
  };
}

function outcomeOf({ status }: SessionResource) {
  const { inputTokens = 0, outputTokens = 0, cachedTokens = 0, costUsd = 0 } = status?.agent?.usage ?? {};
  return {
    stoppedReason: status?.stoppedReason ?? null,
    message: status?.message ?? null,
    usage: { inputTokens, outputTokens, cachedTokens },
    cost: costUsd,
  };
}
