/** Prometheus metrics of one runner. Label sets that are known start at 0. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { EventLog } from "@pilothouse/agui";
import type { TranscriptPusher } from "./transcript/pusher.ts";

const OUTCOMES = ["success", "error", "interrupt", "cancelled"] as const;

export class RunnerMetrics {
  readonly #registry = new Registry();
  readonly #runs = new Counter({
    name: "pilothouse_runner_runs_total",
    help: "Runs that ended, by outcome",
    labelNames: ["outcome"],
    registers: [this.#registry],
  });
  readonly #duration = new Histogram({
    name: "pilothouse_runner_run_duration_seconds",
    help: "From a run's start to its end",
    buckets: [0.1, 1, 5, 15, 60, 300, 1800, 7200],
    registers: [this.#registry],
  });

  constructor() {
    for (const outcome of OUTCOMES) this.#runs.inc({ outcome }, 0);
  }

  observe(log: EventLog, pusher: TranscriptPusher): void {
    const gauge = (name: string, help: string, value: () => number): void => {
      new Gauge({
        name,
        help,
        registers: [this.#registry],
        collect() {
          this.set(value());
        },
      }).inc(0);
    };
    gauge("pilothouse_runner_last_seq", "Number of the newest event in the log", () => log.lastSeq);
    gauge("pilothouse_runner_transcript_lag_events", "Events that the transcript store does not have yet", () =>
      Math.max(0, log.lastSeq - pusher.position),
    );
    gauge("pilothouse_runner_resident_memory_bytes", "Resident memory of this process", () =>
      process.memoryUsage.rss(),
    );
  }

  runEnded(outcome: (typeof OUTCOMES)[number], seconds: number): void {
    this.#runs.inc({ outcome });
    this.#duration.observe(seconds);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  async text(): Promise<string> {
    return this.#registry.metrics();
  }
}
