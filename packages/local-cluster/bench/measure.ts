// Measures an API server, ours or any other: durable writes per second, and how soon watchers hear of a write.
//
//   node packages/local-cluster/bench/measure.ts KUBECONFIG [writes|watchers|all]
//
// Loads are bounded: 4,000 writes by 16 writers, 1,000 watchers and 50 writes.
import { connectKubeconfig, type Wire } from "./wire.ts";

const WRITERS = 16;
const WRITES = 4000;
const WATCHERS = 1000;
const TOLD_WRITES = 50;
const OBJECT_BYTES = 1600;
const NAMESPACE = "default";

function configMap(name: string, round: number): unknown {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, labels: { bench: "yes" } },
    data: { round: String(round), padding: "x".repeat(OBJECT_BYTES - 300) },
  };
}

const path = `/api/v1/namespaces/${NAMESPACE}/configmaps`;

async function writes(wire: Wire): Promise<void> {
  const run = async (verb: "create" | "replace", total: number): Promise<number> => {
    let next = 0;
    const started = performance.now();
    await Promise.all(
      Array.from({ length: WRITERS }, async () => {
        for (let index = next++; index < total; index = next++) {
          const name = `bench-${index}`;
          if (verb === "create") await wire.send("POST", path, configMap(name, 0));
          else await wire.send("PUT", `${path}/${name}`, configMap(name, 1));
        }
      }),
    );
    return (total / (performance.now() - started)) * 1000;
  };
  await wire.send("DELETE", `${path}?labelSelector=bench%3Dyes`);
  const created = await run("create", WRITES);
  const replaced = await run("replace", WRITES);
  const listStarted = performance.now();
  const bytes = await wire.send("GET", path);
  console.log(
    `writes: ${created.toFixed(0)} creates/s, ${replaced.toFixed(0)} replaces/s with ${WRITERS} writers; list of ${WRITES}: ${(performance.now() - listStarted).toFixed(0)} ms, ${(bytes / 1e6).toFixed(1)} MB`,
  );
  await wire.send("DELETE", `${path}?labelSelector=bench%3Dyes`);
}

async function watchers(wire: Wire): Promise<void> {
  await wire.send("POST", path, configMap("told", 0)).catch(() => undefined);
  const told = new Map<string, number[]>();
  const expected = { count: 0, done: (): void => {} };
  let waiting = WATCHERS;
  let allPresent = (): void => {};
  const present = new Promise<void>((resolve) => {
    allPresent = resolve;
  });
  const stop = new AbortController();
  const readers: Promise<void>[] = [];
  for (let index = 0; index < WATCHERS; index++)
    readers.push(
      wire.watch(`${path}?watch=1&fieldSelector=metadata.name%3Dtold&resourceVersion=0`, stop.signal, (line) => {
        const round = /"round":"(\d+)"/.exec(line)?.[1];
        if (round === undefined || round === "0") {
          if (--waiting === 0) allPresent();
          return;
        }
        told.get(round)?.push(performance.now());
        if (--expected.count === 0) expected.done();
      }),
    );
  await present;
  const delays: number[] = [];
  for (let round = 1; round <= TOLD_WRITES; round++) {
    const times: number[] = [];
    told.set(String(round), times);
    const all = new Promise<void>((resolve) => {
      expected.count = WATCHERS;
      expected.done = resolve;
    });
    const started = performance.now();
    await wire.send("PUT", `${path}/told`, configMap("told", round));
    await all;
    for (const time of times) delays.push(time - started);
  }
  stop.abort();
  await Promise.allSettled(readers);
  delays.sort((left, right) => left - right);
  const at = (share: number): string => (delays[Math.floor(delays.length * share)] ?? 0).toFixed(1);
  console.log(
    `watch: ${WATCHERS} watchers, write sent → heard: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(0.9999)} ms`,
  );
  await wire.send("DELETE", `${path}/told`);
}

const [kubeconfig = "", what = "all"] = process.argv.slice(2);
const wire = connectKubeconfig(kubeconfig);
try {
  if (what !== "watchers") await writes(wire);
  if (what !== "writes") await watchers(wire);
} finally {
  await wire.close();
}
