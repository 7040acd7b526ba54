/** Runs the probes of one running container, and tells what they mean: started, ready, or to be restarted. */
import { pause, type Probe } from "@pilothouse/kubernetes";
import { type ProbeTarget, runProbe } from "./probe.ts";

export type ProbeKind = "startup" | "readiness" | "liveness";

export interface ProbeListener {
  /** The startup probe has passed; called at once when there is none. */
  started(): void;
  ready(ready: boolean): void;
  /** The container is to be restarted: its startup or liveness probe has failed too often. */
  unhealthy(kind: "startup" | "liveness", graceSeconds: number | undefined): void;
  failed(kind: ProbeKind, output: string): void;
}

/** Milliseconds before the second early look, and how the pauses between early looks grow. */
const EARLY_PAUSE = 20;
const EARLY_GROWTH = 1.4;

/** Resolves when the signal aborts or the container is found unhealthy; every timer and request ends with it. */
export async function runProbes(target: ProbeTarget, listener: ProbeListener, signal: AbortSignal): Promise<void> {
  const { startupProbe, readinessProbe, livenessProbe } = target.container;
  if (startupProbe && !(await watchProbe("startup", startupProbe, target, listener, signal))) return;
  if (signal.aborted) return;
  listener.started();
  await Promise.all([
    readinessProbe ? watchProbe("readiness", readinessProbe, target, listener, signal) : undefined,
    livenessProbe ? watchProbe("liveness", livenessProbe, target, listener, signal) : undefined,
  ]);
}

/** Answers true when a startup probe has passed. The others go on until the signal aborts or liveness has failed. */
async function watchProbe(
  kind: ProbeKind,
  probe: Probe,
  target: ProbeTarget,
  listener: ProbeListener,
  signal: AbortSignal,
): Promise<boolean> {
  const period = (probe.periodSeconds ?? 10) * 1000;
  const { successThreshold = 1, failureThreshold = 3 } = probe;
  await pause((probe.initialDelaySeconds ?? 0) * 1000, signal);
  let early = kind !== "liveness" && (await looksGoodEarly(probe, target, period, signal));
  let successes = 0;
  let failures = 0;
  while (!signal.aborted) {
    const began = performance.now();
    const result = early ? { ok: true as const } : await runProbe(probe, target, signal);
    early = false;
    if (signal.aborted) break;
    if (result.ok) {
      successes += 1;
      failures = 0;
      if (successes >= successThreshold && kind === "startup") return true;
      if (successes >= successThreshold && kind === "readiness") listener.ready(true);
    } else {
      successes = 0;
      failures += 1;
      listener.failed(kind, result.output);
      if (failures >= failureThreshold) {
        if (kind !== "readiness") {
          listener.unhealthy(kind, probe.terminationGracePeriodSeconds);
          return false;
        }
        listener.ready(false);
      }
    }
    await pause(Math.max(period - (performance.now() - began), 0), signal);
  }
  return false;
}

/**
 * The shortest period of a probe is a second, and the first look at a fresh process nearly always fails: a container would be
 * known to be ready up to a second after it is. So within the first period we look often; what fails here does not count.
 */
async function looksGoodEarly(
  probe: Probe,
  target: ProbeTarget,
  period: number,
  signal: AbortSignal,
): Promise<boolean> {
  if (probe.exec) return false;
  const began = performance.now();
  for (let wait = EARLY_PAUSE; performance.now() - began + wait < period && !signal.aborted; wait *= EARLY_GROWTH) {
    const { ok } = await runProbe(probe, target, signal);
    if (ok) return true;
    await pause(wait, signal);
  }
  return false;
}
