// Histories for a controller that keeps objects as they are wished: users change things, the controller looks at some of
// them, with caches that lag and a third of its requests failing. However it was told, the end is the same.
import { KubernetesClient, NO_RETRY, type KubernetesObject } from "@pilothouse/kubernetes";
import * as fc from "fast-check";
import { expect } from "vitest";
import { LaggingCache } from "../model/lagging-cache.ts";
import { MemoryApi, type Fault } from "../model/memory-api.ts";

/** A world with one controller in it. */
export interface Subject<Edit> {
  readonly api: MemoryApi;
  /** By the plural of what they hold. */
  readonly caches: Readonly<Record<string, LaggingCache<KubernetesObject>>>;
  /** What somebody else does. */
  edit(edit: Edit): void;
  /** Everything that the controller could be told to look at. */
  keys(): readonly string[];
  reconcile(key: string): Promise<void>;
  /** What the rest of the cluster does in its own time: empties namespaces, say. */
  others?(): void;
  /** The controller's process ends, another one begins. */
  restart(): void;
}

/** What the controller hears and does between two edits. */
interface Look {
  /** Caches that catch up; one that is left out has dropped or delayed its events. */
  readonly fresh: readonly number[];
  /** Which keys, in which order; the same one twice is an event that came twice. */
  readonly keys: readonly number[];
  readonly faults: readonly Fault[];
  readonly restart: boolean;
  readonly others: boolean;
}

export const FUZZ_RUNS = Number(process.env["FUZZ_RUNS"] ?? 150);
const MOST_ROUNDS = 40;

const fault = fc.oneof(
  { weight: 7, arbitrary: fc.constant<Fault>("none") },
  { weight: 3, arbitrary: fc.constantFrom<Fault>("conflict", "throttled", "error", "lost-request", "lost-answer") },
);
const look: fc.Arbitrary<Look> = fc.record({
  fresh: fc.array(fc.nat(9), { maxLength: 4 }),
  keys: fc.array(fc.nat(9), { maxLength: 4 }),
  faults: fc.array(fault, { maxLength: 20 }),
  restart: fc.boolean(),
  others: fc.boolean(),
});

export function clientOf(api: MemoryApi): KubernetesClient {
  return new KubernetesClient({ transport: api, retry: NO_RETRY });
}

/**
 * Two histories with the same edits and other looks end the same, at rest, where looking again writes nothing.
 *
 * @param holds what must be true at the end, beside that
 * @param isTimeless false where what an edit does depends on how far the controller is (a name that is free again, a
 *   verdict of that moment): then only `holds` says what is right
 */
export async function endsTheSame<Edit>(
  start: () => Subject<Edit>,
  edit: fc.Arbitrary<Edit>,
  holds: (subject: Subject<Edit>, edits: readonly Edit[]) => void,
  isTimeless = true,
): Promise<void> {
  const steps = fc.array(
    fc.record({ edit, looks: fc.tuple(fc.array(look, { maxLength: 3 }), fc.array(look, { maxLength: 3 })) }),
    {
      maxLength: 12,
    },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (history) => {
      const ends: unknown[] = [];
      for (const which of [0, 1] as const) {
        const subject = start();
        for (const step of history) {
          subject.edit(step.edit);
          for (const one of step.looks[which]) await take(subject, one);
        }
        await settle(subject);
        holds(
          subject,
          history.map((step) => step.edit),
        );
        ends.push(picture(subject.api));
      }
      if (isTimeless) expect(ends[1]).toEqual(ends[0]);
    }),
    { numRuns: FUZZ_RUNS, endOnFailure: true },
  );
}

async function take<Edit>(subject: Subject<Edit>, one: Look): Promise<void> {
  const plurals = Object.keys(subject.caches);
  for (const index of one.fresh) sync(subject, plurals[index % plurals.length]);
  if (one.restart) {
    // A new process lists everything first.
    for (const plural of plurals) sync(subject, plural);
    subject.restart();
  }
  const faults = [...one.faults];
  subject.api.fault = () => faults.shift() ?? "none";
  const keys = subject.keys();
  for (const index of one.keys) {
    const key = keys[index % keys.length];
    if (key !== undefined) await subject.reconcile(key).catch(() => undefined);
  }
  subject.api.fault = () => "none";
  if (one.others) subject.others?.();
  subject.api.now += 1000;
}

function sync<Edit>(subject: Subject<Edit>, plural: string | undefined): void {
  if (plural !== undefined) subject.caches[plural]?.sync(subject.api.list(plural));
}

async function settle<Edit>(subject: Subject<Edit>): Promise<void> {
  let quiet = 0;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const before = subject.api.writes;
    for (const plural of Object.keys(subject.caches)) sync(subject, plural);
    for (const key of subject.keys()) await subject.reconcile(key);
    subject.others?.();
    subject.api.now += 15_000;
    quiet = subject.api.writes === before ? quiet + 1 : 0;
    if (quiet === 2) return;
  }
  throw new Error(`does not settle: ${JSON.stringify(picture(subject.api), undefined, 1)}`);
}

const PASSING = new Set(["uid", "resourceVersion", "generation", "observedGeneration", "creationTimestamp"]);

/** Everything that is there, without what differs from one history to the next for no reason of the controller's. */
function picture(api: MemoryApi): unknown {
  const objects = api.everything().toSorted(([left], [right]) => (left < right ? -1 : 1));
  const text = JSON.stringify(objects, (key, value: unknown) =>
    PASSING.has(key) || /(?:At|Time|Timestamp)$|[uU]id$/.test(key) ? undefined : value,
  );
  return JSON.parse(text) as unknown;
}
