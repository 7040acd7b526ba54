/**
 * Who wants to hear that something has changed. Listeners and not promises: a reader that waits again and again beside a
 * promise that is not resolved for days leaves something on it each time.
 */
export class Listeners {
  readonly #listeners = new Set<() => void>();

  /** @returns how to stop listening */
  add(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
