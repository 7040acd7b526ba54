/** A runner that cannot reach the backend for long, and is killed meanwhile, still brings every event there, once and in order. */
import { EventType, type SequencedEvent } from "@pilothouse/agui";
import { mkdir, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Platform } from "./support/platform.ts";
import { RunnerProcess } from "./support/runner-process.ts";

/** Per run; raise it to measure. */
const DELTAS = Number(process.env["CUT_OFF_DELTAS"] ?? 3000);

const isEnd = ({ event }: SequencedEvent): boolean =>
  event.type === EventType.RUN_FINISHED || event.type === EventType.RUN_ERROR;
const textOf = (entries: readonly SequencedEvent[]): string =>
  entries.flatMap(({ event }) => (event.type === EventType.TEXT_MESSAGE_CONTENT ? [event.delta] : [])).join("");

describe("a runner that is cut off from the backend", () => {
  let platform: Platform;
  let recordings: string;

  beforeAll(async () => {
    platform = await Platform.start();
    recordings = join(platform.directory, "recordings");
    await mkdir(recordings);
    const run = (number: number): object[] => {
      const ids = { threadId: "t", runId: `run-${number}` };
      const messageId = `m-${number}`;
      return [
        { type: EventType.RUN_STARTED, ...ids },
        { type: EventType.TEXT_MESSAGE_START, messageId, role: "assistant" },
        ...Array.from({ length: DELTAS }, (_, index) => ({
          type: EventType.TEXT_MESSAGE_CONTENT,
          messageId,
          delta: `${number}.${index} `,
        })),
        { type: EventType.TEXT_MESSAGE_END, messageId },
        { type: EventType.RUN_FINISHED, ...ids },
      ];
    };
    const lines = [1, 2, 3].flatMap(run).map((event, at) => JSON.stringify({ at, event }));
    await writeFile(join(recordings, "long.jsonl"), `${lines.join("\n")}\n`);
  });
  afterAll(async () => platform.stop());

  const change = () => ({ PILOTHOUSE_RECORDINGS_DIR: recordings });
  const spec = { environmentVariables: { REPLAY_RECORDING: "long", REPLAY_SPEED: "0" } };
  const words = (number: number): string =>
    Array.from({ length: DELTAS }, (_, index) => `${number}.${index} `).join("");

  it("catches up over a restart, without a gap and without a double", async () => {
    const { store } = platform;
    const session = await platform.createSession("cut-off", { ...spec, initialPrompt: "one" });
    const first = await RunnerProcess.start(platform, session, change());
    store.failWith = 503;
    const one = await first.eventsUntil(isEnd);
    await first.say("two");
    const two = await first.eventsUntil(isEnd, one.at(-1)?.seq, 40);
    first.kill("SIGKILL");
    await first.exited;
    expect(store.lastSeq(session.uid)).toBeLessThan(two.at(-1)?.seq ?? 0);

    const second = await RunnerProcess.start(platform, session, change());
    await second.say("three");
    const three = await second.eventsUntil(isEnd, two.at(-1)?.seq, 40);
    store.failWith = undefined;
    const last = three.at(-1)?.seq ?? 0;
    await expect.poll(() => store.lastSeq(session.uid), { timeout: 30_000 }).toBeGreaterThanOrEqual(last);
    const stored = store.events(session.uid);
    expect(stored.every((entry, index) => entry.seq === index + 1)).toBe(true);
    const runs = [one, two, three].map((entries) => textOf(entries));
    expect(textOf(stored)).toBe(runs.join(""));
    expect(runs.slice(0, 2)).toEqual([words(1), words(2)]);
    await second.stop();
  });

  it("keeps a reader that is slow, and gives it everything", async () => {
    const session = await platform.createSession("slow-reader", { ...spec, initialPrompt: "one" });
    const runner = await RunnerProcess.start(platform, session, change());
    const grant = await platform.grant(session.uid);
    const text = await new Promise<string>((resolve, reject) => {
      let received = "";
      const asked = request(
        `${runner.url}/agui/events`,
        { headers: { authorization: `Bearer ${grant}` } },
        (response) => {
          response.setEncoding("utf8").on("data", (chunk: string) => {
            received += chunk;
            if (received.includes('"type":"RUN_FINISHED"')) {
              asked.destroy();
              resolve(received);
              return;
            }
            response.pause();
            setTimeout(() => response.resume(), 10);
          });
          response.once("error", reject);
        },
      );
      asked.once("error", reject).end();
    });
    const ids = [...text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
    expect(ids.every((id, index) => id === index + 1)).toBe(true);
    expect(ids.length).toBeGreaterThan(DELTAS);
    await runner.stop();
  });
});
