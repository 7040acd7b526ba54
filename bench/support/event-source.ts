/**
 * A bare Node server of server-sent events: it makes a number of them a second and sends each to whoever listens. It is
 * the runner that the backend reads from, and, read straight, what the backend is compared with.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { z } from "zod";

const Task = z.object({ rate: z.number(), seconds: z.number() });
const ADDRESS = "127.42.0.9";
const TICK_MILLISECONDS = 5;

const readers = new Set<ServerResponse>();
let seq = 0;

const server = createServer((request, response) => {
  if (request.url?.startsWith("/agui/events") !== true) return void response.writeHead(404).end();
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
  response.socket?.setNoDelay(true);
  readers.add(response);
  response.once("close", () => readers.delete(response));
});

function emit(count: number): void {
  const at = performance.timeOrigin + performance.now();
  let text = "";
  for (let index = 0; index < count; index += 1) {
    seq += 1;
    text += `id: ${seq}\ndata: {"type":"TEXT_MESSAGE_CONTENT","messageId":"m","delta":"a few words of an answer ","at":${at.toFixed(3)}}\n\n`;
  }
  for (const reader of readers) reader.write(text);
}

async function play({ rate, seconds }: z.output<typeof Task>): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const began = performance.now();
  const first = seq;
  const timer = setInterval(() => {
    const elapsed = Math.min(performance.now() - began, seconds * 1000);
    const due = Math.floor((elapsed / 1000) * rate) - (seq - first);
    if (due > 0) emit(due);
    if (elapsed < seconds * 1000) return;
    clearInterval(timer);
    resolve(seq - first);
  }, TICK_MILLISECONDS);
  return promise;
}

process.on("message", (message) => {
  const task = Task.safeParse(message);
  if (task.success) void play(task.data).then((sent) => process.send?.(sent));
  else process.send?.(`http://${ADDRESS}:${(server.address() as AddressInfo).port}`);
});
server.listen(0, ADDRESS);
