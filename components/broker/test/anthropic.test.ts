import Anthropic from "@anthropic-ai/sdk";
import { parseScript, startModelSimulator } from "@pilothouse/model-simulator";
import type { ModelSimulator, ScriptSource } from "@pilothouse/model-simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TestBroker } from "./harness.ts";
import { KEY, startTestBroker, TOKEN } from "./harness.ts";

const ASK = { model: "claude-test-1", max_tokens: 1000, messages: [{ role: "user" as const, content: "hi" }] };
const USAGE = { inputTokens: 1000, cacheReadTokens: 2000, cacheWriteTokens: 500, outputTokens: 100 };

let simulator: ModelSimulator;
beforeEach(async () => {
  simulator = await startModelSimulator({
    script: script([{ steps: [{ blocks: [{ text: "hello" }], usage: USAGE }] }]),
  });
});
afterEach(() => simulator.stop());

function script(rules: ScriptSource["rules"]): ReturnType<typeof parseScript> {
  return parseScript({ rules });
}

function start(environment: Record<string, string> = {}, secrets?: Record<string, string>): Promise<TestBroker> {
  return startTestBroker({ ANTHROPIC_UPSTREAM_URL: simulator.url, ...environment }, secrets);
}

function client(broker: TestBroker): Anthropic {
  return new Anthropic({ baseURL: `${broker.url}/anthropic`, apiKey: TOKEN, maxRetries: 0 });
}

