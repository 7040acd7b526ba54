/** What every benchmark prints: the figure, how it came about, and on what machine. */
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
}

export function report(name: string, method: string, rows: Readonly<Record<string, string>>): void {
  const width = Math.max(...Object.keys(rows).map((label) => label.length));
  const lines = Object.entries(rows).map(([label, value]) => `  ${label.padEnd(width)}  ${value}`);
  process.stdout.write(`${name}\n${lines.join("\n")}\n  method:  ${method}\n  machine: ${machine()}\n`);
}

function machine(): string {
  const [load = 0] = loadavg();
  const memory = Math.round(totalmem() / 1024 ** 3);
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return `${availableParallelism()} × ${model}, ${memory} GiB, load ${load.toFixed(1)}, Node ${process.version}`;
}
