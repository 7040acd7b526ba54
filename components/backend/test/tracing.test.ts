/** One trace from the caller over the backend to Kubernetes and the runner, with nothing in it that is not to be seen. */
import { startTracing } from "@pilothouse/server";
import { Collector } from "@pilothouse/server/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";
import { TestRunner } from "./runner.ts";
import { createSession, setEndpoint } from "./session.ts";

const CANARY = "canary-91ac";
const TRACE = "0af7651916cd43dd8448eb211c80319c";

let cluster: TestCluster;
let collector: Collector;

beforeAll(async () => {
  cluster = await TestCluster.start();
  collector = await Collector.start();
  await cluster.project("blue", [{ user: "olga", role: "admin" }]);
}, 60_000);

afterAll(async () => {
  await collector?.stop();
  await cluster?.stop();
});

it("follows a run from the caller to Kubernetes and the runner", async () => {
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: 1 };
  const tracing = await startTracing("backend", "0", environment);
  const backend = await TestBackend.start(cluster, {}, tracing);
  const session = await createSession(cluster, "blue", "traced");
  const runner = new TestRunner(backend.jwks, session.uid);
  runner.answer = () => ({ status: 202, body: { runId: "r1", threadId: session.uid } });
  await setEndpoint(cluster, session, await runner.start());

  const token = cluster.token("olga");
  const messages = [{ id: "m1", role: "user", content: CANARY }];
  const url = `/api/projects/blue/agentic-sessions/traced/agui/run?note=${CANARY}`;
  const headers = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` };
  const run = await backend.call("POST", url, token, { messages }, headers);
  expect(run.status).toBe(202);
  await backend.call("GET", `/api/projects/blue/agentic-sessions/traced/workspace/${CANARY}.txt`, token, undefined);
  await backend.stop();
  await runner.stop();
  await tracing.close();

  const spans = collector.spans.filter(({ traceId }) => traceId === TRACE);
  const request = spans.find(
    ({ name, attributes }) => name.endsWith("/agui/run") && attributes["http.response.status_code"] === 202,
  );
  expect(request).toMatchObject({
    service: "pilothouse-backend",
    attributes: { "pilothouse.project": "blue", "pilothouse.session": "traced", "http.request.method": "POST" },
  });
  const children = spans.filter(({ parentSpanId }) => parentSpanId === request?.spanId);
  expect(children.map(({ name }) => name)).toEqual(expect.arrayContaining(["kubernetes GET", "runner POST"]));
  const call = children.find(({ name }) => name === "runner POST");
  const told = runner.calls.find(({ url: path }) => path.startsWith("/agui/run"));
  expect(told?.traceparent).toBe(`00-${TRACE}-${call?.spanId}-01`);

  const sent = collector.received.join("");
  for (const secret of [CANARY, token, session.token]) expect(sent).not.toContain(secret);
}, 30_000);
