/**
 * Who may call what, over every route that exists: the table of routes is the server's own, what is expected of each
 * stands in `expectations.ts`. What is refused is refused before any effect; what is allowed is carried out. Whatever
 * changes something, or is refused, is in the audit log.
 */
import { OPERATOR_SERVICE_ACCOUNT, SYSTEM_NAMESPACE, serviceAccountUser } from "@pilothouse/contracts";
import { serviceAccounts } from "@pilothouse/kubernetes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { agenticSessions } from "../src/kubernetes/resources.ts";
import { auditVerb } from "../src/operations/audit.ts";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";
import { EXPECTATIONS, type Expectation } from "./expectations.ts";
import { accountToken, createSession, type TestSession } from "./session.ts";

const STRANGERS = ["nobody", "malformed", "expired", "former-runner"] as const;
const OUTSIDERS = ["outsider", "other-admin", "other-key", "other-runner", "sibling-runner"] as const;
const MEMBERS = ["view", "key-view", "edit", "key-edit", "admin", "key-admin"] as const;
const CALLERS = [...STRANGERS, ...OUTSIDERS, "runner", "operator", ...MEMBERS] as const;
type Caller = (typeof CALLERS)[number];

const LEVEL: Readonly<Record<string, number>> = { view: 1, edit: 2, admin: 3 };
const CANARY = "canary-3e77";

let cluster: TestCluster;
let backend: TestBackend;
let address: string;
let session: TestSession;
const tokens = new Map<Caller, string | undefined>();
const users = new Map<Caller, string>();
/** Each caller has a key of their own to delete. */
const spareKeys = new Map<Caller, string>();

const Key = z.object({ id: z.string(), key: z.string() });

async function makeKey(project: string, by: string, name: string, role: string): Promise<z.output<typeof Key>> {
  const wish = { name, role, expirationSeconds: 3600 };
  const made = await backend.call("POST", `/api/projects/${project}/keys`, by, wish);
  expect(made.status).toBe(201);
  return Key.parse(made.body);
}

beforeAll(async () => {
  cluster = await TestCluster.start();
  backend = await TestBackend.start(cluster);
  address = await backend.listen();
  const members = [
    { user: "olga", role: "admin" },
    { user: "edith", role: "edit" },
    { user: "vic", role: "view" },
  ] as const;
  await cluster.project("blue", members);
  await cluster.project("doomed", members);
  await cluster.project("red", [{ user: "rosa", role: "admin" }]);
  session = await createSession(cluster, "blue", "matrix");
  const operator = serviceAccountUser(SYSTEM_NAMESPACE, OPERATOR_SERVICE_ACCOUNT);
  const runner = serviceAccountUser("blue", "session-matrix");
  const olga = cluster.token("olga");
  const as = (caller: Caller, user: string, token: string): void => {
    tokens.set(caller, token);
    users.set(caller, user);
  };
  tokens.set("nobody", undefined);
  tokens.set("malformed", "not.a.token");
  tokens.set("expired", cluster.token("olga", [], -10));
  const former = await createSession(cluster, "blue", "former");
  await cluster.admin.delete(serviceAccounts, { namespace: "blue", name: "session-former" });
  tokens.set("former-runner", former.token);
  as("outsider", "mallory", cluster.token("mallory"));
  as("other-admin", "rosa", cluster.token("rosa"));
  as(
    "other-runner",
    serviceAccountUser("red", "session-matrix"),
    (await createSession(cluster, "red", "matrix")).token,
  );
  const sibling = await createSession(cluster, "blue", "sibling");
  as("sibling-runner", serviceAccountUser("blue", "session-sibling"), sibling.token);
  as("runner", runner, session.token);
  as("operator", operator, await accountToken(cluster, SYSTEM_NAMESPACE, OPERATOR_SERVICE_ACCOUNT));
  as("view", "vic", cluster.token("vic"));
  as("edit", "edith", cluster.token("edith"));
  as("admin", "olga", olga);
  const other = await makeKey("red", cluster.token("rosa"), "other", "admin");
  as("other-key", serviceAccountUser("red", other.id), other.key);
  for (const role of ["view", "edit", "admin"] as const) {
    const { id, key } = await makeKey("blue", olga, `matrix-${role}`, role);
    const user = serviceAccountUser("blue", id);
    as(`key-${role}`, user, key);
    await cluster.admit("blue", user, role);
  }
  for (const caller of CALLERS) {
    spareKeys.set(caller, (await makeKey("blue", olga, `spare-${caller}`, "view")).id);
    const guest = { subjectType: "user", subjectName: `guest-${caller}`, role: "view" };
    await backend.call("POST", "/api/projects/blue/permissions", olga, guest);
    await createSession(cluster, "blue", `victim-${caller}`);
  }
}, 90_000);

