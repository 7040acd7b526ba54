/**
 * Opening a session with a long history: until its newest message is there, compacted as a new reader gets it, and whole
 * as one gets it who asks for every event. `node bench/history.ts [events]`
 */
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createSession } from "../components/backend/test/session.ts";
import { withParts } from "./support/parts.ts";
import { quantile, report } from "./support/report.ts";

const events = Number(process.argv[2] ?? 100_000);
const BATCH = 1000;
const PER_MESSAGE = 50;
const ROUNDS = 5;

/** Messages of fifty events each, as an answer that streams word by word leaves them. */
function eventAt(seq: number): object {
  const place = (seq - 1) % PER_MESSAGE;
  const messageId = `m-${Math.floor((seq - 1) / PER_MESSAGE)}`;
  if (place === 0) return { type: "TEXT_MESSAGE_START", messageId, role: "assistant", timestamp: seq };
  if (place === PER_MESSAGE - 1) return { type: "TEXT_MESSAGE_END", messageId, timestamp: seq };
  return { type: "TEXT_MESSAGE_CONTENT", messageId, delta: "a few words of an answer ", timestamp: seq };
}

/** Milliseconds until the last event has arrived, and the bytes until then. */
async function open(url: string, headers: Readonly<Record<string, string>>): Promise<{ time: number; bytes: number }> {
  const gone = new AbortController();
  const began = performance.now();
  const answer = await fetch(url, { headers, signal: gone.signal });
  const last = Buffer.from(`id: ${events}\n`);
  let tail = Buffer.alloc(0);
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length;
    const text = Buffer.concat([tail, chunk]);
    if (text.includes(last)) break;
    tail = text.subarray(-64);
  }
  const time = performance.now() - began;
  gone.abort();
  return { time, bytes };
}

await withParts(async ({ cluster, backend, token }) => {
  const session = await createSession(cluster, "bench", "long");
  for (let first = 1; first <= events; first += BATCH) {
    const count = Math.min(BATCH, events - first + 1);
    const body = JSON.stringify(
      Array.from({ length: count }, (_, index) => ({ seq: first + index, event: eventAt(first + index) })),
    );
    const headers = { authorization: `Bearer ${session.token}`, "content-type": "application/json" };
    const answer = await fetch(`${backend.url}/internal/transcripts/${session.uid}/events`, {
      method: "POST",
      headers,
      body,
    });
    if (!answer.ok) throw new Error(await answer.text());
  }
  const whole = Array.from(
    { length: events },
    (_, index) => `id: ${index + 1}\ndata: ${JSON.stringify(eventAt(index + 1))}\n\n`,
  ).join("");
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(whole);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const bare = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  const url = `${backend.url}/api/projects/bench/agentic-sessions/long/agui/events`;
  const headers = { authorization: `Bearer ${token}` };
  const measure = async (address: string, given: Readonly<Record<string, string>>) => {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await open(address, given));
    return {
      time: quantile(
        rounds.map(({ time }) => time),
        0.5,
      ),
      bytes: rounds[0]?.bytes ?? 0,
    };
  };
  const compact = await measure(url, headers);
  const all = await measure(url, { ...headers, "last-event-id": "0" });
  const memory = await measure(bare, {});
  server.closeAllConnections();
  server.close();
  const row = ({ time, bytes }: typeof all): string => `${time.toFixed(0)} ms, ${(bytes / 1024 ** 2).toFixed(1)} MiB`;
  report(
    `a session with ${events} events, until the newest has arrived`,
    `median of ${ROUNDS}; ${PER_MESSAGE} events a message, in SQLite; the bare server writes the same bytes from memory`,
    {
      "compacted, as a new reader": row(compact),
      "every event": row(all),
      "every event, bare Node server": row(memory),
      ratio: `every event ${(all.time / memory.time).toFixed(2)} ×`,
    },
  );
});
