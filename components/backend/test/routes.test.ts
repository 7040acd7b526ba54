/** The routes of a project's everyday life, against a real local cluster. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";

let cluster: TestCluster;
let backend: TestBackend;
let owner: string;
let editor: string;
let viewer: string;
let outsider: string;

const SESSIONS = "/api/projects/blue/agentic-sessions";

beforeAll(async () => {
  cluster = await TestCluster.start();
  backend = await TestBackend.start(cluster);
  await cluster.project("blue", [
    { user: "olga", role: "admin" },
    { user: "edith", role: "edit" },
    { user: "vic", role: "view" },
  ]);
  await cluster.project("red", [{ user: "rosa", role: "admin" }]);
  owner = cluster.token("olga");
  editor = cluster.token("edith");
  viewer = cluster.token("vic");
  outsider = cluster.token("mallory");
}, 60_000);

afterAll(async () => {
  await backend?.stop();
  await cluster?.stop();
});

describe("who is asking", () => {
  it("is told by Kubernetes", async () => {
    const { status, body } = await backend.call("GET", "/api/me", owner);
    expect(status).toBe(200);
    expect(body).toMatchObject({ userId: "olga", displayName: "olga" });
  });

  it.each([
    ["no token", undefined],
    ["no real token", "garbage"],
    ["two words", "a b"],
  ])("is refused with %s", async (_name, token) => {
    const { status, body } = await backend.call("GET", "/api/me", token);
    expect(status).toBe(401);
    expect(body).toHaveProperty("code", "UNAUTHENTICATED");
  });

  it("is taken from X-Forwarded-Access-Token before Authorization", async () => {
    const headers = { "x-forwarded-access-token": viewer };
    const { body } = await backend.call("GET", "/api/me", owner, undefined, headers);
    expect(body).toMatchObject({ userId: "vic" });
  });

  it("is refused with an expired token", async () => {
    const expired = cluster.token("olga", [], -10);
    expect((await backend.call("GET", "/api/projects", expired)).status).toBe(401);
  });
});

describe("projects", () => {
  it("are listed to their members alone", async () => {
    const own = await backend.call("GET", "/api/projects", viewer);
    expect(own.body).toMatchObject({ totalCount: 1, items: [{ name: "blue", role: "view", owner: "olga" }] });
    const none = await backend.call("GET", "/api/projects", outsider);
    expect(none.body).toMatchObject({ totalCount: 0, items: [] });
  });

  it("that do not exist answer as those that the caller may not see", async () => {
    const hidden = await backend.call("GET", "/api/projects/red", viewer);
    const absent = await backend.call("GET", "/api/projects/rid", viewer);
    expect(hidden.status).toBe(403);
    expect(hidden.text.replaceAll("red", "rid")).toBe(absent.text);
  });

  it.each([
    ["default", 400],
    ["kube-system", 400],
    ["pilothouse-system", 400],
    ["Upper", 400],
    ["blue", 409],
  ])("cannot be called %s", async (name, status) => {
    expect((await backend.call("POST", "/api/projects", outsider, { name })).status).toBe(status);
  });

  it("keep what they are given, and their name", async () => {
    const changed = await backend.call("PUT", "/api/projects/blue", owner, { displayName: "Blue", description: "x" });
    expect(changed.body).toMatchObject({ name: "blue", displayName: "Blue", description: "x" });
    const renamed = await backend.call("PUT", "/api/projects/blue", owner, { name: "green" });
    expect(renamed.status).toBe(400);
    expect((await backend.call("PUT", "/api/projects/blue", editor, { displayName: "mine" })).status).toBe(403);
  });

  it.each([
    ["olga", "admin"],
    ["edith", "edit"],
    ["vic", "view"],
  ])("tell %s the role %s", async (user, role) => {
    const { body } = await backend.call("GET", "/api/projects/blue/access", cluster.token(user));
    expect(body).toMatchObject({ project: "blue", userRole: role });
  });

  it("tell an outsider nothing", async () => {
    expect((await backend.call("GET", "/api/projects/blue/access", outsider)).status).toBe(403);
  });
});

describe("sessions", () => {
  const replay = { runnerType: "replay", initialPrompt: "hello", displayName: "A replay" };

  it("are created by editors, with the creator as user", async () => {
    const { status, body, headers } = await backend.call<{ metadata: { name: string } }>(
      "POST",
      SESSIONS,
      editor,
      replay,
    );
    expect(status).toBe(201);
    expect(body).toMatchObject({
      kind: "AgenticSession",
      spec: { runnerType: "replay", initialPrompt: "hello", desiredState: "Running", userContext: { userId: "edith" } },
    });
    expect(body.metadata).not.toHaveProperty("managedFields");
    expect(headers["location"]).toBe(`${SESSIONS}/${body.metadata.name}`);
  });

  it("take the spec wrapped or flat", async () => {
    const wrapped = { name: "wrapped", labels: { team: "blue" }, spec: replay };
    const { status, body } = await backend.call("POST", SESSIONS, editor, wrapped);
    expect(status).toBe(201);
    expect(body).toMatchObject({ metadata: { name: "wrapped", labels: { team: "blue" } }, spec: replay });
  });

  it.each<[string, Record<string, unknown>, number, string]>([
    ["an unknown field", { ...replay, bogus: 1 }, 400, "bogus"],
    ["an unknown field deep inside", { ...replay, repos: [{ url: "https://a.b/c", x: 1 }] }, 400, "x"],
    ["a bad name", { ...replay, name: "No_Good" }, 400, "name"],
    ["a temperature out of range", { ...replay, llmSettings: { temperature: 3 } }, 400, "temperature"],
    ["an unknown runner type", { runnerType: "nope" }, 400, "nope"],
    ["an unknown model", { llmSettings: { model: "nope" } }, 400, "nope"],
    ["a gated model", { llmSettings: { model: "claude-fable-5-1" } }, 400, "claude-fable-5-1"],
    ["a key that is not set", { initialPrompt: "x" }, 400, "ANTHROPIC_API_KEY"],
    ["an ext transport", { ...replay, repos: [{ url: "ext::sh -c id" }] }, 400, "repos"],
    ["an option as host", { ...replay, repos: [{ url: "ssh://-oProxyCommand=x/y" }] }, 400, "repos"],
    ["a scheme that is not allowed", { ...replay, repos: [{ url: "file:///etc" }] }, 400, "repos"],
    ["credentials in an address", { ...replay, repos: [{ url: "https://u:p@a.b/c" }] }, 400, "credentials"],
    ["a platform variable", { ...replay, environmentVariables: { LD_PRELOAD: "x" } }, 400, "LD_PRELOAD"],
    ["a reserved label", { ...replay, labels: { "pilothouse.dev/x": "y" } }, 400, "labels"],
  ])("are refused with %s", async (_what, body, status, named) => {
    const answer = await backend.call("POST", SESSIONS, editor, body);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(named);
  });

  it("are refused when the body is not JSON", async () => {
    expect((await backend.call("POST", SESSIONS, editor, "{nope")).status).toBe(400);
    const form = await backend.call("POST", SESSIONS, editor, "a=b", {
      "content-type": "application/x-www-form-urlencoded",
    });
    expect(form.status).toBe(400);
  });

  it("are created once for one Idempotency-Key", async () => {
    const headers = { "idempotency-key": "abc" };
    const body = { ...replay, displayName: "once" };
    const [first, second] = await Promise.all([
      backend.call("POST", SESSIONS, editor, body, headers),
      backend.call("POST", SESSIONS, editor, body, headers),
    ]);
    expect(first.status).toBe(201);
    expect(second.text).toBe(first.text);
    const other = await backend.call("POST", SESSIONS, editor, { ...body, displayName: "other" }, headers);
    expect(other.status).toBe(422);
  });

  it("are paged, searched and filtered over everything", async () => {
    const all = await backend.call<{ totalCount: number }>("GET", SESSIONS, viewer);
    expect(all.body).toMatchObject({ limit: 20, offset: 0, hasMore: false });
    const one = await backend.call("GET", `${SESSIONS}?limit=1&sort=name`, viewer);
    expect(one.body).toMatchObject({ totalCount: all.body.totalCount, hasMore: true, nextOffset: 1 });
    const found = await backend.call("GET", `${SESSIONS}?search=WRAPP`, viewer);
    expect(found.body).toMatchObject({ totalCount: 1, items: [{ metadata: { name: "wrapped" } }] });
    const labelled = await backend.call("GET", `${SESSIONS}?label=team%3Dblue`, viewer);
    expect(labelled.body).toMatchObject({ totalCount: 1 });
    expect((await backend.call("GET", `${SESSIONS}?phase=running`, viewer)).body).toMatchObject({ totalCount: 0 });
    expect((await backend.call("GET", `${SESSIONS}?phase=nope`, viewer)).status).toBe(400);
    expect((await backend.call("GET", `${SESSIONS}?limit=abc`, viewer)).status).toBe(400);
    expect((await backend.call("GET", `${SESSIONS}?limit=1000`, viewer)).body).toMatchObject({ limit: 100 });
    expect((await backend.call("GET", `${SESSIONS}?sort=nope`, viewer)).status).toBe(400);
  });

  it("are changed by a merge patch", async () => {
    const patch = { displayName: "New", inactivityTimeout: 60, labels: { team: null } };
    const { status, body } = await backend.call("PATCH", `${SESSIONS}/wrapped`, editor, patch);
    expect(status).toBe(200);
    expect(body).toMatchObject({ spec: { displayName: "New", inactivityTimeout: 60 } });
    expect(body).not.toHaveProperty("metadata.labels.team");
    expect((await backend.call("PATCH", `${SESSIONS}/wrapped`, editor, { initialPrompt: "x" })).status).toBe(400);
    expect((await backend.call("PATCH", `${SESSIONS}/wrapped`, viewer, patch)).status).toBe(403);
    expect((await backend.call("PATCH", `${SESSIONS}/absent`, editor, patch)).status).toBe(404);
  });

  it("stop and start by their wish", async () => {
    const stopped = await backend.call("POST", `${SESSIONS}/wrapped/stop`, editor);
    expect(stopped.status).toBe(202);
    expect(stopped.body).toMatchObject({ spec: { desiredState: "Stopped" } });
    expect((await backend.call("POST", `${SESSIONS}/wrapped/stop`, editor)).status).toBe(202);
    const started = await backend.call("POST", `${SESSIONS}/wrapped/start`, editor);
    expect(started.body).toMatchObject({ spec: { desiredState: "Running" } });
    expect((await backend.call("POST", `${SESSIONS}/wrapped/start`, viewer)).status).toBe(403);
  });

  it("are cloned with the same spec and another creator", async () => {
    const { status, body } = await backend.call("POST", `${SESSIONS}/wrapped/clone`, owner, { name: "copy" });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      metadata: { name: "copy" },
      spec: { initialPrompt: "hello", userContext: { userId: "olga" } },
    });
  });

  it("belong to another that their creator may act on", async () => {
    const child = { ...replay, parentSession: "wrapped" };
    const { status, body } = await backend.call("POST", SESSIONS, editor, child);
    expect(status).toBe(201);
    expect(body).toMatchObject({ spec: { parentSession: "wrapped" } });
    const orphan = await backend.call("POST", SESSIONS, editor, { spec: { ...replay, parentSession: "absent" } });
    expect(orphan.status).toBe(400);
    expect(orphan.text).toContain("parentSession");
    expect((await backend.call("POST", SESSIONS, viewer, child)).status).toBe(403);
  });

  it("have no runner before they run", async () => {
    const message = { messages: [{ role: "user", content: "hi" }] };
    const run = await backend.call("POST", `${SESSIONS}/wrapped/agui/run`, editor, message);
    expect(run.status).toBe(409);
    expect(run.body).toMatchObject({ code: "SESSION_NOT_RUNNING", details: { phase: "Pending" } });
    expect((await backend.call("POST", `${SESSIONS}/wrapped/agui/run`, viewer, message)).status).toBe(403);
    const capabilities = await backend.call("GET", `${SESSIONS}/wrapped/capabilities`, viewer);
    expect(capabilities.body).toMatchObject({ live: false, framework: "replay" });
    expect((await backend.call("GET", `${SESSIONS}/wrapped/diff`, viewer)).body).toEqual({ live: false, items: [] });
    expect((await backend.call("GET", `${SESSIONS}/wrapped/events`, viewer)).body).toMatchObject({ pod: null });
  });

  it("are deleted by editors", async () => {
    expect((await backend.call("DELETE", `${SESSIONS}/copy`, viewer)).status).toBe(403);
    expect((await backend.call("DELETE", `${SESSIONS}/copy`, editor)).status).toBe(204);
    expect((await backend.call("GET", `${SESSIONS}/copy`, editor)).status).toBe(404);
  });

  it("are hidden from outsiders in the same words as sessions that do not exist", async () => {
    const hidden = await backend.call("GET", `${SESSIONS}/wrapped`, outsider);
    const absent = await backend.call("GET", `${SESSIONS}/nothing`, outsider);
    expect(hidden.status).toBe(403);
    expect(hidden.text.replaceAll("wrapped", "nothing")).toBe(absent.text);
  });
});

describe("secrets", () => {
  const PATH = "/api/projects/blue/runner-secrets";

  it("are written, and never read", async () => {
    const canary = "sk-canary-0123456789";
    const noting = setInterval(() => void cluster.noteSecrets("blue"), 50);
    try {
      const { status, text, body } = await backend.call("PUT", PATH, owner, { data: { ANTHROPIC_API_KEY: canary } });
      expect(status).toBe(200);
      expect(text).not.toContain(canary);
      expect(body).toMatchObject({
        keys: [{ name: "ANTHROPIC_API_KEY", set: true }, { set: false }, { set: false }, { set: false }],
      });
    } finally {
      clearInterval(noting);
    }
    const read = await backend.call("GET", PATH, viewer);
    expect(read.body).toMatchObject({ keys: [{ name: "ANTHROPIC_API_KEY", set: true }, {}, {}, {}] });
    expect([...backend.logs, ...backend.audit].join("\n")).not.toContain(canary);
  });

  it("say which integrations are configured", async () => {
    const data = { JIRA_URL: "https://jira.example", GITHUB_TOKEN: "ghp_x" };
    await backend.call("PUT", "/api/projects/blue/integration-secrets", owner, { data });
    await cluster.noteSecrets("blue");
    const { body } = await backend.call("GET", "/api/projects/blue/integrations", viewer);
    expect(body).toMatchObject({
      items: [
        { id: "github", configured: true },
        { id: "gitlab", configured: false, updatedAt: null },
        { id: "jira", configured: false },
      ],
    });
  });

  it("open the runner types that need them", async () => {
    const { status, body } = await backend.call("POST", SESSIONS, editor, { initialPrompt: "x", name: "real" });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      spec: { runnerType: "claude-agent-sdk", llmSettings: { model: "claude-sonnet-5-5" } },
    });
  });

  it("have fixed names for runners, and free ones for integrations", async () => {
    expect((await backend.call("PUT", PATH, owner, { data: { OTHER: "x" } })).status).toBe(400);
    const free = await backend.call("PUT", "/api/projects/blue/integration-secrets", owner, { data: { lower: "x" } });
    expect(free.status).toBe(400);
    expect((await backend.call("PUT", PATH, editor, { data: { OPENAI_API_KEY: "x" } })).status).toBe(403);
  });
});

describe("members", () => {
  const PATH = "/api/projects/blue/permissions";

  it("are listed, added once, and removed", async () => {
    const member = { subjectType: "group", subjectName: "team blue/ü", role: "view" };
    expect((await backend.call("POST", PATH, owner, member)).status).toBe(201);
    expect((await backend.call("POST", PATH, owner, member)).status).toBe(409);
    const listed = await backend.call<{ items: unknown[] }>("GET", PATH, viewer);
    expect(listed.body.items).toContainEqual(member);
    expect(listed.body.items).toContainEqual({ subjectType: "user", subjectName: "olga", role: "admin" });
    const path = `${PATH}/group/${encodeURIComponent(member.subjectName)}`;
    expect((await backend.call("DELETE", path, editor)).status).toBe(403);
    expect((await backend.call("DELETE", path, owner)).status).toBe(204);
    expect((await backend.call("DELETE", path, owner)).status).toBe(404);
  });

  it("change their role in place", async () => {
    const path = `${PATH}/user/mover`;
    const roleOf = async () => {
      const { body } = await backend.call<{ items: { subjectName: string; role: string }[] }>("GET", PATH, viewer);
      return body.items.filter(({ subjectName }) => subjectName === "mover").map(({ role }) => role);
    };
    expect((await backend.call("PUT", path, owner, { role: "edit" })).status).toBe(404);
    await backend.call("POST", PATH, owner, { subjectType: "user", subjectName: "mover", role: "view" });
    for (const role of ["admin", "edit", "view", "edit", "edit"]) {
      const changed = await backend.call("PUT", path, owner, { role });
      expect(changed.body).toEqual({ subjectType: "user", subjectName: "mover", role });
      expect(await roleOf()).toEqual([role]);
    }
    expect((await backend.call("GET", SESSIONS, cluster.token("mover"))).status).toBe(200);
    expect((await backend.call("PUT", path, editor, { role: "admin" })).status).toBe(403);
    expect((await backend.call("PUT", path, owner, { role: "god" })).status).toBe(400);
    expect((await backend.call("PUT", `${PATH}/user/olga`, owner, { role: "view" })).status).toBe(409);
    expect((await backend.call("DELETE", path, owner)).status).toBe(204);
    expect(await roleOf()).toEqual([]);
  });

  it("always include an admin", async () => {
    expect((await backend.call("DELETE", `${PATH}/user/olga`, owner)).body).toMatchObject({ code: "LAST_ADMIN" });
  });

  it("always include the owner, whom the operator would bring back", async () => {
    const second = { subjectType: "user", subjectName: "second", role: "admin" };
    expect((await backend.call("POST", PATH, owner, second)).status).toBe(201);
    expect((await backend.call("DELETE", `${PATH}/user/olga`, owner)).body).toMatchObject({ code: "CONFLICT" });
    expect((await backend.call("DELETE", `${PATH}/user/second`, owner)).status).toBe(204);
  });

  it.each([
    [{ subjectType: "robot", subjectName: "x", role: "view" }],
    [{ subjectType: "user", subjectName: "x", role: "root" }],
    [{ subjectType: "user", subjectName: "a\u0000b", role: "view" }],
    [{ subjectType: "user", subjectName: "x".repeat(254), role: "view" }],
  ])("are refused when %j", async (member) => {
    expect((await backend.call("POST", PATH, owner, member)).status).toBe(400);
  });
});

describe("access keys", () => {
  const PATH = "/api/projects/blue/keys";

  it("are shown once, work, and end when they are deleted", async () => {
    const made = await backend.call<{ id: string; key: string }>("POST", PATH, owner, {
      name: "ci",
      role: "edit",
      expirationSeconds: 3600,
    });
    expect(made.status).toBe(201);
    const { id, key } = made.body;
    const session = { runnerType: "replay", name: "by-key" };
    expect((await backend.call("POST", SESSIONS, key, session)).status).toBe(201);
    expect((await backend.call("GET", "/api/projects/blue/keys", key)).status).toBe(403);
    const listed = await backend.call<{ items: { id: string; lastUsedAt: string | null }[] }>("GET", PATH, owner);
    expect(listed.text).not.toContain(key);
    expect(listed.body.items[0]).toMatchObject({ id, name: "ci", role: "edit", createdBy: "olga" });
    expect(listed.body.items[0]?.lastUsedAt).not.toBeNull();
    expect((await backend.call("DELETE", `${PATH}/${id}`, owner)).status).toBe(204);
    expect((await backend.call("GET", SESSIONS, key)).status).toBe(401);
  });

  it("end after the time they were made for", async () => {
    const made = await backend.call<{ key: string }>("POST", PATH, owner, { name: "brief", expirationSeconds: 1 });
    expect((await backend.call("GET", SESSIONS, made.body.key)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await backend.call("GET", SESSIONS, made.body.key)).status).toBe(401);
  });

  it.each([0, 31_536_001, 1.5])("cannot last %d seconds", async (expirationSeconds) => {
    expect((await backend.call("POST", PATH, owner, { name: "x", expirationSeconds })).status).toBe(400);
  });

  it("are for admins", async () => {
    expect((await backend.call("GET", PATH, editor)).status).toBe(403);
    expect((await backend.call("POST", PATH, editor, { name: "x", expirationSeconds: 60 })).status).toBe(403);
  });
});

describe("settings, flags and catalog", () => {
  it("keep what admins set", async () => {
    const path = "/api/projects/blue/settings";
    const set = await backend.call("PUT", path, owner, {
      inactivityTimeoutSeconds: 60,
      limits: { maxRunningSessions: 3 },
    });
    expect(set.body).toMatchObject({ inactivityTimeoutSeconds: 60, limits: { maxRunningSessions: 3 } });
    const unset = await backend.call("PUT", path, owner, { limits: null });
    expect(unset.body).toEqual({ inactivityTimeoutSeconds: 60 });
    expect((await backend.call("PUT", path, editor, { limits: null })).status).toBe(403);
  });

  it("replace the tool servers as a whole", async () => {
    const path = "/api/projects/blue/mcp-servers";
    const one = { custom: { docs: { type: "http", url: "https://docs.example/mcp" } }, disabled: [] };
    expect((await backend.call("PUT", path, owner, one)).body).toMatchObject(one);
    expect((await backend.call("PUT", path, owner, { disabled: ["x"] })).body).toEqual({ custom: {}, disabled: ["x"] });
    expect((await backend.call("GET", path, viewer)).body).toEqual({ custom: {}, disabled: ["x"] });
  });

  it("let a project's override win over the platform's flag", async () => {
    const flag = "model.claude-fable-5-1.enabled";
    const path = `/api/projects/blue/feature-flags/${flag}/override`;
    const evaluate = `/api/projects/blue/feature-flags/evaluate/${flag}`;
    expect((await backend.call("GET", evaluate, viewer)).body).toEqual({ flag, enabled: false, source: "default" });
    expect((await backend.call("PUT", path, editor, { enabled: true })).status).toBe(403);
    expect((await backend.call("PUT", path, owner, { enabled: true })).body).toMatchObject({ enabled: true });
    expect((await backend.call("GET", evaluate, viewer)).body).toMatchObject({ source: "workspace-override" });
    const models = await backend.call<{ models: { id: string }[] }>("GET", "/api/projects/blue/models", viewer);
    expect(models.body.models.map((model) => model.id)).toContain("claude-fable-5-1");
    expect((await backend.call("DELETE", path, owner)).status).toBe(204);
    const gated = await backend.call<{ models: { id: string }[] }>("GET", "/api/projects/blue/models", viewer);
    expect(gated.body.models.map((model) => model.id)).not.toContain("claude-fable-5-1");
  });

  it("name the runner types without how they are run", async () => {
    const { status, text } = await backend.call("GET", "/api/projects/blue/runner-types", viewer);
    expect(status).toBe(200);
    expect(text).toContain("claude-agent-sdk");
    expect(text).not.toContain("pilothouse/runner");
    expect((await backend.call("GET", "/api/runner-types")).status).toBe(200);
    expect((await backend.call("GET", "/api/projects/blue/runner-types", outsider)).status).toBe(403);
  });
});

describe("the platform", () => {
  it.each(["/health", "/ready", "/metrics", "/api/version", "/api/cluster-info", "/api/openapi.json", "/api/docs"])(
    "%s is open",
    async (path) => {
      expect((await backend.call("GET", path)).status).toBe(200);
    },
  );

  it("answers an unknown path in the shape of every error", async () => {
    const { status, body } = await backend.call("GET", "/api/nope", owner);
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: "NOT_FOUND" });
  });

  it("keeps tokens out of its logs", async () => {
    await backend.call("GET", "/api/projects", owner);
    expect([...backend.logs, ...backend.audit].join("\n")).not.toContain(owner);
  });
});
