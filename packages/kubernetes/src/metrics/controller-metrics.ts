// What controllers measure, under the names that controller-runtime made familiar. Every series of a controller
// exists from its first moment, so that a rate over it is right from the first error on.
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { QueueObserver } from "../controller/work-queue.ts";

export type ReconcileOutcome = "success" | "requeue_after" | "conflict" | "error" | "terminal_error";
const OUTCOMES: readonly ReconcileOutcome[] = ["success", "requeue_after", "conflict", "error", "terminal_error"];
const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export interface ControllerMetrics {
  queueObserver(controller: string): QueueObserver;
  reconciled(controller: string, outcome: ReconcileOutcome): void;
  took(controller: string, seconds: number): void;
  active(controller: string, change: 1 | -1): void;
}

export function createControllerMetrics(registry: Registry): ControllerMetrics {
  const registers = [registry];
  const labelNames = ["controller"] as const;
  const total = new Counter({
    name: "controller_runtime_reconcile_total",
    help: "Reconciles by controller and outcome",
    labelNames: ["controller", "result"] as const,
    registers,
  });
  const duration = new Histogram({
    name: "controller_runtime_reconcile_time_seconds",
    help: "How long a reconcile took",
    labelNames,
    buckets: SECONDS,
    registers,
  });
  const active = new Gauge({
    name: "controller_runtime_active_workers",
    help: "Reconciles under way",
    labelNames,
    registers,
  });
  const depth = new Gauge({ name: "workqueue_depth", help: "Keys that are ready", labelNames, registers });
  const adds = new Counter({ name: "workqueue_adds_total", help: "Keys that became ready", labelNames, registers });
  const retries = new Counter({
    name: "workqueue_retries_total",
    help: "Keys pushed back after a failure",
    labelNames,
    registers,
  });
  const waiting = new Histogram({
    name: "workqueue_queue_duration_seconds",
    help: "How long a ready key waited to be taken",
    labelNames,
    buckets: SECONDS,
    registers,
  });

  return {
    queueObserver(controller) {
      for (const result of OUTCOMES) total.inc({ controller, result }, 0);
      active.set({ controller }, 0);
      duration.zero({ controller });
      waiting.zero({ controller });
      const depthOf = depth.labels(controller);
      const addsOf = adds.labels(controller);
      const retriesOf = retries.labels(controller);
      const waitingOf = waiting.labels(controller);
      depthOf.set(0);
      addsOf.inc(0);
      retriesOf.inc(0);
      return {
        depth: (value) => depthOf.set(value),
        added: () => addsOf.inc(),
        retried: () => retriesOf.inc(),
        waited: (seconds) => waitingOf.observe(seconds),
      };
    },
    reconciled: (controller, result) => total.inc({ controller, result }),
    took: (controller, seconds) => duration.observe({ controller }, seconds),
    active: (controller, change) => active.inc({ controller }, change),
  };
}
