/** Readers that do not behave: memory stays bounded, and others are served on. */
import { connect } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";
import { TestReader } from "./reader.ts";
import { TestRunner } from "./runner.ts";
import { createSession, setEndpoint } from "./session.ts";

let cluster: TestCluster;
let backend: TestBackend;
let address: string;

beforeAll(async () => {
  cluster = await TestCluster.start();
  backend = await TestBackend.start(cluster);
  address = await backend.listen();
  await cluster.project("blue", [{ user: "olga", role: "admin" }]);
}, 60_000);

afterAll(async () => {
  await backend?.stop();
  await cluster?.stop();
});

it("cuts off a reader that takes nothing, and no other", async () => {
  const session = await createSession(cluster, "blue", "flood");
  const runner = new TestRunner(backend.jwks, session.uid);
  await setEndpoint(cluster, session, await runner.start());
  const path = "/api/projects/blue/agentic-sessions/flood/agui/events";
  const { hostname, port } = new URL(address);
  const lazy = connect(Number(port), hostname);
  const closed = new Promise((resolve) => lazy.once("close", resolve));
  lazy.on("error", () => undefined);
  lazy.write(
    `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${cluster.token("olga")}\r\nLast-Event-ID: 0\r\n\r\n`,
  );
  await new Promise((resolve) => lazy.once("data", resolve));
  lazy.pause();
  const reader = new TestReader(`${address}${path}`, cluster.token("olga"));
  reader.start(0);
  const delta = "x".repeat(20_000);
  for (let round = 0; round < 60; round += 1) {
    runner.append(...Array.from({ length: 20 }, () => ({ type: "TEXT_MESSAGE_CONTENT", messageId: "m", delta })));
    await reader.until(() => reader.lastSeq === runner.log.length);
  }
  expect(reader.received).toEqual(runner.log);
  expect(reader.connections).toBe(1);
  lazy.resume();
  await closed;
  await reader.stop();
  await runner.stop();
}, 30_000);

it("takes an event that is larger than the backlog of a reader", async () => {
  const session = await createSession(cluster, "blue", "large");
  const runner = new TestRunner(backend.jwks, session.uid);
  await setEndpoint(cluster, session, await runner.start());
  const reader = new TestReader(
    `${address}/api/projects/blue/agentic-sessions/large/agui/events`,
    cluster.token("olga"),
  );
  reader.start(0);
  const content = "y".repeat(3 * 1024 * 1024);
  runner.append({ type: "TOOL_CALL_RESULT", messageId: "m", toolCallId: "t", content });
  await reader.until(() => reader.lastSeq === 1);
  expect(reader.received).toEqual(runner.log);
  await reader.stop();
  await runner.stop();
}, 30_000);
