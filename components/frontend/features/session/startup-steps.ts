/** How far the start of a session has come, from its conditions: steps, the one that is being done, and why it is stuck. */
import type { AgenticSession, Condition } from "@pilothouse/contracts";
import * as texts from "../../lib/texts/index.ts";

export interface StartupStep {
  readonly id: keyof typeof texts.startup.steps;
  readonly label: string;
  readonly state: "done" | "active" | "failed" | "todo";
  readonly detail: string | undefined;
}

export interface Startup {
  readonly steps: readonly StartupStep[];
  readonly isFailed: boolean;
  /** Why it failed, and what is likely to help. */
  readonly reason: string | undefined;
  readonly fix: string | undefined;
}

/** Undefined once the agent has started, and for sessions that ended after it had. */
export function startupOf(session: AgenticSession): Startup | undefined {
  const { status, spec } = session;
  const phase = status?.phase ?? "Pending";
  const hasAgent = status?.agent !== undefined;
  const isStarting =
    phase === "Pending" || phase === "Queued" || phase === "Creating" || (phase === "Running" && !hasAgent);
  const isFailed = phase === "Failed" && (status?.agent?.lastSeq ?? 0) === 0;
  if (!isStarting && !isFailed) return undefined;

  const condition = (type: string) => status?.conditions?.find((item) => item.type === type);
  const isTrue = (type: string) => condition(type)?.status === "True";
  const repos = status?.reconciledRepos ?? [];
  // What the runner says of itself stays in the status when a session ends: of a later attempt it tells nothing yet.
  const isFirstAttempt = (status?.attempt ?? 1) <= 1;
  const hasRepos = (spec.repos ?? []).length > 0;
  const facts: { id: StartupStep["id"]; isDone: boolean; detail: string | undefined; isShown: boolean }[] = [
    { id: "accepted", isDone: true, detail: undefined, isShown: true },
    {
      id: "queued",
      isDone: phase !== "Queued",
      detail: phase === "Queued" ? status?.message : undefined,
      isShown: phase === "Queued",
    },
    {
      id: "workspace",
      isDone: isTrue("SecretsReady") && isTrue("WorkspaceReady") && isTrue("JobCreated"),
      detail:
        problem(condition("SecretsReady")) ?? problem(condition("WorkspaceReady")) ?? problem(condition("JobCreated")),
      isShown: true,
    },
    { id: "scheduled", isDone: isTrue("PodScheduled"), detail: problem(condition("PodScheduled")), isShown: true },
    {
      id: "runner",
      isDone: isTrue("RunnerReady") || phase === "Running",
      detail: problem(condition("RunnerReady")),
      isShown: true,
    },
    {
      id: "repositories",
      isDone:
        (isFirstAttempt || phase === "Running") && repos.length > 0 && repos.every((repo) => repo.status === "Ready"),
      detail: repos.find((repo) => repo.status === "Failed")?.message,
      isShown: hasRepos,
    },
    { id: "agent", isDone: hasAgent && phase === "Running", detail: undefined, isShown: true },
  ];
  const shown = facts.filter((fact) => fact.isShown);
  // A later step that is done proves the earlier ones, whatever their conditions still say.
  const failedAt = isFailed ? shown.findIndex((fact) => fact.id === failedStep(session)) : -1;
  const lastDone = failedAt > 0 ? failedAt - 1 : shown.findLastIndex((fact) => fact.isDone);
  const steps = shown.map(({ id, detail }, index): StartupStep => ({
    id,
    label: texts.startup.steps[id],
    state: index <= lastDone ? "done" : index > lastDone + 1 ? "todo" : isFailed ? "failed" : "active",
    // The reason stands below, in full.
    detail:
      index === lastDone + 1 && failedAt === -1 ? (detail ?? (isFailed ? undefined : status?.message)) : undefined,
  }));
  const reason = isFailed ? (status?.message ?? steps.find((step) => step.state === "failed")?.detail) : undefined;
  return { steps, isFailed, reason, fix: isFailed ? likelyFix(reason ?? "") : undefined };
}

function problem(condition: Condition | undefined): string | undefined {
  return condition?.status === "False" && condition.message !== "" ? condition.message : undefined;
}

/** Conditions tell of the present attempt, which is over: the reason tells where it ended. */
function failedStep({ status }: AgenticSession): StartupStep["id"] | undefined {
  if (status?.reconciledRepos?.some((repo) => repo.status === "Failed") === true) return "repositories";
  const reason = status?.message ?? "";
  if (/clone|repository|branch/i.test(reason)) return "repositories";
  if (/\bimage\b|pull/i.test(reason)) return "runner";
  if (/insufficient|unschedulable|node\(s\)/i.test(reason)) return "scheduled";
  return undefined;
}

function likelyFix(reason: string): string | undefined {
  const { fixes } = texts.startup;
  if (/secret|_API_KEY|credential/i.test(reason)) return fixes.secret;
  if (/image/i.test(reason)) return fixes.image;
  if (/insufficient|unschedulable|node\(s\)/i.test(reason)) return fixes.schedule;
  if (/clone|repository|branch/i.test(reason)) return fixes.clone;
  return undefined;
}
