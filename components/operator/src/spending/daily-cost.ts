// What sessions cost on one UTC day, reckoned from totals alone: no event is counted, so none can be counted twice.
//
// A session's total only grows, over all of its attempts. Its share of a day is what it has cost beyond `dailyCost.baseUsd`,
// the total when its operator first saw it at work on that day. A session that was created on the day began at nothing.
import type { ProjectSettingsStatus } from "@pilothouse/contracts";
import type { KubernetesObject, Stored } from "@pilothouse/kubernetes";
import type { SessionObject } from "../resources/types.ts";

const DAY_MILLISECONDS = 86_400_000;

type DailyCost = NonNullable<SessionObject["status"]>["dailyCost"];
export type Spending = NonNullable<ProjectSettingsStatus["spending"]>;

/** YYYY-MM-DD, UTC. */
export function utcDay(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}

export function nextUtcDay(now: number): number {
  return (Math.floor(now / DAY_MILLISECONDS) + 1) * DAY_MILLISECONDS;
}

export function createdOn(object: KubernetesObject, day: string): boolean {
  return object.metadata?.creationTimestamp?.startsWith(day) === true;
}

/** The mark that a session at work on that day should have. */
export function dailyCostOn(day: string, status: SessionObject["status"], isNew: boolean): DailyCost {
  const known = status?.dailyCost;
  if (known?.day === day) return known;
  return isNew ? undefined : { day, baseUsd: status?.agent?.usage?.costUsd ?? 0 };
}

/** USD that the session cost on the day. */
export function costOn(day: string, session: Stored<SessionObject>): number {
  const total = session.status?.agent?.usage?.costUsd ?? 0;
  const { dailyCost } = session.status ?? {};
  if (dailyCost?.day === day) return Math.max(0, total - dailyCost.baseUsd);
  return createdOn(session, day) ? total : 0;
}

/** USD that a project's sessions cost on the day, those that are deleted by now included. */
export function spentOn(
  day: string,
  sessions: readonly Stored<SessionObject>[],
  spending: Spending | undefined,
): number {
  const removed = spending?.day === day ? spending.removed : undefined;
  const counted = new Set(removed?.sessions);
  let spent = removed?.costUsd ?? 0;
  for (const session of sessions) if (!counted.has(session.metadata.uid)) spent += costOn(day, session);
  return spent;
}

/** The settings' status after a session's share is put among those of the deleted; undefined when there is nothing to do. */
export function withRemoved(
  day: string,
  session: Stored<SessionObject>,
  spending: Spending | undefined,
): Spending | undefined {
  const share = costOn(day, session);
  const today = spending?.day === day ? spending : undefined;
  const sessions = today?.removed?.sessions ?? [];
  const { uid } = session.metadata;
  if (share === 0 || sessions.includes(uid)) return undefined;
  const removed = { costUsd: rounded((today?.removed?.costUsd ?? 0) + share), sessions: [...sessions, uid] };
  return { day, costUsd: Math.max(today?.costUsd ?? 0, removed.costUsd), removed };
}

/** Sums differ in their last digits by the order of addition; a millionth of a dollar is far below any price. */
function rounded(usd: number): number {
  return Math.round(usd * 1e6) / 1e6;
}
