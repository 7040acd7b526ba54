/** What the backend alone measures: its streams. */
import { Gauge, type Registry } from "prom-client";

export interface MetricSources {
  readonly openStreams: () => number;
  readonly runnerConnections: () => number;
  readonly watches: () => number;
}

export function gauges(registry: Registry, sources: MetricSources): void {
  const gauge = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge("pilothouse_backend_open_streams", "Event streams that are open", sources.openStreams);
  gauge("pilothouse_backend_watches", "Watches of callers at the Kubernetes API", sources.watches);
  gauge("pilothouse_backend_runner_connections", "Connections to runners that feed streams", sources.runnerConnections);
}
