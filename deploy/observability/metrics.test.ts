// Every metric that a rule or a panel asks for is one that a component registers.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Registry, collectDefaultMetrics } from "prom-client";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const read = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");

/** Names of the metrics that a component's sources register, each with the word that made it: Counter, Gauge, Histogram. */
function registered(): Map<string, string> {
  const found = new Map<string, string>();
  /** Names that shared code makes of each server's prefix. */
  const shared = new Map<string, string>();
  const prefixes = new Set<string>();
  for (const parent of ["components", "packages"])
    for (const file of readdirSync(join(ROOT, parent), { recursive: true, encoding: "utf8" })) {
      if (!/^[^/]+\/src\/.*\.ts$/.test(file) || file.endsWith(".test.ts")) continue;
      const text = readFileSync(join(ROOT, parent, file), "utf8");
      for (const [, prefix = ""] of text.matchAll(/measureRequests\([^)]*"(\w+)"\)/g)) prefixes.add(prefix);
      if (!text.includes("prom-client")) continue;
      for (const [, kind = "", name = ""] of text.matchAll(/new (Counter|Gauge|Histogram)\(\{\s*name: "(\w+)"/g)) {
        found.set(name, kind);
      }
      for (const [, kind = "", end = ""] of text.matchAll(/new (Counter|Histogram)\(\{\s*name: `\$\{prefix\}(\w+)`/g)) {
        shared.set(end, kind);
      }
      for (const [, name = ""] of text.matchAll(/\bgauge\("(\w+)"/g)) found.set(name, "Gauge");
    }
  for (const prefix of prefixes) for (const [end, kind] of shared) found.set(`${prefix}${end}`, kind);
  const defaults = new Registry();
  collectDefaultMetrics({ register: defaults });
  for (const { name, type } of defaults.getMetricsAsArray()) found.set(name, String(type));
  return found;
}

/** The metrics that an expression of PromQL selects. */
function selected(expression: string): string[] {
  const bare = expression
    .replaceAll(/"[^"]*"/g, "")
    .replaceAll(/\b(by|without|on|ignoring) \([^)]*\)/g, "")
    .replaceAll(/[{[][^}\]]*[}\]]/g, "");
  return [...bare.matchAll(/\b[a-z][a-z0-9]*_\w+\b(?!\s*\()/g)].map(([name]) => name);
}

const Rules = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
});
const Dashboard = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).default([]) })),
});

const rules = Rules.parse(parse(read("prometheus-rules.yaml"))).groups.flatMap((group) => group.rules);
const panels = Dashboard.parse(JSON.parse(read("grafana-dashboard.json"))).panels;
const known = registered();

function unknown(expression: string): string[] {
  return selected(expression).filter((name) => {
    const base = name.replace(/_(bucket|sum|count)$/, "");
    return base === name ? !known.has(name) : known.get(base) !== "Histogram";
  });
}

it("the sources name the metrics that this test looks for", () => {
  expect(known.get("pilothouse_sessions")).toBe("Gauge");
  expect(known.get("pilothouse_backend_open_streams")).toBe("Gauge");
  expect(known.get("workqueue_queue_duration_seconds")).toBe("Histogram");
  expect(unknown("sum(rate(pilothouse_sessions_bucket[5m])) / no_such_metric")).toEqual([
    "pilothouse_sessions_bucket",
    "no_such_metric",
  ]);
});

describe("alert", () => {
  it.each(rules.map(({ alert, expr }) => [alert, expr]))("%s asks for metrics that exist", (_, expression) => {
    expect(selected(expression).length).toBeGreaterThan(0);
    expect(unknown(expression)).toEqual([]);
  });

  it("is explained in the guide", () => {
    const guide = readFileSync(join(ROOT, "docs/guide/operations.md"), "utf8");
    expect(rules.filter(({ alert }) => !guide.includes(alert))).toEqual([]);
  });
});

describe("panel", () => {
  const targets = panels.flatMap(({ title, targets: all }) => all.map(({ expr }) => [title, expr] as const));
  it.each(targets)("%s asks for metrics that exist", (_, expression) => {
    expect(selected(expression).length).toBeGreaterThan(0);
    expect(unknown(expression)).toEqual([]);
  });
});
