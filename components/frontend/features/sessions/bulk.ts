/** One thing done to many, a few at a time, with what came of each. */
export interface BulkResult {
  readonly name: string;
  readonly title: string;
  /** Why it could not be done. */
  readonly problem: string | undefined;
}

interface Target {
  readonly name: string;
  readonly title: string;
}

const AT_ONCE = 4;

/** Results in the order of the targets; `act` may fail for some without holding up the others. */
export async function doToEach(
  targets: readonly Target[],
  act: (name: string) => Promise<void>,
  describe: (error: unknown) => string,
): Promise<BulkResult[]> {
  const results: BulkResult[] = [];
  let next = 0;
  async function work(): Promise<void> {
    for (let index = next++; index < targets.length; index = next++) {
      const target = targets[index];
      if (target === undefined) return;
      const problem = await act(target.name).then(
        () => undefined,
        (error: unknown) => describe(error),
      );
      results[index] = { ...target, problem };
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}