afterAll(async () => {
  await backend?.stop();
  await cluster?.stop();
});

interface Row {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly expectation: Expectation;
}

/** The server's routes and what is expected of them; that none is missing is a test of its own. HEAD is a GET without a body, and held to the same. */
function rows(): Row[] {
  const routes = backend.app.routeTable.map(({ method, url }) => `${method} ${url}`);
  const names = new Set([...routes, ...Object.keys(EXPECTATIONS).filter((name) => name.includes("?"))]);
  return [...names].flatMap((name) => {
    const expectation = EXPECTATIONS[name.replace(/^HEAD /, "GET ")];
    const [method = "", url = ""] = name.split(" ");
    return expectation === undefined ? [] : [{ name, method, url, expectation }];
  });
}

function isAllowed({ who, runner, operator }: Expectation, caller: Caller): boolean {
  if (who === "open") return true;
  if ((STRANGERS as readonly Caller[]).includes(caller)) return false;
  if (who === "token") return true;
  if (caller === "runner") return who === "runner" || runner === true;
  if (caller === "operator") return who === "operator" || operator === true;
  return (LEVEL[caller.replace(/^key-/, "")] ?? 0) >= (LEVEL[who] ?? 9);
}

function pathOf({ method, url, expectation: { query = "" } }: Row, caller: Caller): string {
  const deletesSession = method === "DELETE" && url.endsWith("/:session");
  const values: Readonly<Record<string, string>> = {
    project: "blue",
    session: deletesSession ? `victim-${caller}` : session.name,
    uid: session.uid,
    subjectType: "user",
    subjectName: `guest-${caller}`,
    id: url.includes("/integrations/") ? "github" : url.includes("/keys/") ? (spareKeys.get(caller) ?? "") : "unknown",
    flag: "some.flag",
    kind: "diff",
    messageId: "m1",
  };
  return url.replaceAll(/:([A-Za-z]+)/g, (_, name: string) => values[name] ?? "x").replace("*", "file.txt") + query;
}

function bodyOf({ body }: Expectation, caller: Caller): unknown {
  return body === undefined ? undefined : JSON.parse(JSON.stringify(body).replaceAll("$CALLER", caller));
}

interface Outcome {
  readonly status: number;
  readonly text: string;
  readonly requestId: unknown;
}

