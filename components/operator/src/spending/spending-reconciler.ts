// Keeps `status.spending` of a project's settings, and has its sessions looked at when the day's money is spent. Sessions
// find out by themselves whether it is (`daily-cost.ts`): the status is for people, and for what deleted sessions have cost.
import { FIELD_MANAGERS, PROJECT_SETTINGS_NAME } from "@pilothouse/contracts";
import {
  isNotFound,
  type KubernetesClient,
  type RecordedEvent,
  type ReconcileResult,
  type Stored,
} from "@pilothouse/kubernetes";
import { isDeepStrictEqual } from "node:util";
import { projectSettings, type ProjectSettingsObject, type SessionObject } from "../resources/types.ts";
import { nextUtcDay, spentOn, utcDay, withRemoved, type Spending } from "./daily-cost.ts";

export interface SpendingReconcilerOptions {
  readonly client: KubernetesClient;
  readonly settings: (namespace: string) => Stored<ProjectSettingsObject> | undefined;
  readonly sessions: (namespace: string) => readonly Stored<SessionObject>[];
  /** The project's money of the day is spent: whoever runs must stop. */
  readonly onSpent: (namespace: string) => void;
  readonly record: (settings: Stored<ProjectSettingsObject>, event: RecordedEvent) => void;
  readonly now: () => number;
}

/** Costs change with every answer of a model; the status follows at this pace. */
const WRITE_EVERY_MILLISECONDS = 10_000;

export class SpendingReconciler {
  readonly #options: SpendingReconcilerOptions;
  readonly #writtenAt = new Map<string, number>();

  constructor(options: SpendingReconcilerOptions) {
    this.#options = options;
  }

  async reconcile(namespace: string, signal: AbortSignal): Promise<ReconcileResult> {
    const { sessions, onSpent, now } = this.#options;
    const settings = this.#options.settings(namespace);
    if (settings === undefined) {
      this.#writtenAt.delete(namespace);
      return {};
    }
    const time = now();
    const day = utcDay(time);
    const all = sessions(namespace);
    const former = settings.status?.spending;
    const spent = spentOn(day, all, former);
    const limit = settings.spec?.limits?.maxCostUsdPerDay;
    if (limit !== undefined && spent >= limit) onSpent(namespace);

    const wanted = { day, costUsd: cents(spent), removed: stillSeen(day, all, former) };
    const nothingYet = former === undefined && spent === 0;
    if (nothingYet || isDeepStrictEqual(plain(former), plain(wanted))) return {};
    const reached = limit !== undefined && spent >= limit && (former?.day !== day || former.costUsd < cents(limit));
    const wait = (this.#writtenAt.get(namespace) ?? 0) + WRITE_EVERY_MILLISECONDS - time;
    if (wait > 0 && !reached) return { requeueAfterMilliseconds: Math.min(wait, nextUtcDay(time) - time) };
    await this.#write(settings, wanted, signal);
    this.#writtenAt.set(namespace, time);
    if (reached) {
      const message = `sessions have cost ${wanted.costUsd} USD on ${day} (UTC), of the ${limit} USD that they may`;
      this.#options.record(settings, { type: "Warning", reason: "DailyBudgetSpent", message });
    }
    return {};
  }

  /** Keeps what a session has cost today, before it is let go. May be called again. */
  async settle(session: Stored<SessionObject>, signal: AbortSignal): Promise<void> {
    const { client, now } = this.#options;
    const { namespace } = session.metadata;
    const day = utcDay(now());
    if (withRemoved(day, session, undefined) === undefined) return;
    const settings = await client.find(projectSettings, { namespace, name: PROJECT_SETTINGS_NAME }, { signal });
    if (settings === undefined) return;
    const wanted = withRemoved(day, session, settings.status?.spending);
    if (wanted === undefined) return;
    await this.#write(settings, wanted, signal).catch((error: unknown) => {
      // The project goes as a whole.
      if (!isNotFound(error)) throw error;
    });
  }

  async #write(settings: Stored<ProjectSettingsObject>, spending: Spending, signal: AbortSignal): Promise<void> {
    const { namespace, name, resourceVersion } = settings.metadata;
    // A merge patch removes by null alone.
    const status = { spending: { ...spending, removed: spending.removed ?? null } };
    const options = { fieldManager: FIELD_MANAGERS.operatorSpending, subresource: "status", signal };
    await this.#options.client.patch(
      projectSettings,
      { namespace, name },
      { type: "merge", body: { metadata: { resourceVersion }, status } },
      options,
    );
  }
}

/** A deleted session must be known as counted only as long as it may still be seen. */
function stillSeen(
  day: string,
  sessions: readonly Stored<SessionObject>[],
  spending: Spending | undefined,
): Spending["removed"] {
  const removed = spending?.day === day ? spending.removed : undefined;
  if (removed === undefined) return undefined;
  const seen = new Set(sessions.map((session) => session.metadata.uid));
  return { costUsd: removed.costUsd, sessions: removed.sessions.filter((uid) => seen.has(uid)) };
}

/** Sums of many small numbers differ in their last digits by the order of addition; a hundredth of a cent is enough. */
function cents(usd: number): number {
  return Math.round(usd * 10_000) / 10_000;
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
