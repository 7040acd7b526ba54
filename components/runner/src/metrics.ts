/**
 * Prometheus metrics of one runner. The few numbers are kept here and only handed to the client library when somebody asks,
 * since a session that starts waits for everything that is loaded.
 */
import type { EventLog } from "@pilothouse/agui";
import type { TranscriptPusher } from "./transcript/pusher.ts";

const OUTCOMES = ["success", "error", "interrupt", "cancelled"] as const;
type Outcome = (typeof OUTCOMES)[number];

export class RunnerMetrics {
  readonly contentType = "text/plain; version=0.0.4; charset=utf-8";
  /** Label sets that are known start at 0. */
  readonly #runs = new Map<Outcome, number>(OUTCOMES.map((outcome) => [outcome, 0]));
  #runSeconds = 0;
  #observed: { readonly log: EventLog; readonly pusher: TranscriptPusher } | undefined;

  observe(log: EventLog, pusher: TranscriptPusher): void {
    this.#observed = { log, pusher };
  }

  runEnded(outcome: Outcome, seconds: number): void {
    this.#runs.set(outcome, (this.#runs.get(outcome) ?? 0) + 1);
    this.#runSeconds += seconds;
  }

  async text(): Promise<string> {
    const { Counter, Gauge, Registry } = await import("prom-client");
    const registry = new Registry();
    const registers = [registry];
    const runs = new Counter({
      name: "pilothouse_runner_runs_total",
      help: "Runs that ended, by outcome",
      labelNames: ["outcome"],
      registers,
    });
    for (const [outcome, count] of this.#runs) runs.inc({ outcome }, count);
    const counter = (name: string, help: string, value: number): void =>
      new Counter({ name, help, registers }).inc(value);
    const gauge = (name: string, help: string, value: number): void => new Gauge({ name, help, registers }).set(value);
    counter("pilothouse_runner_run_seconds_total", "Seconds that runs took", this.#runSeconds);
    gauge("pilothouse_runner_resident_memory_bytes", "Resident memory of this process", process.memoryUsage.rss());
    const { log, pusher } = this.#observed ?? {};
    if (log === undefined || pusher === undefined) return registry.metrics();
    gauge("pilothouse_runner_last_seq", "Number of the newest event in the log", log.lastSeq);
    const lag = Math.max(0, log.lastSeq - pusher.position);
    gauge("pilothouse_runner_transcript_lag_events", "Events that the transcript store does not have yet", lag);
    return registry.metrics();
  }
}