describe("the Anthropic proxy", () => {
  it("swaps the broker token for the project's key", async () => {
    await using broker = await start();
    await client(broker).messages.create(ASK);
    const [request] = simulator.requests;
    expect(request?.url).toBe("/v1/messages");
    expect(request?.headers["x-api-key"]).toBe(KEY);
    expect(JSON.stringify(request?.headers)).not.toContain(TOKEN);
    expect(request?.headers["anthropic-version"]).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  it("passes a stream on piece by piece", async () => {
    simulator.use(script([{ steps: [[{ text: "one" }, { pause: 300 }, { text: "two" }]] }]));
    await using broker = await start();
    const begun = performance.now();
    const at: number[] = [];
    const stream = client(broker)
      .messages.stream(ASK)
      .on("text", () => at.push(performance.now() - begun));
    expect((await stream.finalMessage()).content).toMatchObject([{ text: "one" }, { text: "two" }]);
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThan(200);
  });

  it.each(["x-api-key", "authorization", "x-goog-api-key", "?key="])("takes the token from %s", async (place) => {
    await using broker = await start();
    const query = place === "?key=" ? `?key=${TOKEN}` : "";
    const headers: Record<string, string> =
      place === "?key=" ? {} : { [place]: place === "authorization" ? `Bearer ${TOKEN}` : TOKEN };
    const response = await fetch(`${broker.url}/anthropic/v1/messages${query}`, {
      method: "POST",
      headers,
      body: JSON.stringify(ASK),
    });
    expect(response.status).toBe(200);
    expect(simulator.requests[0]?.url).toBe("/v1/messages");
  });

  it.each([undefined, "", "wrong", `${TOKEN}x`, KEY])(
    "refuses the token %j in the provider's shape",
    async (apiKey) => {
      await using broker = await start();
      const response = await fetch(`${broker.url}/anthropic/v1/messages`, {
        method: "POST",
        headers: apiKey === undefined ? {} : { "x-api-key": apiKey },
        body: JSON.stringify(ASK),
      });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ type: "error", error: { type: "authentication_error" } });
      expect(simulator.requests).toHaveLength(0);
    },
  );

  it("uses a rotated key at once, without a restart", async () => {
    await using broker = await start();
    await client(broker).messages.create(ASK);
    await broker.setSecret("ANTHROPIC_API_KEY", "sk-new-key-42\n");
    await client(broker).messages.create(ASK);
    expect(simulator.requests.map((request) => request.headers["x-api-key"])).toEqual([KEY, "sk-new-key-42"]);
  });

  it("says which key is missing and who can set it", async () => {
    await using broker = await start({ ANTHROPIC_UPSTREAM_URL: "https://api.anthropic.com" }, {});
    const error: unknown = await client(broker)
      .messages.create(ASK)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ status: 401, error: { error: { type: "authentication_error" } } });
    expect(String(error)).toContain("ANTHROPIC_API_KEY is not set in project team-a");
    expect(String(error)).toContain("A project admin sets it");
  });

  it("asks a model server of the installation's own without a key when there is none", async () => {
    await using broker = await start({}, {});
    await client(broker).messages.create(ASK);
    expect(simulator.requests[0]?.headers["x-api-key"]).toBeUndefined();
  });

  it("passes the provider's errors on unchanged", async () => {
    simulator.use(script([{ steps: [{ error: { status: 529, message: "busy", retryAfterSeconds: 7 } }] }]));
    await using broker = await start();
    const error: unknown = await client(broker)
      .messages.create(ASK)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      status: 529,
      error: { type: "error", error: { type: "overloaded_error", message: "busy" } },
    });
    expect((error as { headers: Headers }).headers.get("retry-after")).toBe("7");
    expect(await (await broker.get("/usage")).json()).toMatchObject({ requests: 0 });
  });

  it("cuts the client's stream when the provider's is cut", async () => {
    simulator.use(script([{ steps: [[{ text: "so far" }, { break: true }]] }]));
    await using broker = await start();
    await expect(client(broker).messages.stream(ASK).finalMessage()).rejects.toThrow("terminated");
    await expect.poll(() => broker.log()).toContain('"outcome":"cut"');
  });

  it("lets go of the provider when the client leaves, and counts what was streamed until then", async () => {
    simulator.use(script([{ steps: [{ blocks: [{ text: "x".repeat(400) }, { pause: "forever" }], usage: USAGE }] }]));
    await using broker = await start();
    const stream = client(broker).messages.stream(ASK);
    let received = 0;
    await new Promise<void>((resolve) => stream.on("text", (delta) => (received += delta.length) >= 400 && resolve()));
    const ended = stream.finalMessage().catch(String);
    stream.abort();
    await ended;
    await expect.poll(() => simulator.requests[0]?.outcome).toBe("aborted");
    await expect
      .poll(async () => (await broker.get("/usage")).json())
      .toMatchObject({ requests: 1, totals: { inputTokens: 3500, outputTokens: 100 } });
  });

  it("says when the provider cannot be reached", async () => {
    await using broker = await start({ ANTHROPIC_UPSTREAM_URL: "http://127.0.0.1:9" });
    const error: unknown = await client(broker)
      .messages.create(ASK)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ status: 502, error: { error: { type: "api_error" } } });
    expect(String(error)).toContain("Anthropic cannot be reached (ECONNREFUSED)");
  });

  it("does not wait for ever for an answer, nor in the middle of one", async () => {
    const waits = { connect: 1000, answer: 150, silence: 150 };
    const environment = { ANTHROPIC_UPSTREAM_URL: simulator.url };
    await using broker = await startTestBroker(environment, undefined, undefined, { waits });
    simulator.use(script([{ steps: [{ blocks: [{ text: "late" }], firstDelay: 5000 }] }]));
    const error: unknown = await client(broker)
      .messages.create(ASK)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ status: 504 });
    simulator.use(script([{ steps: [[{ text: "so far" }, { pause: "forever" }]] }]));
    await expect(client(broker).messages.stream(ASK).finalMessage()).rejects.toThrow("terminated");
    await expect.poll(() => simulator.requests[1]?.outcome).toBe("aborted");
  });

  it("keeps the upstream's base path", async () => {
    await using broker = await start({ ANTHROPIC_UPSTREAM_URL: `${simulator.url}/gateway/` });
    await client(broker)
      .messages.create(ASK)
      .catch(() => {});
    expect(simulator.requests[0]?.url).toBe("/gateway/v1/messages");
  });

  it.each([
    ["POST", "/v1/messages/batches", 403],
    ["GET", "/v1/organizations/users", 403],
    ["DELETE", "/v1/messages", 403],
    ["POST", "/../v1/messages", 400],
    ["POST", "/v1/%2e%2e/admin", 400],
    ["POST", "//evil.example/v1/messages", 400],
  ])("does not forward %s %s", async (method, path, status) => {
    await using broker = await start();
    // fetch would tidy the path up before it is sent.
    const { request } = await import("node:http");
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      const { hostname, port } = new URL(broker.url);
      const options = { hostname, port, method, path: `/anthropic${path}`, headers: { "x-api-key": TOKEN } };
      request(options, (response) => resolve(response.resume().statusCode))
        .once("error", reject)
        .end();
    });
    expect(answered).toBe(status);
    expect(simulator.requests).toHaveLength(0);
  });

  it.each(["with its length", "in chunks"])("refuses a request that is too large, sent %s", async (how) => {
    await using broker = await start({ PILOTHOUSE_MAX_REQUEST_BYTES: "2048" });
    const content = JSON.stringify({ ...ASK, system: "x".repeat(100_000) });
    const body = how === "in chunks" ? new Blob([content]).stream() : content;
    const request = { method: "POST", headers: { "x-api-key": TOKEN }, body, duplex: "half" as const };
    // A sender that is still writing may see the closed connection instead of the answer.
    const status = await fetch(`${broker.url}/anthropic/v1/messages`, request).then(
      (response) => response.status,
      () => "closed",
    );
    expect(["closed", 413]).toContain(status);
    expect(broker.log()).toContain('"code":"BODY_TOO_LARGE"');
    expect(await (await broker.get("/usage")).json()).toMatchObject({ requests: 0 });
  });
});

