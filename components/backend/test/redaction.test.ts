/** What people give away to be used is in no log: not where it is taken, not where it is refused, not where it fails. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";
import { TestRunner } from "./runner.ts";
import { createSession, setEndpoint } from "./session.ts";

let cluster: TestCluster;
let backend: TestBackend;

beforeAll(async () => {
  cluster = await TestCluster.start();
  backend = await TestBackend.start(cluster);
  await cluster.project("blue", [{ user: "olga", role: "admin" }]);
}, 60_000);

afterAll(async () => {
  await backend?.stop();
  await cluster?.stop();
});

it("neither the log nor the audit log holds a secret, a prompt, a token or a query", async () => {
  const session = await createSession(cluster, "blue", "told");
  const runner = new TestRunner(backend.jwks, session.uid);
  // What a runner answers can be anything, and fails here after it has seen the message.
  runner.answer = () => ({ status: 500, body: "canary-answer" });
  await setEndpoint(cluster, session, await runner.start());
  const owner = cluster.token("olga");
  const stranger = cluster.token("mallory");
  const project = "/api/projects/blue";
  const run = `${project}/agentic-sessions/told/agui/run`;
  const message = { messages: [{ role: "user", content: "canary-message" }] };
  const wish = {
    runnerType: "replay",
    initialPrompt: "canary-prompt",
    environmentVariables: { NOTE: "canary-variable" },
  };
  const server = { type: "http", url: "https://tools.example/mcp", headers: { authorization: "canary-header" } };
  const calls: readonly (readonly [string, string, unknown])[] = [
    ["PUT", `${project}/runner-secrets`, { data: { OPENAI_API_KEY: "canary-key" } }],
    ["PUT", `${project}/runner-secrets`, { data: { UNKNOWN: "canary-refused" } }],
    ["PUT", `${project}/integration-secrets`, { data: { GITHUB_TOKEN: "canary-integration" } }],
    ["PUT", `${project}/mcp-servers`, { custom: { tools: server }, disabled: [] }],
    ["POST", `${project}/agentic-sessions`, wish],
    ["POST", `${project}/agentic-sessions`, { ...wish, environmentVariables: { LD_PRELOAD: "canary-loader" } }],
    ["POST", `${run}?token=canary-query`, message],
    ["POST", run, '{"messages": "canary-broken'],
    ["POST", "/api/nothing?token=canary-nowhere", "canary-body"],
    ["GET", `${project}/agentic-sessions?search=canary-search`, undefined],
  ];
  const statuses: number[] = [];
  for (const token of [owner, stranger, undefined, "canary-token"]) {
    for (const [method, url, body] of calls) {
      const headers = { "x-forwarded-for": "canary-address", cookie: "session=canary-cookie" };
      statuses.push((await backend.call(method, url, token, body, headers)).status);
    }
  }
  await runner.stop();
  // All ways through were taken: done, refused, failed.
  expect(new Set(statuses)).toEqual(new Set([200, 201, 400, 401, 403, 404, 502]));
  expect(backend.logs.length).toBeGreaterThan(20);
  expect(backend.audit.length).toBeGreaterThan(20);
  const written = [...backend.logs, ...backend.audit].join("");
  for (const secret of ["canary", owner, stranger, session.token]) expect(written).not.toContain(secret);
}, 30_000);
