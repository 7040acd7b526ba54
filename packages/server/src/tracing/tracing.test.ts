import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Collector, type CollectedSpan } from "../testing/collector.ts";
import { createLogger, createServer, startTracing, type Tracing } from "../index.ts";

const logger = createLogger("test", "silent");
const CANARY = "canary-5d21";
let collector: Collector;

beforeEach(async () => {
  collector = await Collector.start();
});
afterEach(async () => collector.stop());

const start = async (component: string, share = 1): Promise<Tracing> =>
  startTracing(component, "1.2.3", {
    OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
    OTEL_TRACES_SAMPLER_ARG: share,
  });

function only(name: string): CollectedSpan {
  const found = collector.spans.filter((span) => span.name === name);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} spans are called ${name}`);
  return found[0];
}

/** A server whose route calls on, as a gateway does. */
async function gateway(tracing: Tracing, next: (headers: Readonly<Record<string, string>>) => Promise<number>) {
  const app = createServer({ logger });
  tracing.traceRequests(app, () => ({ "pilothouse.project": "team-a" }));
  app.post("/things/:name", async () => {
    await Promise.resolve();
    const attributes = { "url.path": "/next" };
    return { status: await tracing.call({ name: "next GET", attributes, make: next, statusOf: (status) => status }) };
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  return app;
}

describe("with a collector", () => {
  it("a request and the call that it causes are one trace, over two servers, that continues the caller's", async () => {
    const tracings = [await start("front"), await start("back")] as const;
    const back = await gateway(tracings[1], async () => 404);
    const front = await gateway(tracings[0], async (headers) => {
      const answer = await fetch(`${back.listeningOrigin}/things/b`, { method: "POST", headers });
      return answer.status;
    });
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    await fetch(`${front.listeningOrigin}/things/a?token=${CANARY}`, {
      method: "POST",
      headers: {
        traceparent: `00-${traceId}-b7ad6b7169203331-01`,
        authorization: `Bearer ${CANARY}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ prompt: CANARY }),
    });
    await Promise.all([front.close(), back.close()]);
    await Promise.all(tracings.map(async (tracing) => tracing.close()));

    const of = (service: string): CollectedSpan[] => collector.spans.filter((span) => span.service === service);
    const byName = (spans: CollectedSpan[], name: string) => spans.find((span) => span.name === name);
    const [request, call] = ["POST /things/:name", "next GET"].map((name) => byName(of("pilothouse-front"), name));
    const [nextRequest, nextCall] = ["POST /things/:name", "next GET"].map((name) =>
      byName(of("pilothouse-back"), name),
    );
    expect(request).toMatchObject({
      traceId,
      parentSpanId: "b7ad6b7169203331",
      attributes: { "http.route": "/things/:name", "http.response.status_code": 200, "pilothouse.project": "team-a" },
    });
    expect(request?.attributes).not.toHaveProperty("error.type");
    expect(call).toMatchObject({ traceId, parentSpanId: request?.spanId, attributes: { "url.path": "/next" } });
    expect(nextRequest).toMatchObject({ traceId, parentSpanId: call?.spanId });
    expect(nextCall).toMatchObject({ traceId, parentSpanId: nextRequest?.spanId, status: { code: 2 } });
    expect(collector.received.join("")).not.toContain(CANARY);
  });

  it("requests at the same time keep their own calls", async () => {
    const tracing = await start("front");
    const app = await gateway(tracing, async () => 200);
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const headers = { "content-type": "application/json" };
        await fetch(`${app.listeningOrigin}/things/a`, { method: "POST", headers, body: "{}" });
      }),
    );
    await app.close();
    await tracing.close();
    const requests = collector.spans.filter(({ name }) => name === "POST /things/:name");
    const parents = collector.spans.filter(({ name }) => name === "next GET").map(({ parentSpanId }) => parentSpanId);
    expect(requests).toHaveLength(20);
    expect(new Set(requests.map(({ traceId }) => traceId)).size).toBe(20);
    expect(new Set(parents)).toEqual(new Set(requests.map(({ spanId }) => spanId)));
  });

  it("a call that fails says what kind of failure it was, and not its words", async () => {
    const tracing = await start("front");
    const app = await gateway(tracing, async () => {
      throw new TypeError(`cannot use ${CANARY}`);
    });
    expect((await fetch(`${app.listeningOrigin}/things/a`, { method: "POST" })).status).toBe(500);
    await app.close();
    await tracing.close();
    expect(only("next GET")).toMatchObject({ attributes: { "error.type": "TypeError" }, status: { code: 2 } });
    expect(only("POST /things/:name").status.code).toBe(2);
    expect(collector.received.join("")).not.toContain(CANARY);
  });

  it("keeps no more traces than asked for, unless the caller's is kept", async () => {
    const tracing = await start("front", 0);
    const app = await gateway(tracing, async () => 200);
    const kept = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
    for (const headers of [{}, kept]) await fetch(`${app.listeningOrigin}/things/a`, { method: "POST", headers });
    await app.close();
    await tracing.close();
    expect(collector.spans.map(({ traceId }) => traceId)).toEqual(Array(2).fill("0af7651916cd43dd8448eb211c80319c"));
  });
});

// The metrics library asks for the bare API by itself.
it("without a collector nothing of OpenTelemetry's SDK is loaded", async () => {
  const index = fileURLToPath(new URL("../index.ts", import.meta.url));
  const script = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ resolve: (name, context, next) => (loaded.push(name), next(name, context)) });
    const { startTracing, TracingEnvironment } = await import(${JSON.stringify(index)});
    await startTracing("test", "1", TracingEnvironment.parse({}));
    console.log(loaded.filter((name) => /opentelemetry.*(sdk|exporter|core|resources|\\.ts)/.test(name)).length);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  expect(stdout.trim()).toBe("0");
});
