/**
 * How many watches this process holds at the Kubernetes API. Each caller's is a connection of its own, since what a token
 * may see is that token's alone; past the bound a new stream is refused with 429 before it begins, and those that are open
 * go on.
 */
import { ApiError } from "../errors/api-error.ts";

const RETRY_SECONDS = 5;

export class WatchBudget {
  readonly #most: number;
  #held = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get held(): number {
    return this.#held;
  }

  /** @returns how to give it back, once. @throws ApiError TOO_MANY_REQUESTS */
  claim(): () => void {
    if (this.#held >= this.#most) {
      const message = `this server follows ${this.#most} sessions and lists already, which is as many as it may; try again`;
      throw new ApiError("TOO_MANY_REQUESTS", message, { retryAfterSeconds: RETRY_SECONDS });
    }
    this.#held += 1;
    let given = false;
    return () => {
      if (!given) this.#held -= 1;
      given = true;
    };
  }
}
