/**
 * Who may call what, over every route that exists: the table is taken from the server itself, so that no route can be
 * forgotten. Each refusal comes before any effect.
 */
import { serviceAccounts } from "@pilothouse/kubernetes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { RouteAccess } from "../src/http/caller.ts";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";
import { createSession, type TestSession } from "./session.ts";

let cluster: TestCluster;
let backend: TestBackend;
let session: TestSession;
const tokens = new Map<string, string | undefined>();

interface Route {
  readonly method: string;
  readonly url: string;
  readonly access: RouteAccess;
}

const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({ description: z.string().optional() }))),
});

const ACCESS: readonly [string, RouteAccess][] = [
  ["Open to all", "open"],
  ["Any valid token", "token"],
  ["Needs the view role", "view"],
  ["Needs the edit role", "edit"],
  ["Needs the admin role", "admin"],
  ["The session's own runner", "runner"],
  ["The operator alone", "operator"],
];

function routes(): Route[] {
  const { paths } = Document.parse(backend.app.swagger());
  return Object.entries(paths).flatMap(([url, item]) =>
    Object.entries(item).map(([method, { description = "" }]) => {
      const access = ACCESS.find(([words]) => description.startsWith(words))?.[1];
      if (access === undefined) throw new Error(`${method} ${url} does not say who may use it`);
      return { method: method.toUpperCase(), url, access };
    }),
  );
}

/** Bodies that are right, so that the only thing wrong is who sends them. */
function bodyOf({ method, url }: Route): unknown {
  const bodies: Readonly<Record<string, unknown>> = {
    "POST /api/projects/{project}/permissions": { subjectType: "user", subjectName: "nobody", role: "view" },
    "POST /api/projects/{project}/keys": { name: "k", expirationSeconds: 60 },
    "PUT /api/projects/{project}/runner-secrets": { data: { OPENAI_API_KEY: "x" } },
    "PUT /api/projects/{project}/integration-secrets": { data: { GITHUB_TOKEN: "x" } },
    "PUT /api/projects/{project}/feature-flags/{flag}/override": { enabled: true },
    "POST /api/projects/{project}/agentic-sessions": { runnerType: "replay" },
    "POST /api/projects/{project}/agentic-sessions/{session}/agui/run": { messages: [{ role: "user", content: "x" }] },
    "POST /internal/transcripts/{uid}/events": [],
  };
  if (method === "GET" || method === "DELETE") return undefined;
  return bodies[`${method} ${url}`] ?? {};
}

function pathOf(url: string): string {
  const values: Readonly<Record<string, string>> = {
    project: "blue",
    session: session.name,
    uid: session.uid,
    subjectType: "user",
    subjectName: "vic",
    id: "key-none",
    flag: "some.flag",
    kind: "diff",
    "*": "file.txt",
  };
  return url.replaceAll(/\{([^}]+)\}/g, (_, name: string) => values[name] ?? "x");
}

async function keyOf(role: string): Promise<string> {
  const made = await backend.call<{ key: string }>("POST", "/api/projects/blue/keys", tokens.get("admin"), {
    name: `matrix-${role}`,
    role,
    expirationSeconds: 3600,
  });
  expect(made.status).toBe(201);
  return made.body.key;
}

beforeAll(async () => {
  cluster = await TestCluster.start();
  backend = await TestBackend.start(cluster);
  await cluster.project("blue", [
    { user: "olga", role: "admin" },
    { user: "edith", role: "edit" },
    { user: "vic", role: "view" },
  ]);
  await cluster.project("red", [{ user: "rosa", role: "admin" }]);
  session = await createSession(cluster, "blue", "matrix");
  const other = await createSession(cluster, "red", "matrix");
  tokens.set("nobody", undefined);
  tokens.set("expired", cluster.token("olga", [], -10));
  tokens.set("malformed", "not.a.token");
  tokens.set("outsider", cluster.token("mallory"));
  tokens.set("view", cluster.token("vic"));
  tokens.set("edit", cluster.token("edith"));
  tokens.set("admin", cluster.token("olga"));
  tokens.set("other-admin", cluster.token("rosa"));
  tokens.set("runner", session.token);
  tokens.set("other-runner", other.token);
  for (const role of ["view", "edit", "admin"]) tokens.set(`key-${role}`, await keyOf(role));
}, 60_000);

