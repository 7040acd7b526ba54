/**
 * Events from a runner to many readers through the backend, against the same readers at a bare Node server of server-sent
 * events, which is the runner itself. `node bench/event-path.ts [readers] [events per second] [seconds]`
 */
import { createSession, setEndpoint } from "../components/backend/test/session.ts";
import { Helper, processorSeconds, withParts } from "./support/parts.ts";
import { report } from "./support/report.ts";

const [readers = 200, rate = 1000, seconds = 5] = process.argv.slice(2).map(Number);

interface Arrival {
  readonly arrived: number;
  readonly p50: number;
  readonly p99: number;
}

await withParts(async ({ cluster, backend, token }) => {
  await using source = new Helper("event-source.ts");
  await using crowd = new Helper("event-readers.ts");
  const runner = await source.ask<string>({});
  const session = await createSession(cluster, "bench", "events");
  await setEndpoint(cluster, session, runner);
  const stream = `${backend.url}/api/projects/bench/agentic-sessions/events/agui/events`;

  let sentBefore = 0;
  const measure = async (address: string, pid: number) => {
    await crowd.ask({ url: `${address}?after=${sentBefore}`, token, readers });
    sentBefore += await source.ask<number>({ rate, seconds: 1 });
    // Those that come now have the warm-up behind them.
    await crowd.ask({ url: `${address}?after=${sentBefore}`, token, readers });
    const before = await processorSeconds(pid);
    const sent = await source.ask<number>({ rate, seconds });
    sentBefore += sent;
    const arrival = await crowd.ask<Arrival>({ expected: sent });
    const used = (await processorSeconds(pid)) - before;
    return { ...arrival, lost: sent * readers - arrival.arrived, perSecond: arrival.arrived / used };
  };
  const through = await measure(stream, backend.pid);
  const bare = await measure(`${runner}/agui/events`, source.pid);
  const row = ({ p50, p99, perSecond, lost }: typeof bare): string =>
    `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ${(perSecond / 1e6).toFixed(2)} million deliveries per second of processor time, ${lost} lost`;
  report(
    `${rate} events/s to ${readers} readers`,
    `${seconds} s after a warm-up of 1 s; age of each event when a reader has it; source, backend and readers in processes of their own`,
    {
      "bare Node server": row(bare),
      "through the backend": row(through),
      ratio: `p50 ${(through.p50 / bare.p50).toFixed(2)} ×, deliveries ${(through.perSecond / bare.perSecond).toFixed(2)} ×`,
    },
  );
});