describe("usage", () => {
  it.each([true, false])("is counted from the wire, with caches, and priced (streamed: %s)", async (stream) => {
    await using broker = await start();
    const result = client(broker);
    if (stream) await result.messages.stream(ASK).finalMessage();
    else await result.messages.create(ASK);
    // 1000×1 + 2000×0.1 + 500×2 + 100×10 per million.
    const usage = { inputTokens: 3500, outputTokens: 100, cachedTokens: 2000, costUsd: expect.closeTo(0.0032, 10) };
    expect(await (await broker.get("/usage")).json()).toEqual({
      instance: expect.any(String),
      totals: usage,
      byModel: { "claude-test-1": { ...usage, requests: 1 } },
      requests: 1,
      turns: 1,
      budget: { exceeded: null },
      unpricedModels: [],
      pricesProblem: null,
    });
  });

  it("is there as soon as the last event is, also while the connection is still open", async () => {
    await using broker = await start();
    const stream = client(broker).messages.stream(ASK);
    const atStop = new Promise<unknown>((resolve) => {
      stream.on("streamEvent", (event) => {
        if (event.type === "message_stop") resolve(broker.get("/usage").then((response) => response.json()));
      });
    });
    expect(await atStop).toMatchObject({ requests: 1, turns: 1, totals: { inputTokens: 3500, outputTokens: 100 } });
    await stream.finalMessage();
    await expect.poll(() => broker.log()).toContain('"outcome":"answered"');
    expect(await (await broker.get("/usage")).json()).toMatchObject({
      requests: 1,
      turns: 1,
      totals: { inputTokens: 3500 },
    });
  });

  it("does not count what is free", async () => {
    await using broker = await start();
    await client(broker).messages.countTokens({ model: ASK.model, messages: ASK.messages });
    await client(broker).models.list();
    expect(await (await broker.get("/usage")).json()).toMatchObject({
      requests: 0,
      turns: 0,
      totals: { inputTokens: 0 },
    });
  });

  it("goes on from what former attempts spent", async () => {
    await using broker = await start({
      PILOTHOUSE_SPENT: '{"inputTokens":10,"outputTokens":20,"cachedTokens":0,"costUsd":1.5}',
    });
    await client(broker).messages.create(ASK);
    expect(await (await broker.get("/usage")).json()).toMatchObject({
      totals: { inputTokens: 3510, outputTokens: 120, costUsd: expect.closeTo(1.5032, 10) },
      byModel: { "claude-test-1": { inputTokens: 3500 } },
    });
  });

  it("can be raised to what the runner knows, and never lowered", async () => {
    await using broker = await start();
    await client(broker).messages.create(ASK);
    const put = (body: string): Promise<Response> =>
      fetch(`${broker.url}/usage/minimum`, { method: "PUT", headers: { authorization: `Bearer ${TOKEN}` }, body });
    expect(await (await put('{"inputTokens":5000,"outputTokens":1,"costUsd":2}')).json()).toMatchObject({
      totals: { inputTokens: 5000, outputTokens: 100, costUsd: 2 },
    });
    expect((await put("{")).status).toBe(400);
    expect((await put('{"inputTokens":-1}')).status).toBe(400);
  });

  it("names models that have no price, and takes a new price table at once", async () => {
    await using broker = await start();
    await client(broker).messages.create({ ...ASK, model: "unheard-of" });
    expect(await (await broker.get("/usage")).json()).toMatchObject({
      unpricedModels: ["unheard-of"],
      totals: { costUsd: 0 },
    });
    await broker.writePrices(
      '{"version":1,"currency":"USD","prices":[{"model":"*","inputPerMillion":1,"outputPerMillion":1}]}',
    );
    await client(broker).messages.create({ ...ASK, model: "unheard-of" });
    expect(await (await broker.get("/usage")).json()).toMatchObject({
      totals: { costUsd: expect.closeTo(0.0036, 10) },
    });
  });

  it("keeps the last good price table and says that the new one is broken", async () => {
    await using broker = await start();
    await broker.writePrices("{ not json");
    await client(broker).messages.create(ASK);
    expect(await (await broker.get("/usage")).json()).toMatchObject({
      totals: { costUsd: expect.closeTo(0.0032, 10) },
      pricesProblem: expect.stringContaining("prices.json"),
    });
  });
});

