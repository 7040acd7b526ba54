import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type ConnectionState, holdEventStream } from "./event-stream.ts";

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

async function serve(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe("holdEventStream", () => {
  it("goes on from the last event when the connection breaks", async () => {
    const asked: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      asked.push(request.headers["last-event-id"] as string | undefined);
      response.writeHead(200, { "content-type": "text/event-stream" });
      const from = Number(request.headers["last-event-id"] ?? 0);
      response.write(`id: ${from + 1}\ndata: ${from + 1}\n\nid: ${from + 2}\ndata: ${from + 2}\n\n`);
      setTimeout(() => response.destroy(), 20);
    });
    const controller = new AbortController();
    const seen: string[] = [];
    const states: ConnectionState["status"][] = [];
    let last: string | undefined;
    await holdEventStream({
      url: () => url,
      lastEventId: () => last,
      onEvent(event) {
        last = event.id;
        seen.push(event.data);
        if (seen.length === 4) controller.abort();
      },
      onState: (state) => states.push(state.status),
      signal: controller.signal,
    });
    expect(seen).toEqual(["1", "2", "3", "4"]);
    expect(asked).toEqual([undefined, "2"]);
    expect(states.slice(0, 3)).toEqual(["connecting", "live", "waiting"]);
  });

  it("does not insist when it is refused", async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests += 1;
      response.writeHead(403).end();
    });
    const states: ConnectionState[] = [];
    await holdEventStream({
      url: () => url,
      lastEventId: () => undefined,
      onEvent: () => undefined,
      onState: (state) => states.push(state),
      signal: AbortSignal.timeout(5000),
    });
    expect(requests).toBe(1);
    expect(states.at(-1)).toEqual({ status: "refused", httpStatus: 403 });
  });
});
