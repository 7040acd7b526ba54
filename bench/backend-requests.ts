/**
 * What the backend adds to the Kubernetes API that it stands on: the same reads, straight and through the backend, in turn.
 * `node bench/backend-requests.ts [sessions]`
 */
import { readFile } from "node:fs/promises";
import { agenticSessions } from "../components/backend/src/kubernetes/resources.ts";
import { Helper, withParts } from "./support/parts.ts";
import { quantile, report } from "./support/report.ts";

const sessions = Number(process.argv[2] ?? 1000);
const ROUNDS = 5;

await withParts(async ({ cluster, backend, token }) => {
  for (let index = 0; index < sessions; index += 1) {
    const spec = { runnerType: "replay", displayName: `Session ${index}`, desiredState: "Stopped" as const };
    await cluster.admin.create(agenticSessions, { metadata: { name: `s-${index}` }, spec }, { namespace: "bench" });
  }
  await using client = new Helper("requests.ts");
  const certificateAuthority = await readFile(cluster.local.caFile, "utf8");
  const bare = `${cluster.local.url}/apis/pilothouse.dev/v1alpha1/namespaces/bench/agenticsessions`;
  const through = `${backend.url}/api/projects/bench/agentic-sessions`;

  const compare = async (name: string, paths: readonly [string, string], count: number, width: number) => {
    const times: [number[], number[]] = [[], []];
    const seconds: [number, number] = [0, 0];
    for (let round = -1; round < ROUNDS; round += 1) {
      for (const side of [0, 1] as const) {
        const began = performance.now();
        const taken = await client.ask<number[]>({ url: paths[side], token, certificateAuthority, count, width });
        // The first round warms both up.
        if (round < 0) continue;
        seconds[side] += (performance.now() - began) / 1000;
        times[side].push(...taken);
      }
    }
    const [straight, added] = times;
    const rate = seconds.map((all) => (count * ROUNDS) / all);
    const median = [quantile(straight, 0.5), quantile(added, 0.5)] as const;
    report(
      name,
      `${ROUNDS} rounds of ${count} GETs, ${width} at a time, each side in turn; client, backend and API server in processes of their own`,
      {
        "bare Kubernetes API": `p50 ${median[0].toFixed(2)} ms, p99 ${quantile(straight, 0.99).toFixed(2)} ms, ${rate[0]?.toFixed(0)}/s`,
        "through the backend": `p50 ${median[1].toFixed(2)} ms, p99 ${quantile(added, 0.99).toFixed(2)} ms, ${rate[1]?.toFixed(0)}/s`,
        ratio: `p50 ${(median[1] / median[0]).toFixed(2)} ×, rate ${((rate[1] ?? 0) / (rate[0] ?? 1)).toFixed(2)} ×`,
      },
    );
  };
  await compare("one session", [`${bare}/s-1`, `${through}/s-1`], 400, 1);
  await compare("one session, eight clients", [`${bare}/s-1`, `${through}/s-1`], 800, 8);
  await compare(`list of ${sessions} sessions, a page of 100`, [bare, `${through}?limit=100`], 20, 1);
});
