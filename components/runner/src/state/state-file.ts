/**
 * What one attempt leaves to the next, beside the event log: small facts in a file that is replaced as a whole. Facts that
 * the log tells are read from the log; the file only says where to look.
 */
import { open, readFile, rename } from "node:fs/promises";
import { z } from "zod";

export const RunnerState = z.object({
  version: z.literal(1).default(1),
  /** The framework's own conversation. */
  frameworkSessionId: z.string().optional(),
  /** Number of the newest RUN_STARTED, or a little before it: from here on the log tells whether a run is open. */
  runSeq: z.int().min(0).default(0),
  /** What agent and clients share between turns. */
  sharedState: z.record(z.string(), z.unknown()).default({}),
  /** Messages that the conversation has already: clients send their whole history with each run. */
  messageIds: z.array(z.string()).default([]),
  /** The newest runs that began: a request that is repeated starts none of them again. */
  runIds: z.array(z.string()).default([]),
  /** The run that was cut off and whose trace was sent afterwards. */
  tracedCutOff: z.string().optional(),
  /** What the user has allowed for good. */
  approvals: z.array(z.string()).default([]),
  /** Answers of models so far, of which a budget may allow a number. */
  modelTurns: z.int().min(0).default(0),
  /** What workflows were cloned from, by folder. */
  workflows: z.record(z.string(), z.string()).default({}),
  /** Repositories by folder: where they were cloned from, and the commit that work began from. */
  repositories: z
    .record(z.string(), z.object({ url: z.string(), branch: z.string().optional(), base: z.string().optional() }))
    .default({}),
});
export type RunnerState = z.infer<typeof RunnerState>;

const MESSAGE_IDS_KEPT = 2000;
const RUN_IDS_KEPT = 1000;

export class StateFile {
  readonly #path: string;
  #state: RunnerState;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, state: RunnerState) {
    this.#path = path;
    this.#state = state;
  }

  /** A file that is missing or unreadable is an empty state: the log and the session's status tell what matters most. */
  static async open(path: string, onProblem: (error: unknown) => void): Promise<StateFile> {
    try {
      return new StateFile(path, RunnerState.parse(JSON.parse(await readFile(path, "utf8"))));
    } catch (error) {
      const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
      if (!missing) onProblem(error);
      return new StateFile(path, RunnerState.parse({}));
    }
  }

  get current(): RunnerState {
    return this.#state;
  }

  /** Resolves when the disk has confirmed the change. Changes are written in the order in which they are made. */
  async update(change: Partial<RunnerState>): Promise<void> {
    const messageIds = (change.messageIds ?? this.#state.messageIds).slice(-MESSAGE_IDS_KEPT);
    const runIds = (change.runIds ?? this.#state.runIds).slice(-RUN_IDS_KEPT);
    this.#state = { ...this.#state, ...change, messageIds, runIds };
    const text = JSON.stringify(this.#state);
    const written = this.#writing.then(async () => replaceFile(this.#path, text));
    this.#writing = written.catch(() => undefined);
    await written;
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.next`;
  const handle = await open(temporary, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
}
