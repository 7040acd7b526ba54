/** The backend has no power of its own: everything that reaches the Kubernetes API carries the token of who asked. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";

interface Call {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly impersonates: boolean;
}

let cluster: TestCluster;
let backend: TestBackend;
let witness: Server;
const calls: Call[] = [];

beforeAll(async () => {
  cluster = await TestCluster.start();
  const ca = readFileSync(cluster.local.caFile);
  const { hostname, port } = new URL(cluster.local.url);
  // Stands between the backend and the Kubernetes API, and passes everything on as it is.
  witness = createServer((incoming, response) => {
    const { method, url = "", headers } = incoming;
    const impersonates = Object.keys(headers).some((name) => name.startsWith("impersonate-"));
    calls.push({ path: url.split("?", 1)[0] ?? "", authorization: headers.authorization, impersonates });
    const onward = httpsRequest({ hostname, port, ca, method, path: url, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    response.once("close", () => onward.destroy());
    incoming.pipe(onward);
  });
  witness.listen(0, "127.0.0.1");
  await once(witness, "listening");
  const address = `http://127.0.0.1:${(witness.address() as AddressInfo).port}`;
  backend = await TestBackend.start(cluster, { KUBERNETES_API_URL: address });
  await cluster.project("blue", [
    { user: "olga", role: "admin" },
    { user: "vic", role: "view" },
  ]);
}, 60_000);

afterAll(async () => {
  await backend?.stop();
  witness?.closeAllConnections();
  witness?.close();
  await cluster?.stop();
});

it("calls Kubernetes with the caller's token, or with none", async () => {
  const people = [cluster.token("olga"), cluster.token("vic"), cluster.token("mallory")];
  const project = "/api/projects/blue";
  const requests: readonly (readonly [string, string, unknown?])[] = [
    ["GET", "/api/projects"],
    ["GET", "/api/me"],
    ["GET", project],
    ["GET", `${project}/access`],
    ["POST", `${project}/permissions`, { subjectType: "user", subjectName: "eve", role: "view" }],
    ["POST", `${project}/keys`, { name: "ci", role: "view", expirationSeconds: 3600 }],
    ["GET", `${project}/keys`],
    ["PUT", `${project}/settings`, { inactivityTimeoutSeconds: 60 }],
    ["PUT", `${project}/feature-flags/some.flag/override`, { enabled: true }],
    ["POST", `${project}/agentic-sessions`, { name: "one", runnerType: "replay" }],
    ["GET", `${project}/agentic-sessions`],
    ["PATCH", `${project}/agentic-sessions/one`, { displayName: "One" }],
    ["POST", `${project}/agentic-sessions/one/stop`],
    ["GET", `${project}/agentic-sessions/one/events`],
    ["DELETE", `${project}/agentic-sessions/one`],
  ];
  for (const token of people) {
    for (const [method, url, body] of requests) {
      const before = calls.length;
      const { status } = await backend.call(method, url, token, body);
      expect([method, url, status < 500]).toEqual([method, url, true]);
      const made = calls.slice(before);
      expect(made.map(({ authorization }) => authorization)).toEqual(made.map(() => `Bearer ${token}`));
    }
  }
  const anonymous = calls.length;
  for (const url of ["/ready", "/api/cluster-info"]) await backend.call("GET", url);
  const open = calls.slice(anonymous);
  expect(open.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
  expect(new Set(open.map(({ path }) => path))).toEqual(new Set(["/version", "/apis"]));
  expect(calls.length).toBeGreaterThan(requests.length * 2);
  expect(calls.filter(({ impersonates }) => impersonates)).toEqual([]);
}, 60_000);
