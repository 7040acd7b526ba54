/**
 * Who the caller is, as the Kubernetes API says when it is asked with the caller's own token. Answers are kept for at
 * most 30 s by the token's hash; a refusal is never kept. What a caller may do is decided by each call itself.
 */
import { KubernetesClient, selfSubjectReviews } from "@pilothouse/kubernetes";
import { ApiError } from "../errors/api-error.ts";
import { hashToken } from "./token.ts";

export interface Identity {
  readonly userId: string;
  readonly displayName: string;
  readonly groups: readonly string[];
}

/** One authenticated caller: a client that speaks with their token, and nothing else. */
export interface Caller {
  readonly identity: Identity;
  readonly kubernetes: KubernetesClient;
  readonly tokenHash: string;
}

const KEPT_MILLISECONDS = 30_000;
const KEPT_IDENTITIES = 10_000;

export class Authenticator {
  readonly #anonymous: KubernetesClient;
  readonly #now: () => number;
  readonly #kept = new Map<string, { identity: Identity; until: number }>();
  readonly #asking = new Map<string, Promise<Identity>>();

  constructor(anonymous: KubernetesClient, now: () => number = Date.now) {
    this.#anonymous = anonymous;
    this.#now = now;
  }

  /** @throws ApiError UNAUTHENTICATED when the Kubernetes API does not know the token */
  async authenticate(token: string): Promise<Caller> {
    const tokenHash = hashToken(token);
    const kubernetes = this.#anonymous.withToken(token);
    const kept = this.#kept.get(tokenHash);
    if (kept !== undefined && kept.until > this.#now()) {
      return { identity: kept.identity, kubernetes, tokenHash };
    }
    const asking = this.#asking.get(tokenHash) ?? this.#ask(tokenHash, kubernetes);
    return { identity: await asking, kubernetes, tokenHash };
  }

  /** Forgets a caller whose token is known to be dead, such as that of a deleted key. */
  forget(userId: string): void {
    for (const [hash, { identity }] of this.#kept) if (identity.userId === userId) this.#kept.delete(hash);
  }

  #ask(tokenHash: string, kubernetes: KubernetesClient): Promise<Identity> {
    const asking = this.#answer(tokenHash, kubernetes);
    this.#asking.set(tokenHash, asking);
    return asking;
  }

  async #answer(tokenHash: string, kubernetes: KubernetesClient): Promise<Identity> {
    try {
      const identity = await reviewIdentity(kubernetes);
      this.#keep(tokenHash, identity);
      return identity;
    } catch (error) {
      this.#kept.delete(tokenHash);
      throw error;
    } finally {
      this.#asking.delete(tokenHash);
    }
  }

  #keep(tokenHash: string, identity: Identity): void {
    this.#kept.delete(tokenHash);
    if (this.#kept.size >= KEPT_IDENTITIES) {
      const oldest = this.#kept.keys().next();
      if (oldest.done !== true) this.#kept.delete(oldest.value);
    }
    this.#kept.set(tokenHash, { identity, until: this.#now() + KEPT_MILLISECONDS });
  }
}

export async function reviewIdentity(kubernetes: KubernetesClient): Promise<Identity> {
  const answer = await kubernetes.review(selfSubjectReviews, {});
  const { username, groups } = answer.status?.userInfo ?? {};
  if (username === undefined || username === "" || username === "system:anonymous") {
    throw new ApiError("UNAUTHENTICATED", "the Kubernetes API does not accept this token");
  }
  return { userId: username, displayName: displayNameOf(username), groups: groups ?? [] };
}

/** Kubernetes knows no display names: a ServiceAccount is shown by its own name, anyone else as they are. */
export function displayNameOf(userId: string): string {
  return userId.startsWith("system:serviceaccount:") ? (userId.split(":").at(-1) ?? userId) : userId;
}
