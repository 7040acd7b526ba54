// What an operator of the platform wants to see of sessions: how many in which phase, how they stop, how long a start takes.
import { SESSION_PHASES, StoppedReason, type AgenticSessionStatus } from "@pilothouse/contracts";
import type { Pod, Stored } from "@pilothouse/kubernetes";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { SessionObject } from "../resources/types.ts";
import { owesTranscript } from "../session/handover.ts";
import { isFinal } from "../session/lifecycle.ts";
import { START_STEPS, startSteps } from "./start-steps.ts";

export interface SessionMetrics {
  transition(from: Stored<SessionObject>, to: Stored<SessionObject>): void;
}

const BUCKETS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600];

export interface SessionMetricsSource {
  readonly sessions: () => readonly Stored<SessionObject>[];
  /** The pod of the session's present attempt. */
  readonly podOf: (session: Stored<SessionObject>) => Stored<Pod> | undefined;
}

export function createSessionMetrics(registry: Registry, source: SessionMetricsSource): SessionMetrics {
  const registers = [registry];
  const gauge = new Gauge({
    name: "pilothouse_sessions",
    help: "Sessions by phase",
    labelNames: ["phase"] as const,
    registers,
    collect() {
      const counts = new Map<string, number>(SESSION_PHASES.map((phase) => [phase, 0]));
      for (const session of source.sessions()) {
        const phase = session.status?.phase ?? "Pending";
        counts.set(phase, (counts.get(phase) ?? 0) + 1);
      }
      for (const [phase, count] of counts) gauge.set({ phase }, count);
    },
  });
  const stops = new Counter({
    name: "pilothouse_session_stops_total",
    help: "Sessions that came to rest, by reason",
    labelNames: ["reason"] as const,
    registers,
  });
  for (const reason of StoppedReason.options) stops.inc({ reason }, 0);
  const retries = new Counter({
    name: "pilothouse_session_retries_total",
    help: "Attempts that were lost to infrastructure and are tried again",
    registers,
  });
  const incomplete = new Gauge({
    name: "pilothouse_sessions_transcript_incomplete",
    help: "Sessions at rest of which the transcript store lacks something that their runner wrote",
    registers,
    collect() {
      const owing = ({ status = {} }: Stored<SessionObject>): boolean =>
        isFinal(status.phase) && owesTranscript(status);
      incomplete.set(source.sessions().filter(owing).length);
    },
  });
  const handovers = new Counter({
    name: "pilothouse_session_handovers_total",
    help: "Hand-overs of what runners left, by result; lost = the workspace was gone",
    labelNames: ["result"] as const,
    registers,
  });
  for (const result of ["done", "failed", "lost"]) handovers.inc({ result }, 0);
  const waits = new Histogram({
    name: "pilothouse_session_start_seconds",
    help: "How long a start stays in each of its stages: Pending, Queued, Creating",
    labelNames: ["stage"] as const,
    buckets: BUCKETS,
    registers,
  });
  for (const stage of ["Pending", "Queued", "Creating"]) waits.zero({ stage });

  const creating = new Histogram({
    name: "pilothouse_session_creating_seconds",
    help: "Where the time of Creating goes: until the pod has a node, its first container, its runner, a ready runner",
    labelNames: ["step"] as const,
    buckets: BUCKETS,
    registers,
  });
  for (const step of START_STEPS) creating.zero({ step });

  return {
    transition(from, to) {
      const before = from.status ?? {};
      const after = to.status ?? {};
      if ((after.retries ?? 0) > (before.retries ?? 0)) retries.inc();
      const handover = handoverResult(before, after);
      if (handover !== undefined) handovers.inc({ result: handover });
      if (before.phase === after.phase) return;
      if (isFinal(after.phase)) stops.inc({ reason: after.stoppedReason ?? "user" });
      const starting = before.phase === "Pending" || before.phase === "Queued" || before.phase === "Creating";
      const entered = Date.parse(before.phaseTransitionTime ?? "");
      const left = Date.parse(after.phaseTransitionTime ?? "");
      if (starting && after.phase !== "Stopping" && left >= entered)
        waits.observe({ stage: before.phase ?? "" }, (left - entered) / 1000);
      const pod = before.phase === "Creating" && after.phase === "Running" ? source.podOf(to) : undefined;
      if (pod === undefined) return;
      for (const [step, seconds] of Object.entries(startSteps(pod, entered))) creating.observe({ step }, seconds);
    },
  };
}

function handoverResult(
  before: AgenticSessionStatus,
  after: AgenticSessionStatus,
): "done" | "failed" | "lost" | undefined {
  const [from, to] = [before.handover, after.handover];
  if (from?.state === "Running" && to === undefined && after.transcript?.complete === true) return "done";
  if (to?.state === "Lost" && from?.state !== "Lost") return "lost";
  const again = to?.state === "Waiting" && (from?.state !== "Waiting" || from.tries !== to.tries);
  return again ? "failed" : undefined;
}
