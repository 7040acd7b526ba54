/** The session's account: what every model was asked for, over all attempts. */
import type { Usage } from "@pilothouse/contracts/resources/agentic-session";
import type { ModelPrice } from "./prices.ts";
import { costOf, dearestPrice, findPrice } from "./prices.ts";
import type { Reading } from "./reading.ts";

/**
 * `inputTokens` are all tokens of prompts; `cachedTokens` is the part of them that came from the provider's cache.
 */
export interface Account extends Usage {
  requests: number;
}

export interface Entry {
  readonly reading: Reading;
  /** Stands in when the answer did not name its model. */
  readonly fallbackModel: string;
  readonly prices: readonly ModelPrice[];
  /** Whether a model without a price is charged at the dearest one (a provider's own address) or at nothing. */
  readonly assumeDearest: boolean;
}

// The agent chooses the names; an account per name must not grow without end.
const MOST_MODELS = 64;

const nothing = (): Usage => ({ inputTokens: 0, outputTokens: 0, cachedTokens: 0, costUsd: 0 });

export interface Spent extends Usage {
  readonly turns: number;
}

export class Ledger {
  readonly #models = new Map<string, Account>();
  readonly #unpriced = new Set<string>();
  readonly #totals: Usage;
  #turns: number;
  #requests = 0;

  /** @param spent what former attempts spent */
  constructor(spent: Partial<Spent> = {}) {
    const { turns = 0, ...usage } = spent;
    this.#totals = { ...nothing(), ...usage };
    this.#turns = turns;
  }

  get totals(): Usage {
    return { ...this.#totals };
  }

  /** Answers that models gave. */
  get turns(): number {
    return this.#turns;
  }

  /** Since this process began. */
  get requests(): number {
    return this.#requests;
  }

  /** Since this process began. */
  get byModel(): Record<string, Account> {
    return Object.fromEntries([...this.#models].map(([model, account]) => [model, { ...account }]));
  }

  /** Models without an entry in the price table. */
  get unpriced(): string[] {
    return [...this.#unpriced];
  }

  record({ reading, fallbackModel, prices, assumeDearest }: Entry): { model: string; usage: Usage } {
    const named = reading.model ?? fallbackModel;
    const model = this.#models.has(named) || this.#models.size < MOST_MODELS ? named : "other";
    const known = findPrice(prices, named);
    // The table may have learned of it since.
    if (known) this.#unpriced.delete(model);
    else if (this.#unpriced.size < MOST_MODELS) this.#unpriced.add(model);
    const price = known ?? (assumeDearest ? dearestPrice(prices) : undefined);
    const usage: Usage = {
      inputTokens: reading.freshTokens + reading.cacheReadTokens + reading.cacheWriteTokens,
      outputTokens: reading.outputTokens,
      cachedTokens: reading.cacheReadTokens,
      costUsd: price ? costOf(price, reading) : 0,
    };
    const account = this.#models.get(model) ?? { ...nothing(), requests: 0 };
    add(account, usage);
    account.requests += 1;
    this.#models.set(model, account);
    add(this.#totals, usage);
    this.#turns += 1;
    this.#requests += 1;
    return { model, usage };
  }

  /** A copy that can be added to without touching this one: what the account would be if running answers ended now. */
  copy(): Ledger {
    const other = new Ledger({ ...this.#totals, turns: this.#turns });
    for (const [model, account] of this.#models) other.#models.set(model, { ...account });
    for (const model of this.#unpriced) other.#unpriced.add(model);
    other.#requests = this.#requests;
    return other;
  }

  /** Raises the totals to what is known from elsewhere, after a restart of this container. They never go down. */
  raiseTo(spent: Partial<Spent>): void {
    for (const key of ["inputTokens", "outputTokens", "cachedTokens", "costUsd"] as const) {
      this.#totals[key] = Math.max(this.#totals[key], spent[key] ?? 0);
    }
    this.#turns = Math.max(this.#turns, spent.turns ?? 0);
  }
}

function add(account: Usage, usage: Usage): void {
  account.inputTokens += usage.inputTokens;
  account.outputTokens += usage.outputTokens;
  account.cachedTokens += usage.cachedTokens;
  account.costUsd += usage.costUsd;
}
