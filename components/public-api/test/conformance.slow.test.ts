/**
 * The public API on the whole platform against its own description, by requests that are made from the served document
 * alone, half of them wrong in one thing.
 */
import { fuzz, type FuzzReport } from "@pilothouse/server/testing/fuzz";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "./gateway.ts";
import { Platform } from "./platform.ts";

const REQUESTS = Number(process.env["FUZZ_REQUESTS"] ?? 400);
const SEED = Number(process.env["FUZZ_SEED"] ?? 20_260_102);

/** What another object or field decides; the description says so in words. */
const EXCUSED = [
  /"code":"(?:RUNNER_TYPE_NOT_AVAILABLE|MODEL_NOT_AVAILABLE|SECRET_NOT_SET|REPOSITORY_REFUSED)"/,
  /"code":"(?:IDEMPOTENCY_KEY_REUSED|INVALID_OBJECT|PROJECT_REQUIRED)"/,
  /waiting stands alone/,
];

let platform: Platform;
let alice: string;
let report: FuzzReport;

beforeAll(async () => {
  const much = "100000";
  platform = await Platform.start({
    RATE_LIMIT_PER_TOKEN: much,
    RATE_LIMIT_PER_TOKEN_BURST: much,
    RATE_LIMIT_PER_ADDRESS: much,
    RATE_LIMIT_PER_ADDRESS_BURST: much,
  });
  await platform.project("team-a", "alice");
  const replay = { runnerType: "replay", environmentVariables: { REPLAY_SPEED: "0" }, initialPrompt: "go" };
  const sessions = "/api/projects/team-a/agentic-sessions";
  await platform.backendCall("POST", sessions, "alice", { ...replay, name: "live" });
  await platform.backendCall("POST", sessions, "alice", { ...replay, name: "idle", desiredState: "Stopped" });
  await eventually(async () => {
    const { status } = await platform.backendCall("GET", `${sessions}/live`, "alice");
    return JSON.stringify(status ?? {}).includes('"endpoint"');
  }, "the session to run");
  alice = platform.token("alice");
  report = await fuzz({
    document: await (await fetch(`${platform.publicApi}/v1/openapi.json`)).json(),
    base: platform.publicApi,
    requests: REQUESTS,
    seed: SEED,
    tokens: [alice, alice, alice, alice, platform.token("mallory"), undefined],
    known: { id: ["live", "live", "idle"], "X-Project": ["team-a"] },
    excused: EXCUSED,
    // Every session that is made is a process; and what is deleted cannot be asked any more.
    spare: ({ method, path, fault }) =>
      (method === "DELETE" && /\/(?:live|idle)$/.test(path)) ||
      (fault === undefined && method === "POST" && /^\/v1\/sessions(?:$|\/idle\/start$|\/live\/stop$)/.test(path)),
  });
}, 600_000);
afterAll(async () => platform?.stop(), 60_000);

it("answers as it says, whatever it is asked", () => {
  expect(report.findings.slice(0, 5)).toEqual([]);
  expect(report.findings).toHaveLength(0);
});

it("was asked for everything that one may ask often", () => {
  expect(report.requests).toBeGreaterThanOrEqual(REQUESTS);
  expect(report.faulty).toBeGreaterThan(REQUESTS / 4);
  expect(report.reached.size).toBeGreaterThan(report.operations * 0.7);
});

it("wrote no token and no query into its log", () => {
  const written = platform.logs.join("\n");
  expect(written).not.toContain(alice.slice(-30));
  expect(written).not.toMatch(/\?(?:limit|search|path|after|status)=/);
});
