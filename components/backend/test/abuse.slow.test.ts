/** Clients that take what they can get: memory stays bounded, and others are served meanwhile. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { BackendProcess } from "./backend-process.ts";
import { TestCluster } from "./cluster.ts";
import { createSession } from "./session.ts";

/** The size of the whole is set by the environment; every change is tried with a tenth of it. */
const IDLE_STREAMS = Number(process.env["IDLE_STREAMS"] ?? 500);
const SESSIONS = 10;

let cluster: TestCluster;
let backend: BackendProcess;
let token: string;
const sockets: Socket[] = [];

beforeAll(async () => {
  cluster = await TestCluster.start();
  backend = await BackendProcess.start(cluster);
  token = cluster.token("olga");
  await cluster.project("blue", [{ user: "olga", role: "admin" }]);
  for (let index = 0; index < SESSIONS; index += 1) await createSession(cluster, "blue", `idle-${index}`);
  for (let index = 0; index < 50; index += 1) await served();
}, 60_000);

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

afterAll(async () => {
  await backend?.stop();
  await cluster?.stop();
});

async function open(head: string): Promise<Socket> {
  const { hostname, port } = new URL(backend.url);
  const socket = connect(Number(port), hostname);
  // The server may end it whenever it likes: that is what is looked at.
  socket.on("error", () => undefined);
  sockets.push(socket);
  await once(socket, "connect");
  socket.write(head);
  return socket;
}

/** How long another client waits for an answer, in milliseconds. */
async function served(): Promise<number> {
  const began = performance.now();
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${backend.url}/api/projects/blue`, { headers, signal: AbortSignal.timeout(10_000) });
  await answer.arrayBuffer();
  expect(answer.status).toBe(200);
  return performance.now() - began;
}

async function statusOf(socket: Socket): Promise<string> {
  const [data] = (await once(socket, "data")) as [Buffer];
  return data.toString("utf8", 9, 12);
}

describe("the backend", () => {
  it(`holds ${IDLE_STREAMS} idle streams in little memory`, async () => {
    const before = await backend.memory();
    for (let index = 0; index < IDLE_STREAMS; index += 1) {
      const path = `/api/projects/blue/agentic-sessions/idle-${index % SESSIONS}/agui/events`;
      const socket = await open(`GET ${path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\n\r\n`);
      expect(await statusOf(socket)).toBe("200");
    }
    expect(await served()).toBeLessThan(5_000);
    const metrics = await (await fetch(`${backend.url}/metrics`)).text();
    expect(metrics).toContain(`pilothouse_backend_open_streams ${IDLE_STREAMS}`);
    const grown = (await backend.memory()) - before;
    console.log(`${IDLE_STREAMS} idle streams: ${grown.toFixed(0)} MiB more`);
    expect(grown).toBeLessThan(30 + IDLE_STREAMS * 0.12);
  }, 120_000);

  it("refuses a body that does not end, long before it has taken it", async () => {
    const before = await backend.memory();
    const head = `POST /api/projects HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\n`;
    const declared = await open(`${head}content-length: 1000000000\r\n\r\n`);
    expect(await statusOf(declared)).toBe("413");
    const endless = await open(`${head}transfer-encoding: chunked\r\n\r\n`);
    const answered = statusOf(endless);
    const piece = `10000\r\n${"x".repeat(0x10000)}\r\n`;
    const gone = new Promise((resolve) => endless.once("close", resolve));
    for (let sent = 0; sent < 400 && !endless.destroyed; sent += 1) {
      const drained = new Promise((resolve) => endless.once("drain", resolve));
      if (!endless.write(piece)) await Promise.race([drained, gone]);
    }
    expect(await answered).toBe("413");
    expect((await backend.memory()) - before).toBeLessThan(60);
  }, 60_000);

  it("serves others while 500 clients send their bodies byte by byte", async () => {
    const before = await backend.memory();
    const head = `POST /api/projects HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: 900000\r\n\r\n{`;
    for (let index = 0; index < 500; index += 1) await open(head);
    for (let round = 0; round < 10; round += 1) {
      for (const socket of sockets) socket.write(" ");
      expect(await served()).toBeLessThan(5_000);
    }
    expect((await backend.memory()) - before).toBeLessThan(100);
  }, 60_000);

  it("refuses floods of headers, and serves others meanwhile", async () => {
    const before = await backend.memory();
    const flood = Array.from({ length: 500 }, (_, index) => `x-${index}: ${"y".repeat(100)}\r\n`).join("");
    const answers = await Promise.all(
      Array.from({ length: 300 }, async () => statusOf(await open(`GET /api/me HTTP/1.1\r\nhost: a\r\n${flood}\r\n`))),
    );
    expect(new Set(answers)).toEqual(new Set(["431"]));
    const unended = Array.from({ length: 300 }, async () => open("GET /api/me HTTP/1.1\r\nhost: a\r\nx: y"));
    await Promise.all(unended);
    expect(await served()).toBeLessThan(5_000);
    expect((await backend.memory()) - before).toBeLessThan(100);
  }, 60_000);
});
