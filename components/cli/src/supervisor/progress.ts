/** Progress on the terminal: one line per step, with its duration when it took long enough to wonder. */

export type Progress = {
  /** Runs a step and reports it. */
  step<T>(label: string, work: () => Promise<T>): Promise<T>;
  note(message: string): void;
};

const WORTH_MENTIONING_MS = 400;

export function terminalProgress(write: (text: string) => void = (text) => process.stderr.write(text)): Progress {
  return {
    async step(label, work) {
      const startedAt = Date.now();
      const timer = setTimeout(() => write(`  ${label} …\n`), WORTH_MENTIONING_MS);
      try {
        return await work();
      } finally {
        clearTimeout(timer);
        const took = Date.now() - startedAt;
        if (took >= WORTH_MENTIONING_MS) write(`  ${label}: ${(took / 1000).toFixed(1)} s\n`);
      }
    },
    note(message) {
      write(`  ${message}\n`);
    },
  };
}
