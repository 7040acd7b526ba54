import type { IncomingHttpHeaders } from "node:http";
import { describe, expect, it } from "vitest";
import { startTestBroker, startUpstream, TOKEN } from "./harness.ts";

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

const KEYS = {
  LANGFUSE_PUBLIC_KEY: "pk-lf-canary-0001",
  LANGFUSE_SECRET_KEY: "sk-lf-canary-0002",
  LANGSMITH_API_KEY: "lsv2_canary_0003",
  LANGSMITH_PROJECT: "harbour",
};

async function stage(secrets: Record<string, string> = KEYS) {
  const seen: Seen[] = [];
  const service = await startUpstream((request, response) => {
    seen.push({ method: request.method, url: request.url, headers: request.headers });
    request.resume();
    response.writeHead(207, { "content-type": "application/json" }).end(JSON.stringify({ echo: request.headers }));
  });
  const { host } = new URL(service.url);
  const addresses = { LANGFUSE_BASE_URL: service.url, LANGSMITH_ENDPOINT: `${service.url}/api/v1` };
  const broker = await startTestBroker({ PILOTHOUSE_INTEGRATION_HOSTS: host }, {}, { ...addresses, ...secrets });
  const call = async (path: string, method = "POST"): Promise<Response> =>
    fetch(broker.url + path, {
      method,
      headers: { authorization: `Basic ${Buffer.from(`any:${TOKEN}`).toString("base64")}` },
      ...(method === "GET" ? {} : { body: "{}" }),
    });
  return {
    seen,
    broker,
    call,
    async [Symbol.asyncDispose]() {
      await broker[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
    },
  };
}

describe("tracing through the broker", () => {
  it("tells for which services the project has keys", async () => {
    await using all = await stage();
    expect(await (await all.broker.get("/tracing")).json()).toEqual({
      langfuse: true,
      langsmith: true,
      langsmithProject: "harbour",
    });
    await using half = await stage({ LANGFUSE_PUBLIC_KEY: "pk-lf-canary-0001" });
    expect(await (await half.broker.get("/tracing")).json()).toMatchObject({ langfuse: false, langsmith: false });
  });

  it("puts the keys in, and lets none of them come back", async () => {
    await using it_ = await stage();
    const answer = await it_.call("/tracing/langfuse/api/public/otel/v1/traces");
    expect(answer.status).toBe(207);
    const basic = Buffer.from("pk-lf-canary-0001:sk-lf-canary-0002").toString("base64");
    expect(it_.seen[0]).toMatchObject({
      url: "/api/public/otel/v1/traces",
      headers: { authorization: `Basic ${basic}` },
    });
    const told = await answer.text();
    for (const secret of [basic, "sk-lf-canary-0002", TOKEN]) expect(told + it_.broker.log()).not.toContain(secret);
    expect((await it_.call("/tracing/langsmith/runs/multipart")).status).toBe(207);
    expect(it_.seen[1]).toMatchObject({ url: "/api/v1/runs/multipart", headers: { "x-api-key": "lsv2_canary_0003" } });
    expect(JSON.stringify(it_.seen)).not.toContain(TOKEN);
  });

  it.each([
    ["GET", "/tracing/langfuse/api/public/traces"],
    ["POST", "/tracing/langfuse/api/public/projects"],
    ["GET", "/tracing/langsmith/runs/query"],
    ["POST", "/tracing/langsmith/runs/../sessions"],
  ])("refuses %s %s, which is no writing of a trace", async (method, path) => {
    await using it_ = await stage();
    expect((await it_.call(path, method)).status).toBe(403);
    expect(it_.seen).toEqual([]);
  });

  it("needs the pod's token, and keys", async () => {
    await using it_ = await stage({});
    expect((await fetch(`${it_.broker.url}/tracing/langfuse/api/public/ingestion`, { method: "POST" })).status).toBe(
      401,
    );
    expect((await it_.call("/tracing/langfuse/api/public/ingestion")).status).toBe(401);
  });

  it.each([
    ["http://example.com", "only https"],
    ["https://127.0.0.1", "not a public address"],
    ["https://localhost", "not public"],
    ["https://user:word@example.com", "credentials"],
    ["file:///etc/passwd", "not an https address"],
  ])("sends nothing to %s", async (address, reason) => {
    await using broker = await startTestBroker({}, {}, { ...KEYS, LANGFUSE_BASE_URL: address });
    const answer = await fetch(`${broker.url}/tracing/langfuse/api/public/ingestion`, {
      method: "POST",
      headers: { "x-api-key": TOKEN },
      body: "{}",
    });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain(reason);
  });
});
