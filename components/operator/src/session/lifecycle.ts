// The session's phases and every way from one to another. `decide` takes no other way (its tests see to that), and
// the diagram in docs/diagrams is drawn from this table.
import type { SessionPhase, StoppedReason } from "@pilothouse/contracts";

export interface Transition {
  readonly from: SessionPhase | "New";
  readonly to: SessionPhase;
  readonly when: string;
}

export const FINAL_PHASES = ["Stopped", "Completed", "Failed"] as const;
export type FinalPhase = (typeof FINAL_PHASES)[number];

export function isFinal(phase: SessionPhase | undefined): phase is FinalPhase {
  return phase === "Stopped" || phase === "Completed" || phase === "Failed";
}

/** Phases in which a session takes one of its project's places. */
export function occupiesSlot(phase: SessionPhase | undefined): boolean {
  return phase === "Creating" || phase === "Running" || phase === "Stopping";
}

export function finalPhaseOf(reason: StoppedReason): FinalPhase {
  switch (reason) {
    case "user":
    case "inactivity":
    case "timeout":
    case "budget":
      return "Stopped";
    case "run-finished":
      return "Completed";
    case "error":
      return "Failed";
  }
}

export const TRANSITIONS: readonly Transition[] = [
  { from: "New", to: "Pending", when: "something is missing" },
  { from: "New", to: "Queued", when: "no free place, or the day's money is spent" },
  { from: "New", to: "Creating", when: "all is there" },
  { from: "New", to: "Stopping", when: "cannot start" },
  { from: "New", to: "Stopped", when: "created as Stopped" },
  { from: "Pending", to: "Queued", when: "no free place, or the day's money is spent" },
  { from: "Pending", to: "Creating", when: "all is there" },
  { from: "Pending", to: "Running", when: "its pod is ready" },
  { from: "Pending", to: "Stopping", when: "stop, or start-up deadline" },
  { from: "Pending", to: "Stopped", when: "stop, nothing runs" },
  { from: "Queued", to: "Pending", when: "something is missing" },
  { from: "Queued", to: "Creating", when: "a place is free, or another day" },
  { from: "Queued", to: "Running", when: "its pod is ready" },
  { from: "Queued", to: "Stopping", when: "stop, or cannot start" },
  { from: "Queued", to: "Stopped", when: "stop, nothing runs" },
  { from: "Creating", to: "Running", when: "runner ready" },
  { from: "Creating", to: "Queued", when: "quota is full" },
  { from: "Creating", to: "Pending", when: "infrastructure failure, tried again" },
  { from: "Creating", to: "Stopping", when: "stop, end or start-up deadline" },
  { from: "Creating", to: "Stopped", when: "stop, nothing runs" },
  { from: "Running", to: "Pending", when: "infrastructure failure, tried again" },
  { from: "Running", to: "Stopping", when: "stop, timeout, inactivity, budget, run finished, runner ended" },
  { from: "Running", to: "Stopped", when: "stop, nothing runs" },
  { from: "Stopping", to: "Stopped", when: "pod gone: user, inactivity, timeout, budget" },
  { from: "Stopping", to: "Completed", when: "pod gone: run finished" },
  { from: "Stopping", to: "Failed", when: "pod gone: error" },
  { from: "Stopping", to: "Pending", when: "start wished meanwhile, something is missing" },
  { from: "Stopping", to: "Queued", when: "start wished meanwhile, no free place or no money left" },
  { from: "Stopping", to: "Creating", when: "start wished meanwhile, pod gone" },
  ...FINAL_PHASES.flatMap((from): Transition[] => [
    { from, to: "Pending", when: "start, something is missing" },
    { from, to: "Queued", when: "start, no free place or no money left" },
    { from, to: "Creating", when: "start" },
    { from, to: "Stopping", when: "start, but it cannot; or deleted with a pod alive" },
  ]),
];
