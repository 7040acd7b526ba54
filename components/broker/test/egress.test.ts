import { once } from "node:events";
import { request } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import type { TestBroker, Upstream } from "./harness.ts";
import { startTestBroker, startUpstream, TOKEN } from "./harness.ts";

const PASSWORD = `Basic ${Buffer.from(`agent:${TOKEN}`).toString("base64")}`;

interface Answer {
  readonly status: number | undefined;
  readonly socket: Socket;
}

async function connectTo(broker: TestBroker, target: string, authorization = PASSWORD): Promise<Answer> {
  const { hostname, port } = new URL(broker.url);
  const asked = request({
    hostname,
    port,
    method: "CONNECT",
    path: target,
    headers: { "proxy-authorization": authorization },
  });
  asked.end();
  const [answer, socket] = (await once(asked, "connect")) as [{ statusCode?: number }, Socket];
  return { status: answer.statusCode, socket };
}

/** Names that lead to this machine, as if it were a public one. */
function start(hosts: string, addresses: Record<string, string[]>): Promise<TestBroker> {
  const resolve = (host: string): Promise<string[]> => Promise.resolve(addresses[host] ?? []);
  const isReachable = (address: string): boolean => address === "127.0.0.1";
  return startTestBroker({ PILOTHOUSE_EGRESS_HOSTS: hosts }, {}, {}, { egress: { resolve, isReachable } });
}

async function site(): Promise<{ upstream: Upstream; port: string }> {
  const upstream = await startUpstream((_request, response) => response.end("hello from outside"));
  return { upstream, port: new URL(upstream.url).port };
}

describe("the egress proxy", () => {
  it("connects to a host on the list", async () => {
    const { upstream, port } = await site();
    await using _upstream = upstream;
    await using broker = await start(`allowed.example:${port}`, { "allowed.example": ["127.0.0.1"] });
    const { status, socket } = await connectTo(broker, `allowed.example:${port}`);
    expect(status).toBe(200);
    socket.write("GET / HTTP/1.1\r\nhost: allowed.example\r\nconnection: close\r\n\r\n");
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    expect(text).toContain("hello from outside");
    await expect.poll(() => broker.log()).toContain('"outcome":"closed"');
  });

  it("refuses every other host, and every host when there is no list", async () => {
    await using broker = await start("allowed.example", { "other.example": ["127.0.0.1"] });
    expect((await connectTo(broker, "other.example:443")).status).toBe(403);
    await using closed = await startTestBroker({});
    expect((await connectTo(closed, "example.com:443")).status).toBe(403);
  });

  it("refuses a name on the list that leads to an address inside", async () => {
    await using broker = await start("sly.example,mixed.example,169.254.169.254", {
      "sly.example": ["169.254.169.254"],
      "mixed.example": ["127.0.0.1", "10.0.0.1"],
    });
    for (const target of ["sly.example:443", "mixed.example:443", "169.254.169.254:80"]) {
      expect((await connectTo(broker, target)).status).toBe(403);
    }
    expect(broker.log()).toContain("leads to an address that is not public");
  });

  it("needs the token", async () => {
    await using broker = await start("allowed.example", { "allowed.example": ["127.0.0.1"] });
    expect((await connectTo(broker, "allowed.example:443", "Basic d3Jvbmc6d3Jvbmc=")).status).toBe(407);
  });

  it("says when the host does not answer", async () => {
    await using broker = await start("gone.example:9", { "gone.example": ["127.0.0.1"] });
    expect((await connectTo(broker, "gone.example:9")).status).toBe(502);
  });

  it("closes its tunnels when the broker ends", async () => {
    const { upstream, port } = await site();
    await using _upstream = upstream;
    const broker = await start(`allowed.example:${port}`, { "allowed.example": ["127.0.0.1"] });
    const { socket } = await connectTo(broker, `allowed.example:${port}`);
    const closed = once(socket.resume(), "close");
    await broker[Symbol.asyncDispose]();
    await closed;
    expect(socket.destroyed).toBe(true);
  });
});
