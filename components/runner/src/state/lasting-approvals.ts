/**
 * What the user has allowed for good in this session. Kept beside the session's other facts, so that a new attempt does
 * not ask again. File tools of agents do not reach there; whoever may run any command could do without an approval.
 */
const MOST = 1000;

export interface LastingApprovalsOptions {
  readonly initial: readonly string[];
  readonly save: (approvals: string[]) => void;
}

export class LastingApprovals {
  readonly #keys: Set<string>;
  readonly #save: LastingApprovalsOptions["save"];

  constructor({ initial, save }: LastingApprovalsOptions) {
    this.#keys = new Set(initial);
    this.#save = save;
  }

  /** @param key of a tool and what it works on: `lastingKey` of `bridges/common/asks.ts` */
  has(key: string): boolean {
    return this.#keys.has(key);
  }

  add(key: string): void {
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    const [oldest] = this.#keys;
    if (this.#keys.size > MOST && oldest !== undefined) this.#keys.delete(oldest);
    this.#save([...this.#keys]);
  }

  get keys(): readonly string[] {
    return [...this.#keys];
  }
}
