/**
 * What the broker adds: the same requests to the same upstream, straight and through a broker of its own process, in turn.
 * `node bench/broker-latency.ts [requests]` prints milliseconds until the first event and per streamed answer.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const EVENTS = 50;
const BODY = JSON.stringify({
  model: "claude-test",
  max_tokens: 1,
  stream: true,
  messages: [{ role: "user", content: "x".repeat(60_000) }],
});
const agent = new Agent({ keepAlive: true });

function upstream(): ReturnType<typeof createServer> {
  return createServer((incoming, response) => {
    incoming.resume().once("end", () => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const start = {
        type: "message_start",
        message: { model: "claude-test", usage: { input_tokens: 1, output_tokens: 1 } },
      };
      response.write(`event: message_start\ndata: ${JSON.stringify(start)}\n\n`);
      let sent = 0;
      const next = (): void => {
        if (sent === EVENTS) return void response.end('event: message_stop\ndata: {"type":"message_stop"}\n\n');
        sent += 1;
        const delta = {
          type: "content_block_delta",
          index: 0,
          delta: { type: "text_delta", text: "some words of an answer " },
        };
        response.write(`event: content_block_delta\ndata: ${JSON.stringify(delta)}\n\n`);
        setImmediate(next);
      };
      setImmediate(next);
    });
  });
}

function ask(url: string): Promise<{ first: number; whole: number }> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    let first = 0;
    const options = { method: "POST", agent, headers: { "x-api-key": "token", "content-type": "application/json" } };
    request(url, options, (response) => {
      response.on("data", () => (first ||= performance.now() - begun));
      response.once("end", () => resolve({ first, whole: performance.now() - begun }));
    })
      .once("error", reject)
      .end(BODY);
  });
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
}

async function main(): Promise<void> {
  const rounds = Number(process.argv[2] ?? 500);
  const server = upstream().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  const direct = `http://127.0.0.1:${address.port}`;
  const secrets = await mkdtemp(join(tmpdir(), "broker-bench-"));
  await writeFile(join(secrets, "ANTHROPIC_API_KEY"), "sk-bench-0123456789");
  const broker = spawn(
    process.execPath,
    [fileURLToPath(new URL("../components/broker/src/main.ts", import.meta.url))],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        POD_IP: "127.0.0.1",
        PILOTHOUSE_BROKER_PORT: "0",
        PILOTHOUSE_BROKER_TOKEN: "token",
        PILOTHOUSE_PROJECT: "bench",
        PILOTHOUSE_SESSION_NAME: "bench",
        PILOTHOUSE_SESSION_UID: "bench",
        PILOTHOUSE_RUNNER_SECRETS_DIR: secrets,
        PILOTHOUSE_MAX_REQUESTS_PER_MINUTE: "1000000",
        ANTHROPIC_UPSTREAM_URL: direct,
      },
    },
  );
  try {
    const [line] = (await once(broker.stdout, "data")) as [Buffer];
    broker.stdout.resume();
    const url = /"url":"([^"]+)"/.exec(line.toString())?.[1] ?? "";
    const times = {
      direct: [] as { first: number; whole: number }[],
      broker: [] as { first: number; whole: number }[],
    };
    for (let round = 0; round < rounds + 50; round += 1) {
      const straight = await ask(`${direct}/v1/messages`);
      const through = await ask(`${url}/anthropic/v1/messages`);
      if (round < 50) continue;
      times.direct.push(straight);
      times.broker.push(through);
    }
    for (const what of ["first", "whole"] as const) {
      for (const share of [0.5, 0.99]) {
        const straight = quantile(
          times.direct.map((one) => one[what]),
          share,
        );
        const through = quantile(
          times.broker.map((one) => one[what]),
          share,
        );
        process.stdout.write(
          `${what === "first" ? "first event " : "whole answer"} p${share * 100}: direct ${straight.toFixed(2)} ms, broker ${through.toFixed(2)} ms, added ${(through - straight).toFixed(2)} ms\n`,
        );
      }
    }
  } finally {
    broker.kill("SIGKILL");
    agent.destroy();
    server.close();
    server.closeAllConnections();
    await rm(secrets, { recursive: true, force: true });
  }
}

await main();