describe("budgets", () => {
  it.each([
    ['{"maxTurns":2}', "the model has answered 2 of 2 times", "maxTurns"],
    ['{"maxTokens":4000}', "7200 of 4000 tokens were used", "maxTokens"],
    ['{"maxCostUsd":0.006}', "$0.0064 of $0.0060 were spent", "maxCostUsd"],
  ])("%s stops the session with a clear sentence", async (budget, used, field) => {
    await using broker = await start({ PILOTHOUSE_BUDGET: budget });
    await client(broker).messages.create(ASK);
    await client(broker).messages.create(ASK);
    const error: unknown = await client(broker)
      .messages.create(ASK)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ status: 400, error: { type: "error", error: { type: "invalid_request_error" } } });
    expect(String(error)).toContain(`The budget of this session is used up: ${used}`);
    expect(String(error)).toContain(`spec.budget.${field}`);
    expect(simulator.requests).toHaveLength(2);
    expect(await (await broker.get("/usage")).json()).toMatchObject({
      budget: { exceeded: expect.stringContaining(used) },
    });
  });

  it("still answers what costs nothing", async () => {
    await using broker = await start({ PILOTHOUSE_BUDGET: '{"maxTurns":1}', PILOTHOUSE_SPENT: '{"turns":1}' });
    await expect(client(broker).messages.create(ASK)).rejects.toMatchObject({ status: 400 });
    await expect(client(broker).messages.countTokens({ model: "m", messages: ASK.messages })).resolves.toBeDefined();
  });

  it("limits the requests of a minute", async () => {
    await using broker = await start({ PILOTHOUSE_MAX_REQUESTS_PER_MINUTE: "2" });
    await client(broker).messages.create(ASK);
    await client(broker).messages.create(ASK);
    const error: unknown = await client(broker)
      .messages.create(ASK)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ status: 429, error: { error: { type: "rate_limit_error" } } });
    expect(Number((error as { headers: Headers }).headers.get("retry-after"))).toBeGreaterThan(0);
  });
});
