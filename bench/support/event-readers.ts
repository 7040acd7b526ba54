/**
 * Many readers of one event stream in one process. One of them looks into each event for its age; the others only count,
 * which costs next to nothing: what is measured must not be this process.
 */
import { Agent, get, type IncomingMessage } from "node:http";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

const Task = z.union([
  z.object({ url: z.string(), token: z.string(), readers: z.number() }),
  z.object({ expected: z.number() }),
]);
const PATIENCE_MILLISECONDS = 20_000;
/** Each event has it once, and no comment does. */
const MARK = Buffer.from('"at":');
const AT = /"at":([0-9.]+)/g;

let open: IncomingMessage[] = [];
let received: number[] = [];
let ages: number[] = [];

function connect(url: string, token: string, index: number): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const agent = new Agent({ keepAlive: false });
  get(url, { agent, headers: { authorization: `Bearer ${token}`, accept: "text/event-stream" } }, (response) => {
    if (index === 0) look(response);
    else count(response, index);
    resolve(response);
  }).once("error", reject);
  return promise;
}

/** How old each event is when it is here. */
function look(response: IncomingMessage): void {
  response.setEncoding("latin1");
  let rest = "";
  response.on("data", (chunk: string) => {
    const now = performance.timeOrigin + performance.now();
    const text = rest + chunk;
    const end = text.lastIndexOf("\n\n");
    rest = text.slice(end + 1);
    for (const [, at] of text.slice(0, end + 1).matchAll(AT)) {
      received[0] = (received[0] ?? 0) + 1;
      ages.push(now - Number(at));
    }
  });
}

function count(response: IncomingMessage, index: number): void {
  let border = Buffer.alloc(0);
  const marksIn = (bytes: Buffer): number => {
    let marks = 0;
    for (let at = bytes.indexOf(MARK); at !== -1; at = bytes.indexOf(MARK, at + MARK.length)) marks += 1;
    return marks;
  };
  response.on("data", (chunk: Buffer) => {
    // A mark that is cut in two is neither in the one chunk nor in the other.
    const edge = Buffer.concat([border, chunk.subarray(0, MARK.length - 1)]);
    received[index] = (received[index] ?? 0) + marksIn(chunk) + marksIn(edge);
    border = Buffer.from(chunk.length >= MARK.length - 1 ? chunk.subarray(1 - MARK.length) : edge);
  });
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
  while (received.some((each) => each < task.expected) && performance.now() < deadline) await sleep(20);
  return { arrived: received.reduce((sum, each) => sum + each, 0), ages };
}

process.on("message", (message) => {
  void handle(Task.parse(message)).then((answer) => process.send?.(answer));
});
