/** A session as programs see it. Pure. */
import type {
  AgenticSession,
  PublicCreateSession,
  PublicResult,
  PublicSession,
  PublicSessionStatus,
  PublicUpdateSession,
  SessionPhase,
} from "@pilothouse/contracts";

const STATUS: Readonly<Record<SessionPhase, PublicSessionStatus>> = {
  Pending: "pending",
  Queued: "queued",
  Creating: "pending",
  Running: "running",
  // It still works on what it was given, until its pod has ended.
  Stopping: "running",
  Stopped: "stopped",
  Completed: "completed",
  Failed: "failed",
};

const RESTING: readonly PublicSessionStatus[] = ["stopped", "completed", "failed"];

export function statusOf({ status }: AgenticSession): PublicSessionStatus {
  const plain = STATUS[status?.phase ?? "Pending"];
  return plain === "running" && status?.agent?.status === "waiting_input" ? "waiting" : plain;
}

export function viewOf(session: AgenticSession): PublicSession {
  const { metadata, spec, status } = session;
  return {
    id: metadata.name,
    project: metadata.namespace ?? "",
    status: statusOf(session),
    task: spec.initialPrompt ?? null,
    displayName: spec.displayName ?? null,
    model: spec.llmSettings?.model ?? null,
    runnerType: spec.runnerType ?? null,
    repos: (spec.repos ?? []).map(({ url, branch }) => ({ url, ...(branch === undefined ? {} : { branch }) })),
    labels: metadata.labels ?? {},
    createdAt: metadata.creationTimestamp ?? null,
    startedAt: status?.startTime ?? null,
    completedAt: status?.completionTime ?? null,
    stoppedReason: status?.stoppedReason ?? null,
    message: status?.message ?? null,
    usage: status?.agent?.usage ?? null,
  };
}

export function resultOf(session: AgenticSession): PublicResult {
  const { metadata, status: facts } = session;
  const status = statusOf(session);
  const { result, lastMessage, usage } = facts?.agent ?? {};
  return {
    id: metadata.name,
    status,
    done: RESTING.includes(status),
    text: result?.text ?? lastMessage ?? null,
    isError: result?.isError ?? status === "failed",
    stoppedReason: facts?.stoppedReason ?? null,
    message: facts?.message ?? null,
    usage: usage ?? null,
  };
}

/** The backend's body for a new session. */
export function creationOf(request: PublicCreateSession): Record<string, unknown> {
  const { task, model, workflow, ...same } = request;
  return {
    ...same,
    initialPrompt: task,
    ...(model === undefined ? {} : { llmSettings: { model } }),
    ...(workflow === undefined ? {} : { activeWorkflow: workflow }),
  };
}

export function changeOf({ model, ...same }: PublicUpdateSession): Record<string, unknown> {
  return { ...same, ...(model === undefined ? {} : { llmSettings: { model } }) };
}
