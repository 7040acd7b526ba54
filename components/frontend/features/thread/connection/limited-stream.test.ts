import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { holdLimitedStream } from "./limited-stream.ts";

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

describe("holdLimitedStream", () => {
  it("holds three streams open, while further tabs look in and still miss nothing", async () => {
    const open = new Set<ServerResponse>();
    let sent = 1;
    const server = createServer((request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (let id = Number(request.headers["last-event-id"] ?? 0) + 1; id <= sent; id += 1)
        response.write(`id: ${id}\ndata: ${id}\n\n`);
      response.flushHeaders();
      open.add(response);
      response.on("close", () => open.delete(response));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const controller = new AbortController();
    closers.unshift(() => controller.abort());
    const tabs = Array.from({ length: 6 }, () => {
      const seen: string[] = [];
      void holdLimitedStream({
        url: () => url,
        lastEventId: () => seen.at(-1),
        onEvent: ({ data }) => seen.push(data),
        onState: () => undefined,
        signal: controller.signal,
      });
      return seen;
    });
    for (const seen of tabs) await expect.poll(() => seen).toEqual(["1"]);
    // Visits end once all is seen; the streams stay.
    await expect.poll(() => open.size, { timeout: 5_000 }).toBe(3);
    sent = 2;
    for (const response of open) response.write("id: 2\ndata: 2\n\n");
    for (const seen of tabs) await expect.poll(() => seen, { timeout: 5_000 }).toEqual(["1", "2"]);
  });

  it("does not insist when it is refused", async () => {
    let requests = 0;
    const server = createServer((_, response) => {
      requests += 1;
      response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closers.push(() => server.close());
    await holdLimitedStream({
      url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      lastEventId: () => undefined,
      onEvent: () => undefined,
      onState: () => undefined,
      signal: AbortSignal.timeout(5_000),
    });
    expect(requests).toBe(1);
  });
});
