/** The account of a session over runs, attempts and restarts of the broker: the real broker counts. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BrokerUsage } from "./usage.ts";

const MAIN = fileURLToPath(new URL("../../../broker/src/main.ts", import.meta.url));
const TOKEN = "broker-token-0123456789";
/** One dollar each, at the price below. */
const ANSWER = JSON.stringify({
  type: "message",
  model: "m",
  content: [],
  usage: { input_tokens: 500_000, output_tokens: 500_000 },
});

describe("the account of a session", () => {
  let directory: string;
  let model: Server;
  let broker: { child: ChildProcess; url: string } | undefined;
  const problems: unknown[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "usage-"));
    const prices = [{ model: "m", inputPerMillion: 1, outputPerMillion: 1 }];
    await writeFile(join(directory, "prices.json"), JSON.stringify({ version: 1, currency: "USD", prices }));
    model = createServer((request, response) => {
      request.resume().once("end", () => response.setHeader("content-type", "application/json").end(ANSWER));
    }).listen(0, "127.0.0.1");
    await once(model, "listening");
  });
  afterEach(async () => {
    await stop();
    model.close();
    await rm(directory, { recursive: true });
  });

  const port = (server: Server): number => {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no address");
    return address.port;
  };
  const stop = async (): Promise<void> => {
    const child = broker?.child;
    broker = undefined;
    if (child === undefined || child.exitCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  const start = async (at = 0, change: Record<string, string> = {}): Promise<number> => {
    const child = spawn(process.execPath, [MAIN], {
      env: {
        PATH: process.env["PATH"],
        POD_IP: "127.0.0.1",
        PILOTHOUSE_BROKER_PORT: String(at),
        PILOTHOUSE_BROKER_TOKEN: TOKEN,
        PILOTHOUSE_PROJECT: "team-a",
        PILOTHOUSE_SESSION_NAME: "s",
        PILOTHOUSE_SESSION_UID: "u",
        PILOTHOUSE_RUNNER_SECRETS_DIR: directory,
        PILOTHOUSE_CONFIGURATION_DIR: directory,
        ANTHROPIC_UPSTREAM_URL: `http://127.0.0.1:${port(model)}`,
        ...change,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    const listening = Promise.withResolvers<string>();
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const url = /"url":"([^"]+)"/.exec(output)?.[1];
      if (url !== undefined) listening.resolve(url);
    });
    child.once("exit", (code) => listening.reject(new Error(`the broker ended with ${code}\n${output}`)));
    broker = { child, url: await listening.promise };
    return Number(new URL(broker.url).port);
  };
  const ask = async (): Promise<number> => {
    const headers = { "x-api-key": TOKEN, "content-type": "application/json" };
    const answer = await fetch(`${broker?.url}/anthropic/v1/messages`, { method: "POST", headers, body: "{}" });
    await answer.text();
    return answer.status;
  };
  const open = (initial?: { costUsd: number; turns: number }): { usage: BrokerUsage; turns: () => number } => {
    let turns = initial?.turns ?? 0;
    problems.length = 0;
    const usage = new BrokerUsage({
      url: broker?.url ?? "",
      token: TOKEN,
      initial:
        initial === undefined
          ? undefined
          : { inputTokens: 0, outputTokens: 0, cachedTokens: 0, costUsd: initial.costUsd },
      initialTurns: turns,
      onTurns: (now) => {
        turns = now;
      },
      onProblem: (error) => problems.push(error),
    });
    return { usage, turns: () => turns };
  };

  it("gives each run what was spent in it", async () => {
    await start();
    const { usage } = open();
    await usage.start();
    await ask();
    expect(await usage.settle({ type: "success" })).toMatchObject({ costUsd: 1, usage: [{ model: "m" }] });
    await ask();
    await ask();
    expect(await usage.settle({ type: "success" })).toMatchObject({ costUsd: 2 });
    expect(await usage.settle({ type: "success" })).toEqual({ costUsd: 0, usage: [] });
    expect(usage.totals).toMatchObject({ costUsd: 3 });
  });

  it("tells no cost of a run with a model that has no price, until it has one", async () => {
    const table = async (name: string): Promise<void> => {
      const prices = [{ model: name, inputPerMillion: 1, outputPerMillion: 1 }];
      await writeFile(join(directory, "prices.json"), JSON.stringify({ version: 1, currency: "USD", prices }));
    };
    await table("another");
    await start();
    const { usage } = open();
    await usage.start();
    await ask();
    const spent = await usage.settle({ type: "success" });
    expect(spent).toMatchObject({ unpricedModels: ["m"], usage: [{ model: "m", inputTokens: 500_000 }] });
    expect(spent).not.toHaveProperty("costUsd");
    await table("m");
    await ask();
    expect(await usage.settle({ type: "success" })).toMatchObject({ costUsd: 1 });
  });

  it("goes on counting, and keeps a budget, when the broker was started anew in the middle", async () => {
    const budget = { PILOTHOUSE_BUDGET: '{"maxTurns":4}' };
    const address = await start(0, budget);
    const { usage, turns } = open();
    await usage.start();
    await ask();
    await ask();
    await usage.settle({ type: "success" });
    expect(turns()).toBe(2);
    await stop();
    await start(address, budget);
    await ask();
    expect(await usage.settle({ type: "success" })).toMatchObject({
      costUsd: 1,
      usage: [{ model: "m", inputTokens: 500_000 }],
    });
    expect(usage.totals).toMatchObject({ costUsd: 3, inputTokens: 1_500_000 });
    expect(turns()).toBe(3);
    expect(usage.budgetExceeded).toBeUndefined();
    expect(await ask()).toBe(200);
    expect(await ask()).toBe(400);
    await usage.settle({ type: "success" });
    expect(usage.budgetExceeded).toContain("4");
    expect(problems).toEqual([]);
  });

  it("begins an attempt with what former ones spent, whatever the broker was told of it", async () => {
    await start(0, { PILOTHOUSE_BUDGET: '{"maxTurns":10}', PILOTHOUSE_SPENT: '{"costUsd":5,"turns":1}' });
    const { usage, turns } = open({ costUsd: 7, turns: 9 });
    await usage.start();
    await ask();
    expect(await usage.settle({ type: "success" })).toMatchObject({ costUsd: 1 });
    expect([usage.totals?.costUsd, turns()]).toEqual([8, 10]);
    expect(await ask()).toBe(400);
  });

  it("takes the framework's own numbers while the broker is away, and the broker's when it is back", async () => {
    const address = await start();
    const { usage } = open();
    await usage.start();
    await ask();
    await usage.settle({ type: "success" });
    await stop();
    const own = { type: "success" as const, costUsd: 0.5, usage: [{ model: "m", inputTokens: 10, outputTokens: 5 }] };
    expect(await usage.settle(own)).toMatchObject({ costUsd: 0.5, usage: [{ inputTokens: 10 }] });
    await start(address);
    await ask();
    expect(await usage.settle({ type: "success" })).toMatchObject({ costUsd: 1 });
    expect(usage.totals).toMatchObject({ costUsd: 2.5 });
  });
});
