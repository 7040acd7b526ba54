/** Which phases sessions were in when something was killed: whether a history tried what it was meant to try. */

export class Coverage {
  readonly #struck = new Map<string, Map<string, number>>();

  /** `phases`: of each session that it struck, as its object told a moment before. */
  count(killed: string, phases: readonly (string | undefined)[]): void {
    const counts = this.#struck.get(killed) ?? new Map<string, number>();
    this.#struck.set(killed, counts);
    for (const phase of phases) counts.set(phase ?? "New", (counts.get(phase ?? "New") ?? 0) + 1);
  }

  /** One line for each kind of kill. */
  describe(): string[] {
    return [...this.#struck].map(
      ([killed, counts]) =>
        `${killed} killed during ${[...counts].map(([phase, count]) => `${phase} ${count}`).join(", ")}`,
    );
  }
}
