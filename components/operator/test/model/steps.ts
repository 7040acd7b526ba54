// What can happen to one session and its surroundings, step by step.
import * as fc from "fast-check";
import type { Fault } from "./memory-api.ts";

export const NAME = "walk";
export const NAMESPACE = "team-a";

export const KINDS = ["agenticsessions", "jobs", "pods"] as const;
export type Kind = (typeof KINDS)[number];

export type Step =
  | { readonly kind: "reconcile"; readonly faults: readonly Fault[] }
  /** Everybody does one step; without it chance alone would rarely bring a session to life. */
  | {
      readonly kind: "progress";
      readonly faults: readonly Fault[];
      readonly fresh: readonly Kind[];
      readonly garbage: boolean;
    }
  | { readonly kind: "sync"; readonly what: Kind }
  | { readonly kind: "operator-restart" }
  | { readonly kind: "jobs" }
  | { readonly kind: "node" }
  | { readonly kind: "time"; readonly seconds: number }
  | { readonly kind: "stop" | "start" | "delete" | "edit" | "delete-job" | "delete-pod" }
  | {
      readonly kind: "exit";
      readonly code: 0 | 1 | 2 | 137 | 143;
      readonly reason: "Error" | "OOMKilled" | "Completed";
    }
  | {
      readonly kind:
        | "evict"
        | "lose-node"
        | "image-missing"
        | "image-back"
        | "agent"
        | "budget"
        | "backend-down"
        | "backend-up"
        | "lose-volume";
    }
  /** What a session needs before it may start is gone, or back. */
  | { readonly kind: "lack"; readonly what: Need; readonly lacks: boolean };

export const NEEDS = ["place", "money", "key", "quota"] as const;
export type Need = (typeof NEEDS)[number];

export const fault = fc.oneof(
  { weight: 7, arbitrary: fc.constant<Fault>("none") },
  { weight: 3, arbitrary: fc.constantFrom<Fault>("conflict", "throttled", "error", "lost-request", "lost-answer") },
);
const simple = (...kinds: Step["kind"][]) => fc.constantFrom(...kinds.map((kind) => ({ kind }) as unknown as Step));

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 24,
    arbitrary: fc.record({
      kind: fc.constant("progress" as const),
      faults: fc.array(fault, { maxLength: 12 }),
      garbage: fc.boolean(),
      // Which caches keep up: mostly all of them.
      fresh: fc.oneof(
        { weight: 2, arbitrary: fc.constant([...KINDS]) },
        { weight: 1, arbitrary: fc.subarray([...KINDS]) },
      ),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant("reconcile" as const), faults: fc.array(fault, { maxLength: 12 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("sync" as const),
      what: fc.constantFrom(...KINDS),
    }),
  },
  { weight: 8, arbitrary: simple("jobs", "node") },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("time" as const), seconds: fc.constantFrom(1, 4, 30, 200, 700, 90_000) }),
  },
  { weight: 5, arbitrary: simple("stop", "start", "edit", "agent") },
  { weight: 1, arbitrary: simple("delete", "operator-restart", "budget") },
  {
    weight: 2,
    arbitrary: simple(
      "delete-job",
      "delete-pod",
      "evict",
      "lose-node",
      "image-missing",
      "image-back",
      "backend-down",
      "backend-up",
      "lose-volume",
    ),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("lack" as const),
      what: fc.constantFrom(...NEEDS),
      lacks: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("exit" as const),
      code: fc.constantFrom(0 as const, 1 as const, 2 as const, 137 as const, 143 as const),
      reason: fc.constantFrom("Error" as const, "OOMKilled" as const, "Completed" as const),
    }),
  },
);