afterAll(async () => {
  await backend?.stop();
  await cluster?.stop();
});

const LEVEL: Readonly<Record<string, number>> = { view: 1, edit: 2, admin: 3 };

/** What a caller is in project blue: 0 = nothing. */
function levelOf(caller: string): number {
  return LEVEL[caller.replace(/^key-/, "")] ?? 0;
}

type Expectation = 401 | 403 | "allowed";

function expected({ access, url, method }: Route, caller: string): Expectation {
  if (access === "open") return "allowed";
  if (["nobody", "expired", "malformed"].includes(caller)) return 401;
  if (access === "token") return "allowed";
  if (access === "runner") return caller === "runner" ? "allowed" : 403;
  if (access === "operator") return 403;
  // A session's runner may read its own session, and nothing beside it: not the events of its pod either.
  const readsOwnSession = method === "GET" && /\/agentic-sessions\/\{session\}(?!\/events$)/.test(url);
  if (caller === "runner" && readsOwnSession) return "allowed";
  // Whether the Project object itself may be read, changed or deleted is a matter of membership, which keys are not.
  return levelOf(caller) >= (LEVEL[access] ?? 9) ? "allowed" : 403;
}

/** Streams that stay open, and what would end the project under the test. */
function isLeftOut({ url, method }: Route): boolean {
  return url.endsWith("/agui/events") || (method === "DELETE" && url === "/api/projects/{project}");
}

/** A project's keys reach the Project object once the operator has written their ProjectAccess. */
function dependsOnOperator(route: Route, caller: string): boolean {
  return caller.startsWith("key-") && /^\/api\/projects\/\{project\}(\/access)?$/.test(route.url);
}

describe("the authorization matrix", () => {
  it.each([
    "nobody",
    "expired",
    "malformed",
    "outsider",
    "other-admin",
    "other-runner",
    "runner",
    "view",
    "key-view",
    "edit",
    "key-edit",
    "admin",
    "key-admin",
  ])("holds for %s on every route", async (caller) => {
    const table = routes().filter((route) => !isLeftOut(route) && !dependsOnOperator(route, caller));
    expect(table.length).toBeGreaterThan(50);
    const wrong: string[] = [];
    // What deletes comes last, so that there is something to refuse before.
    const order = table.toSorted((a, b) => Number(a.method === "DELETE") - Number(b.method === "DELETE"));
    for (const route of order) {
      const wish = expected(route, caller);
      // What is allowed has effects; of those only the reads are carried out here.
      if (wish === "allowed" && route.method !== "GET") continue;
      const answer = await backend.call(route.method, pathOf(route.url), tokens.get(caller), bodyOf(route));
      const holds = wish === "allowed" ? ![401, 403, 500].includes(answer.status) : answer.status === wish;
      if (!holds) wrong.push(`${route.method} ${route.url}: ${answer.status}, expected ${wish}: ${answer.text}`);
    }
    expect(wrong).toEqual([]);
  });

  it("left no trace of what was refused", async () => {
    const token = tokens.get("admin");
    const members = await backend.call("GET", "/api/projects/blue/permissions", token);
    expect(members.text).not.toContain("nobody");
    const { items } = await cluster.admin.list(serviceAccounts, { namespace: "blue" });
    expect(items.map((account) => account.metadata.name)).not.toContain("key-k");
    const sessions = await backend.call("GET", "/api/projects/blue/agentic-sessions", token);
    expect(sessions.body).toMatchObject({ totalCount: 1 });
  });
});
