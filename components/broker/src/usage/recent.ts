/** The newest requests to models, one by one: what a trace shows of them. */
import type { Usage } from "@pilothouse/contracts/resources/agentic-session";

export interface RecentRequest {
  /** From 1, in the order in which they ended. */
  readonly number: number;
  readonly model: string;
  readonly provider: string;
  readonly usage: Usage;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly firstByteAt: number;
  readonly endedAt: number;
}

const KEPT = 1000;

export class RecentRequests {
  readonly #requests: RecentRequest[] = [];
  #count = 0;

  add(request: Omit<RecentRequest, "number">): void {
    this.#count += 1;
    this.#requests.push({ number: this.#count, ...request });
    if (this.#requests.length > KEPT) this.#requests.splice(0, this.#requests.length - KEPT);
  }

  since(number: number): readonly RecentRequest[] {
    return this.#requests.filter((request) => request.number > number);
  }
}
