import { EventType, type Event } from "@pilothouse/agui";
import { createServer, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Tracing } from "./tracing.ts";

describe("a tracing service that does not answer", () => {
  let server: Server;
  let url: string;
  /** Requests that wait, once the tracing is open. */
  const waiting: ServerResponse[] = [];
  let refusals = 0;
  beforeEach(async () => {
    waiting.length = 0;
    refusals = 0;
    server = createServer((request, response) => {
      if (refusals-- > 0) return void response.writeHead(503).end();
      const isOpening = request.url === "/tracing" || request.url === "/usage/requests";
      if (!isOpening) return void waiting.push(response);
      response.end(JSON.stringify(request.url === "/tracing" ? { langfuse: true } : { items: [] }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    url = typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const run = (runId: string): Event[] => [
    { type: EventType.RUN_STARTED, threadId: "t", runId },
    { type: EventType.TEXT_MESSAGE_START, messageId: runId, role: "assistant" },
    { type: EventType.TEXT_MESSAGE_CONTENT, messageId: runId, delta: "ahoy" },
    { type: EventType.TEXT_MESSAGE_END, messageId: runId },
    { type: EventType.RUN_FINISHED, threadId: "t", runId, outcome: { type: "success" } },
  ];

  it("is found later when the broker is busy at the start, and nobody waits for that", async () => {
    refusals = 2;
    const options = { supported: "langfuse", broker: { url, token: "t" }, content: undefined } as const;
    const names = { sessionName: "s", project: "p", threadId: "t", logger: pino({ level: "silent" }) };
    const tracing = new Tracing({ ...options, ...names, pauses: [20, 20, 20] });
    await tracing.open();
    expect(tracing.service).toBeNull();
    await expect.poll(() => tracing.service, { timeout: 5000 }).toBe("langfuse");
    await tracing.stop(100);
  });

  it("is waited for by no run: a thousand of them give nothing to await, one request, and a bounded queue", async () => {
    const warnings: string[] = [];
    const logger = pino({ level: "warn" }, { write: (line: string) => void warnings.push(line) });
    const broker = { url, token: "t" };
    const names = { sessionName: "s", project: "p", threadId: "t" };
    const tracing = new Tracing({ supported: "langfuse", broker, ...names, content: undefined, logger });
    await tracing.open();
    expect(tracing.service).toBe("langfuse");
    const given = new Set<unknown>();
    for (let number = 0; number < 1000; number++)
      for (const event of run(`run-${number}`)) given.add(tracing.see(event));
    expect([...given]).toEqual([undefined]);
    await sleep(200);
    expect(waiting).toHaveLength(1);
    expect(warnings.filter((line) => line.includes("too many wait"))).toHaveLength(1);
    const began = performance.now();
    await tracing.stop(100);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});
