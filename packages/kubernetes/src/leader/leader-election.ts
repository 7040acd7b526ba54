// One of several replicas leads: the one that holds a Lease. Others' clocks are not trusted: a lease counts as
// expired when it has not changed for its whole duration by our own clock.
//
// The times must nest: retry < renew deadline < lease duration. A leader that cannot renew stops within the renew
// deadline, and only after the longer lease duration may another begin, so that there are never two.
import { pause } from "../backoff.ts";
import type { KubernetesClient } from "../client/client.ts";
import { NO_RETRY } from "../client/retry.ts";
import { isAlreadyExists, isConflict } from "../errors.ts";
import { silentLogger, type Logger } from "../logger.ts";
import type { ObjectKey, Stored } from "../resources/meta.ts";
import { leases, type Lease } from "../resources/platform.ts";

export interface LeaderElectionOptions {
  readonly client: KubernetesClient;
  readonly lease: ObjectKey & { readonly namespace: string };
  /** Unique among the replicas and over restarts: pod name and a random part. */
  readonly identity: string;
  /** Default 15 s. */
  readonly leaseSeconds?: number;
  /** Default 10 s. */
  readonly renewDeadlineSeconds?: number;
  /** Default 2 s. */
  readonly retrySeconds?: number;
  /**
   * True when the holder is known to be dead (a former process of this same machine): its lease need not run out.
   * Must never be true of a process that may still be working.
   */
  readonly isGone?: (holder: string) => boolean;
  readonly logger?: Logger;
  readonly onChange?: (leading: boolean) => void;
}

/** The lease was lost while leading: somebody else may act now. */
export class LeadershipLostError extends Error {
  override readonly name = "LeadershipLostError";
}

/**
 * Waits until this replica leads, runs `lead`, and gives the lease back when it ends. `lead` must end soon after its
 * signal aborts. Returns when the signal aborts; throws LeadershipLostError when the lease could not be kept.
 */
export async function runAsLeader(
  options: LeaderElectionOptions,
  signal: AbortSignal,
  lead: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const election = new Election(options);
  if (!(await election.acquire(signal))) return;
  const leading = new AbortController();
  const onAbort = (): void => leading.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const work = lead(leading.signal).finally(() => leading.abort(new Error("the work has ended")));
  options.onChange?.(true);
  try {
    const kept = await election.keep(leading.signal);
    if (!kept) leading.abort(new LeadershipLostError(`lease ${options.lease.name} was lost`));
    await work.catch((error: unknown) => {
      if (kept) throw error;
    });
    if (!kept) throw new LeadershipLostError(`lease ${options.lease.namespace}/${options.lease.name} was lost`);
  } finally {
    signal.removeEventListener("abort", onAbort);
    options.onChange?.(false);
    await election.release();
  }
}

class Election {
  readonly #options: LeaderElectionOptions;
  readonly #logger: Logger;
  readonly #leaseSeconds: number;
  readonly #retryMilliseconds: number;
  /** The lease as last seen, and when (own clock) it was first seen in this state. */
  #observed: { lease: Stored<Lease>; at: number } | undefined;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#leaseSeconds = options.leaseSeconds ?? 15;
    this.#retryMilliseconds = (options.retrySeconds ?? 2) * 1000;
  }

  /** True once the lease is ours; false when the signal aborted before. */
  async acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (await this.#attempt(signal)) {
        this.#logger.info({ lease: this.#options.lease, identity: this.#options.identity }, "leading");
        return true;
      }
      await pause(this.#retryMilliseconds * (0.8 + Math.random() * 0.4), signal);
    }
    return false;
  }

  /** Renews until the signal aborts (true), or the lease is lost (false). */
  async keep(signal: AbortSignal): Promise<boolean> {
    const deadline = (this.#options.renewDeadlineSeconds ?? 10) * 1000;
    let renewedAt = performance.now();
    while (!signal.aborted) {
      await pause(this.#retryMilliseconds, signal);
      if (signal.aborted) return true;
      const left = renewedAt + deadline - performance.now();
      const attempt = AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, Math.ceil(left)))]);
      if (await this.#attempt(attempt)) renewedAt = performance.now();
      else if (this.#heldByOther() || performance.now() - renewedAt >= deadline) return signal.aborted;
    }
    return true;
  }

  /** Lets another replica begin at once, if the lease is still ours. */
  async release(): Promise<void> {
    const { client, identity, lease: key } = this.#options;
    const signal = AbortSignal.timeout(2000);
    try {
      const lease = await client.find(leases, key, { signal, retry: NO_RETRY });
      if (lease?.spec?.holderIdentity !== identity) return;
      const spec = { ...lease.spec, holderIdentity: "", leaseDurationSeconds: 1, renewTime: microTime() };
      await client.update(leases, { ...lease, spec }, { signal, retry: NO_RETRY });
    } catch (error) {
      this.#logger.warn({ lease: key, error }, "the lease could not be given back: it will expire");
    }
  }

  #heldByOther(): boolean {
    const holder = this.#observed?.lease.spec?.holderIdentity;
    return holder !== undefined && holder !== null && holder !== "" && holder !== this.#options.identity;
  }

  #expired(): boolean {
    if (this.#observed === undefined) return false;
    if (this.#options.isGone?.(this.#observed.lease.spec?.holderIdentity ?? "") === true) return true;
    const seconds = this.#observed.lease.spec?.leaseDurationSeconds ?? this.#leaseSeconds;
    return performance.now() - this.#observed.at >= seconds * 1000;
  }

  #observe(lease: Stored<Lease>): void {
    const same = this.#observed?.lease.metadata.resourceVersion === lease.metadata.resourceVersion;
    if (!same) this.#observed = { lease, at: performance.now() };
  }

  /** One try to take or renew the lease. */
  async #attempt(signal: AbortSignal): Promise<boolean> {
    const { client, identity, lease: key } = this.#options;
    const now = microTime();
    const options = { signal, retry: NO_RETRY };
    const fresh = {
      holderIdentity: identity,
      leaseDurationSeconds: this.#leaseSeconds,
      acquireTime: now,
      renewTime: now,
    };
    try {
      const lease = await client.find(leases, key, options);
      if (lease === undefined) {
        this.#observe(
          await client.create(leases, { metadata: { ...key }, spec: { ...fresh, leaseTransitions: 0 } }, options),
        );
        return true;
      }
      this.#observe(lease);
      const mine = lease.spec?.holderIdentity === identity;
      if (!mine && this.#heldByOther() && !this.#expired()) return false;
      const spec = mine
        ? { ...lease.spec, renewTime: now, leaseDurationSeconds: this.#leaseSeconds }
        : { ...fresh, leaseTransitions: (lease.spec?.leaseTransitions ?? 0) + 1 };
      this.#observe(await client.update(leases, { ...lease, spec }, options));
      return true;
    } catch (error) {
      if (!isConflict(error) && !isAlreadyExists(error) && !signal.aborted) {
        this.#logger.warn({ lease: key, error }, "the lease could not be renewed or taken");
      }
      return false;
    }
  }
}

/** Kubernetes' MicroTime: six decimals. */
function microTime(): string {
  return new Date().toISOString().replace("Z", "000Z");
}
