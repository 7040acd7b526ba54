/**
 * Events from a runner to many readers through the backend, against the same readers at a bare Node server of server-sent
 * events, which is the runner itself: in turn, some rounds each.
 * `node bench/event-path.ts [readers] [events per second] [seconds] [rounds]`
 */
import { createSession, setEndpoint } from "../components/backend/test/session.ts";
import { Helper, processorSeconds, withParts } from "./support/parts.ts";
import { quantile, report } from "./support/report.ts";

const [readers = 200, rate = 1000, seconds = 3, rounds = 3] = process.argv.slice(2).map(Number);

interface Arrival {
  readonly arrived: number;
  readonly ages: readonly number[];
}

interface Side {
  readonly address: string;
  readonly pid: number;
  readonly ages: number[];
  arrived: number;
  lost: number;
  processor: number;
}

await withParts(async ({ cluster, backend, token }) => {
  await using source = new Helper("event-source.ts");
  await using crowd = new Helper("event-readers.ts");
  const runner = await source.ask<string>({});
  const session = await createSession(cluster, "bench", "events");
  await setEndpoint(cluster, session, runner);
  const stream = `${backend.url}/api/projects/bench/agentic-sessions/events/agui/events`;
  const none = { arrived: 0, lost: 0, processor: 0 };
  const bare: Side = { ...none, ages: [], address: `${runner}/agui/events`, pid: source.pid };
  const through: Side = { ...none, ages: [], address: stream, pid: backend.pid };

  let sent = 0;
  const connect = async ({ address }: Side): Promise<unknown> =>
    crowd.ask({ url: `${address}?after=${sent}`, token, readers });
  const measure = async (side: Side): Promise<void> => {
    await connect(side);
    const before = await processorSeconds(side.pid);
    const count = await source.ask<number>({ rate, seconds });
    sent += count;
    const { arrived, ages } = await crowd.ask<Arrival>({ expected: count });
    side.processor += (await processorSeconds(side.pid)) - before;
    side.arrived += arrived;
    side.lost += count * readers - arrived;
    side.ages.push(...ages);
  };
  for (const side of [bare, through]) {
    await connect(side);
    sent += await source.ask<number>({ rate, seconds: 1 });
  }
  for (let round = 0; round < rounds; round += 1) for (const side of [bare, through]) await measure(side);

  const perSecond = ({ arrived, processor }: Side): number => arrived / processor;
  const row = (side: Side): string =>
    `p50 ${quantile(side.ages, 0.5).toFixed(1)} ms, p99 ${quantile(side.ages, 0.99).toFixed(1)} ms, ` +
    `${(perSecond(side) / 1e6).toFixed(2)} million deliveries per second of processor time, ${side.lost} lost`;
  report(
    `${rate} events/s to ${readers} readers`,
    `${rounds} rounds of ${seconds} s each after a warm-up of 1 s; age of each event when one of the readers has it; processor ` +
      "time of the server alone; source, backend and readers in processes of their own",
    {
      "bare Node server": row(bare),
      "through the backend": row(through),
      ratio: `p50 ${(quantile(through.ages, 0.5) / quantile(bare.ages, 0.5)).toFixed(2)} ×, deliveries ${(perSecond(through) / perSecond(bare)).toFixed(2)} ×`,
    },
  );
});
