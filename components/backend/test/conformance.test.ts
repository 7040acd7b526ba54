/**
 * The backend against its own description, by requests that are made from the served document alone, half of them wrong
 * in one thing: no status, type or shape that is not described, nothing wrong taken, nothing right refused.
 */
import { setInterval } from "node:timers";
import { fuzz, type FuzzReport } from "@pilothouse/server/testing/fuzz";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";
import { TestRunner } from "./runner.ts";
import { createSession, setEndpoint } from "./session.ts";

const REQUESTS = Number(process.env["FUZZ_REQUESTS"] ?? 1000);
const SEED = Number(process.env["FUZZ_SEED"] ?? 20_260_101);
const CANARY = "sk-canary-31af";

/** What another object or field decides; the description says so in words. */
const EXCUSED = [
  /"code":"(?:RUNNER_TYPE_NOT_AVAILABLE|MODEL_NOT_AVAILABLE|SECRET_NOT_SET|REPOSITORY_REFUSED)"/,
  /"code":"(?:IDEMPOTENCY_KEY_REUSED|INVALID_OBJECT)"/,
  /"error":"(?:parentSession|fromSeq|name): /,
];

let cluster: TestCluster;
let backend: TestBackend;
let runner: TestRunner;
let noting: NodeJS.Timeout;
let olga: string;
let report: FuzzReport;

beforeAll(async () => {
  cluster = await TestCluster.start();
  backend = await TestBackend.start(cluster, { INTEGRATION_TEST_SECONDS: "1" });
  await cluster.project("blue", [
    { user: "olga", role: "admin" },
    { user: "vic", role: "view" },
  ]);
  const live = await createSession(cluster, "blue", "live");
  await createSession(cluster, "blue", "idle");
  runner = new TestRunner(backend.jwks, live.uid);
  runner.answer = ({ url }) => ({
    status: 200,
    body: url.includes("/run") ? { runId: "r", threadId: "t" } : { items: [] },
  });
  await setEndpoint(cluster, live, await runner.start());
  // In place of the operator, which notes the names of keys.
  noting = setInterval(() => void cluster.noteSecrets("blue").catch(() => undefined), 50);
  const base = await backend.listen();
  olga = cluster.token("olga");
  report = await fuzz({
    document: await (await fetch(`${base}/api/openapi.json`)).json(),
    base,
    requests: REQUESTS,
    seed: SEED,
    tokens: [olga, olga, olga, olga, cluster.token("vic"), cluster.token("mallory"), live.token, undefined],
    known: { project: ["blue"], session: ["live", "live", "idle"], uid: [live.uid], subjectName: ["vic"] },
    excused: EXCUSED,
    secrets: [CANARY],
    // What is deleted cannot be asked any more, and a project that nobody furnishes is waited for.
    spare: ({ method, path, fault }) =>
      (method === "DELETE" && /\/(?:blue|live|idle)$/.test(path)) ||
      (method === "POST" && path === "/api/projects" && fault === undefined) ||
      (method === "POST" && path.endsWith("/test") && fault === undefined),
  });
}, 600_000);

afterAll(async () => {
  clearInterval(noting);
  await backend?.stop();
  await runner?.stop();
  await cluster?.stop();
});

it("answers as it says, whatever it is asked", () => {
  expect(report.findings.slice(0, 5)).toEqual([]);
  expect(report.findings).toHaveLength(0);
});

it("was asked for nearly everything, and refused what was wrong only", () => {
  expect(report.requests).toBeGreaterThanOrEqual(REQUESTS);
  expect(report.faulty).toBeGreaterThan(REQUESTS / 4);
  // Fewer requests than that do not come round often enough.
  const least = REQUESTS >= 1000 ? report.operations * 0.6 : 0;
  expect(report.reached.size).toBeGreaterThan(least);
});

it("wrote no token and no query into its logs", () => {
  const written = [...backend.logs, ...backend.audit].join("\n");
  for (const secret of [CANARY, olga.slice(-30)]) expect(written).not.toContain(secret);
  expect(written).not.toMatch(/"url":|\?(?:limit|search|q|path)=/);
  expect(written).toContain('"route":"/api/projects/:project"');
});
