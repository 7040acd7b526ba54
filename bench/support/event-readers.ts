/** Many readers of one event stream in one process: how old each event is when it arrives, and how many arrive. */
import { Agent, get, type IncomingMessage } from "node:http";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

const Task = z.union([
  z.object({ url: z.string(), token: z.string(), readers: z.number() }),
  z.object({ expected: z.number() }),
]);
const PATIENCE_MILLISECONDS = 20_000;
const AT = /"at":([0-9.]+)/g;

let open: IncomingMessage[] = [];
let received: number[] = [];
let ages: number[] = [];

function connect(url: string, token: string, index: number): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const agent = new Agent({ keepAlive: false });
  get(url, { agent, headers: { authorization: `Bearer ${token}`, accept: "text/event-stream" } }, (response) => {
    response.setEncoding("latin1");
    let rest = "";
    response.on("data", (chunk: string) => {
      const now = performance.timeOrigin + performance.now();
      const text = rest + chunk;
      const end = text.lastIndexOf("\n\n");
      rest = text.slice(end + 1);
      for (const [, at] of text.slice(0, end + 1).matchAll(AT)) {
        received[index] = (received[index] ?? 0) + 1;
        ages.push(now - Number(at));
      }
    });
    resolve(response);
  }).once("error", reject);
  return promise;
}

async function handle(task: z.output<typeof Task>): Promise<unknown> {
  if ("url" in task) {
    for (const response of open) response.destroy();
    received = Array.from({ length: task.readers }, () => 0);
    ages = [];
    open = await Promise.all(received.map(async (_, index) => connect(task.url, task.token, index)));
    await sleep(1_000);
    return "connected";
  }
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  while (received.some((count) => count < task.expected) && performance.now() < deadline) await sleep(20);
  const sorted = ages.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { arrived: ages.length, p50: at(0.5), p99: at(0.99) };
}

process.on("message", (message) => {
  void handle(Task.parse(message)).then((answer) => process.send?.(answer));
});