async function ask(row: Row, caller: Caller): Promise<Outcome> {
  const token = tokens.get(caller);
  if (row.expectation.stream !== true) {
    const headers = { "x-canary": CANARY };
    const answer = await backend.call(row.method, pathOf(row, caller), token, bodyOf(row.expectation, caller), headers);
    return { status: answer.status, text: answer.text, requestId: answer.headers["x-request-id"] };
  }
  // A stream is left as soon as it has begun.
  const gone = new AbortController();
  const answer = await fetch(`${address}${pathOf(row, caller)}`, {
    method: row.method,
    headers: { accept: "text/event-stream", ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    signal: AbortSignal.any([gone.signal, AbortSignal.timeout(10_000)]),
  });
  gone.abort();
  return { status: answer.status, text: "", requestId: answer.headers.get("x-request-id") };
}

/** Every write of the cluster moves it on. */
async function revision(): Promise<string | undefined> {
  return (await cluster.admin.list(agenticSessions, { namespace: "red" })).metadata.resourceVersion;
}

const Line = z.looseObject({
  requestId: z.string(),
  user: z.string().nullable(),
  verb: z.string(),
  decision: z.string(),
});

/** What is wrong with the audit log after this request. */
function auditProblem({ name, method, url }: Row, caller: Caller, { status, requestId }: Outcome): string | undefined {
  const lines = backend.audit
    .map((line) => Line.parse(JSON.parse(line)))
    .filter((line) => line.requestId === requestId);
  const route = backend.app.routeTable.find((entry) => entry.method === method && entry.url === url.split("?", 1)[0]);
  const verb = auditVerb(method, {
    access: route?.access ?? "open",
    ...(route?.audit === undefined ? {} : { audit: route.audit }),
  });
  const refused = status === 401 || status === 403;
  if (verb === undefined && !refused) return lines.length === 0 ? undefined : `${name}: a read is in the audit log`;
  const [line] = lines;
  if (lines.length !== 1 || line === undefined) return `${name}: ${lines.length} lines in the audit log`;
  const user = status === 401 ? null : users.get(caller);
  const right =
    line.user === user && line.verb === (verb ?? "read") && line.decision === (refused ? "denied" : "allowed");
  return right ? undefined : `${name}: the audit log says ${JSON.stringify(line)}`;
}

describe("the table of expectations", () => {
  it("names every route, and nothing else", () => {
    const routes = new Set(backend.app.routeTable.map(({ method, url }) => `${method} ${url}`));
    const expected = Object.keys(EXPECTATIONS);
    expect(expected.filter((name) => !routes.has(name.split("?", 1)[0] ?? ""))).toEqual([]);
    expect([...routes].filter((name) => EXPECTATIONS[name.replace(/^HEAD /, "GET ")] === undefined)).toEqual([]);
  });

  it("agrees with what the routes declare, and the API's description tells", () => {
    const declared = backend.app.routeTable.map(({ method, url, access }) => [`${method} ${url}`, access] as const);
    const wrong = declared.filter(([name, access]) => EXPECTATIONS[name.replace(/^HEAD /, "GET ")]?.who !== access);
    expect(wrong).toEqual([]);
  });
});

describe("the authorization matrix", () => {
  it.each(CALLERS)(
    "holds for %s on every route",
    async (caller) => {
      const wrong: string[] = [];
      const refused = rows().filter(({ expectation }) => !isAllowed(expectation, caller));
      const before = await revision();
      const wish = (STRANGERS as readonly Caller[]).includes(caller) ? 401 : 403;
      for (const row of refused) {
        const outcome = await ask(row, caller);
        if (outcome.status !== wish) wrong.push(`${row.name}: ${outcome.status}, expected ${wish}: ${outcome.text}`);
        else wrong.push(...[auditProblem(row, caller, outcome)].flatMap((problem) => problem ?? []));
      }
      expect(wrong).toEqual([]);
      expect([caller, await revision()]).toEqual([caller, before]);

      const allowed = rows().filter(
        ({ expectation }) => isAllowed(expectation, caller) && expectation.refusalsOnly !== true,
      );
      // What deletes comes last, so that there is something to act on before.
      for (const row of allowed.toSorted((a, b) => Number(a.method === "DELETE") - Number(b.method === "DELETE"))) {
        const outcome = await ask(row, caller);
        const { status } = outcome;
        const holds = status < 500 && ![400, 401, 403, 405].includes(status);
        if (!holds) wrong.push(`${row.name}: ${status}, expected to be allowed: ${outcome.text}`);
        else wrong.push(...[auditProblem(row, caller, outcome)].flatMap((problem) => problem ?? []));
      }
      expect(wrong).toEqual([]);
    },
    60_000,
  );

  it("lets the admin alone delete a project", async () => {
    const outcomes = new Map<Caller, number>();
    for (const caller of CALLERS.filter((name) => name !== "admin" && name !== "key-admin" && name !== "operator")) {
      outcomes.set(caller, (await backend.call("DELETE", "/api/projects/doomed", tokens.get(caller))).status);
    }
    const wrong = [...outcomes].filter(
      ([caller, status]) => status !== ((STRANGERS as readonly Caller[]).includes(caller) ? 401 : 403),
    );
    expect(wrong).toEqual([]);
    expect((await backend.call("DELETE", "/api/projects/doomed", tokens.get("admin"))).status).toBe(204);
  });

  it("left no trace of what was refused, and of what was allowed only that", async () => {
    const may = (caller: Caller, name: string): boolean => isAllowed(EXPECTATIONS[name] ?? { who: "operator" }, caller);
    const { items: sessions } = await cluster.admin.list(agenticSessions, { namespace: "blue" });
    const { items: accounts } = await cluster.admin.list(serviceAccounts, { namespace: "blue" });
    const members = await backend.call("GET", "/api/projects/blue/permissions", tokens.get("admin"));
    const survivors = (delete_: string, exists: (caller: Caller) => boolean): void => {
      for (const caller of CALLERS)
        expect([delete_, caller, exists(caller)]).toEqual([delete_, caller, !may(caller, delete_)]);
    };
    survivors("DELETE /api/projects/:project/agentic-sessions/:session", (caller) =>
      sessions.some(({ metadata }) => metadata.name === `victim-${caller}`),
    );
    survivors("DELETE /api/projects/:project/keys/:id", (caller) =>
      accounts.some(({ metadata }) => metadata.name === spareKeys.get(caller)),
    );
    survivors("DELETE /api/projects/:project/permissions/:subjectType/:subjectName", (caller) =>
      members.text.includes(`"guest-${caller}"`),
    );
    for (const caller of CALLERS) {
      const made = may(caller, "POST /api/projects/:project/keys");
      expect([caller, accounts.some(({ metadata }) => metadata.name === `key-k-${caller}`)]).toEqual([caller, made]);
    }
  });

  it("wrote no token and no header into any log", () => {
    const written = [...backend.logs, ...backend.audit].join("\n");
    expect(written).not.toContain(CANARY);
    for (const token of [...tokens.values()].filter((text) => text !== undefined)) expect(written).not.toContain(token);
  });
});
