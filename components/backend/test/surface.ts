/**
 * The interface as a stranger asks for it who has read its description once: what is sent, and what has to come back.
 * Rows of one group are asked in their order.
 */
export interface Row {
  /** Default: olga, who owns the project. */
  readonly as?: "olga" | "edith" | "vic" | "mallory" | "nobody";
  readonly method?: string;
  readonly path: string;
  /** Sent as JSON unless it is text. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  /** What the answer's body holds. */
  readonly has?: object;
  /** Headers of the answer. */
  readonly answers?: Readonly<Record<string, string>>;
}

const P = "/api/projects/blue";
const S = `${P}/agentic-sessions`;
const label63 = "a".repeat(63);
const label64 = "a".repeat(64);
const refused = { code: "INVALID_REQUEST" };
const noJson = { code: "INVALID_BODY" };
const post = (path: string, body: unknown, status: number, has?: object): Row => ({
  method: "POST",
  path,
  body,
  status,
  ...(has === undefined ? {} : { has }),
});
const list = (query: string, status: number, has?: object): Row => ({
  path: `${S}?${query}`,
  status,
  ...(has === undefined ? {} : { has }),
});
const replay = { runnerType: "replay" };
const long = (length: number): string => "x".repeat(length);

export const SURFACE: Readonly<Record<string, readonly Row[]>> = {
  "a token": [
    { as: "nobody", path: "/api/me", status: 401, answers: { "www-authenticate": "Bearer" } },
    { as: "nobody", path: "/api/me", headers: { authorization: "Bearer a.b.c" }, status: 401 },
    { as: "nobody", path: "/api/me", headers: { authorization: "Basic b2xnYQ==" }, status: 401 },
    { as: "nobody", path: "/api/me", headers: { authorization: "bearer $olga" }, status: 200, has: { userId: "olga" } },
    {
      as: "olga",
      path: "/api/me",
      headers: { "x-forwarded-access-token": "$vic" },
      status: 200,
      has: { userId: "vic" },
    },
    { as: "olga", path: "/api/me", headers: { "x-forwarded-access-token": "a.b.c" }, status: 401 },
    { as: "nobody", path: "/api/me?token=$olga", status: 401 },
    { as: "nobody", path: "/api/me?access_token=$olga", status: 401 },
    { as: "nobody", path: "/api/version", status: 200 },
  ],
  "an address": [
    { path: "/api/nothing", status: 404, has: { code: "NOT_FOUND" } },
    { as: "nobody", path: "/api/nothing", status: 404 },
    { path: "/api/me/", status: 200, answers: { "cache-control": "no-store" } },
    { path: "/api/ME", status: 404 },
    { path: "/api/me?unknown=1", status: 200 },
    { method: "HEAD", path: "/api/me", status: 200 },
    { method: "OPTIONS", path: "/api/me", status: 405, answers: { allow: "GET, HEAD" } },
    { method: "PUT", path: `${S}/idle`, body: {}, status: 405, answers: { allow: "DELETE, GET, HEAD, PATCH" } },
    { method: "GET", path: `${S}/idle/stop`, status: 405, answers: { allow: "POST" } },
    { path: "/api/projects/%", status: 400, has: refused },
  ],
  "a body": [
    post("/api/projects", "", 400),
    post("/api/projects", "{", 400, noJson),
    post("/api/projects", "null", 400),
    post("/api/projects", "[]", 400),
    post("/api/projects", '"name"', 400),
    post("/api/projects", '{"__proto__":{"name":"x"}}', 400),
    post("/api/projects", "[".repeat(100_000), 400),
    post("/api/projects", { name: "green", extra: 1 }, 400, { details: { issues: [{ in: "body", path: "extra" }] } }),
    { ...post("/api/projects", '{"name":"green"}', 400, noJson), headers: { "content-type": "text/plain" } },
    { ...post("/api/projects", "name=green", 400), headers: { "content-type": "application/x-www-form-urlencoded" } },
    post(S, { ...replay, initialPrompt: long(1024 * 1024) }, 413, { code: "BODY_TOO_LARGE" }),
    post(`${S}/idle/stop`, { now: true }, 400),
    post(`${S}/idle/stop`, "[]", 400),
    post(`${S}/idle/stop`, "", 202),
  ],
  "a project's name": [
    ...["default", "kube-system", "kube-x", "openshift", "openshift-x", "pilothouse-system"].map((name) =>
      post("/api/projects", { name }, 400, refused),
    ),
    ...["Blue", "-a", "a-", "a.b", "a_b", "", label64].map((name) => post("/api/projects", { name }, 400, refused)),
    post("/api/projects", { name: "blue" }, 409, { code: "ALREADY_EXISTS" }),
    post("/api/projects", { name: "green", displayName: long(101) }, 400),
    post("/api/projects", { name: "green", description: long(501) }, 400),
    { path: `/api/projects/${label64}`, status: 400 },
    { path: "/api/projects/Blue", status: 400 },
    { path: "/api/projects/..", status: 400 },
    { path: "/api/projects/blue%2Fx", status: 400 },
    { path: "/api/projects/blue%00", status: 400 },
    { path: "/api/projects/blue%252f", status: 400 },
    { path: "/api/projects/bl%75e", status: 200 },
    { method: "PUT", path: P, body: { name: "red" }, status: 400 },
    { method: "PUT", path: P, body: { name: "blue", description: "d" }, status: 200, has: { description: "d" } },
    { as: "edith", method: "PUT", path: P, body: { description: "e" }, status: 403 },
  ],
  "what is not there, and what may not be seen": [
    { as: "mallory", path: P, status: 403, has: { code: "FORBIDDEN" } },
    { as: "mallory", path: "/api/projects/absent", status: 403, has: { code: "FORBIDDEN" } },
    { as: "mallory", path: S, status: 403 },
    { as: "mallory", path: "/api/projects/absent/agentic-sessions", status: 403 },
    { as: "mallory", path: `${P}/access`, status: 403 },
    { as: "vic", path: `${P}/access`, status: 200, has: { userRole: "view" } },
    { as: "edith", path: `${P}/access`, status: 200, has: { userRole: "edit" } },
    { path: `${P}/access`, status: 200, has: { userRole: "admin" } },
    { path: `${S}/absent`, status: 404 },
    { path: `${S}/${label63}`, status: 404 },
    { path: `${S}/${label64}`, status: 400 },
    { path: `${S}/Idle`, status: 400 },
  ],
  "a list": [
    list("limit=abc", 400, refused),
    list("limit=", 400),
    list("limit=1.5", 400),
    list("limit=0", 200, { limit: 1 }),
    list("limit=-5", 200, { limit: 1 }),
    list("limit=1000", 200, { limit: 100 }),
    list(`limit=${"9".repeat(30)}`, 200, { limit: 100 }),
    list("limit=5&limit=6", 400),
    list("offset=abc", 400),
    list("offset=-1", 200, { offset: 0 }),
    list("offset=1000000", 200, { items: [], hasMore: false }),
    list(`offset=${"9".repeat(30)}`, 200, { items: [] }),
    list("limit=1", 200, { limit: 1, offset: 0, hasMore: true, nextOffset: 1 }),
    list("limit=1&continue=1", 200, { offset: 1 }),
    list("continue=abc", 400),
    ...[
      "name",
      "-name",
      "displayName",
      "createdAt",
      "phase",
      "runner",
      "model",
      "lastActivity",
      "attention",
      "cost",
    ].map((field) => list(`sort=${field}`, 200)),
    ...["bad", "", "constructor", "__proto__", "name,phase", "--name"].map((field) =>
      list(`sort=${field}`, 400, refused),
    ),
    ...["%25", "_", "%C3%BC", "%00", "[", "IDLE"].map((text) => list(`search=${text}`, 200)),
    list("search=IDLE", 200, { totalCount: 1 }),
    list(`search=${long(201)}`, 400),
    list("phase=running,%20FAILED", 200),
    list("phase=lost", 400),
    list("agentStatus=asleep", 400),
    list("owner=nobody", 200, { totalCount: 0 }),
    list("label=team%3Dblue", 200),
    list("label=%3B%3B", 400),
    list("watch=1", 406),
    list("watch=perhaps", 400),
  ],
  "a new session": [
    post(S, { ...replay, name: "made" }, 201, { metadata: { name: "made" } }),
    post(S, { ...replay, name: "made" }, 409),
    ...["Made", "-x", long(64), "a b"].map((name) => post(S, { ...replay, name }, 400)),
    post(S, { runnerType: "unknown" }, 400, { code: "RUNNER_TYPE_NOT_AVAILABLE" }),
    post(S, {}, 400, { code: "SECRET_NOT_SET" }),
    post(S, { ...replay, llmSettings: { model: "unknown" } }, 400, { code: "MODEL_NOT_AVAILABLE" }),
    post(S, { ...replay, llmSettings: { temperature: 2.1 } }, 400),
    post(S, { ...replay, timeout: -1 }, 400),
    post(S, { ...replay, displayName: long(51) }, 400),
    ...["ext::sh -c id", "--upload-pack=x", "file:///etc", "https://u:p@git.example/x", "https://-x/y", ""].map((url) =>
      post(S, { ...replay, repos: [{ url }] }, 400),
    ),
    post(S, { ...replay, repos: [{ url: "https://git.example/x", branch: "--output=x" }] }, 400),
    post(S, { ...replay, activeWorkflow: { gitUrl: "ext::x" } }, 400),
    post(S, { ...replay, environmentVariables: { LD_PRELOAD: "x" } }, 400),
    post(S, { ...replay, labels: { "pilothouse.dev/x": "y" } }, 400),
    post(S, { ...replay, userContext: { userId: "root" } }, 400),
    post(S, { ...replay, image: "x" }, 400),
    { ...post(S, replay, 403), as: "vic" },
    { ...post(S, { ...replay, name: "once" }, 201), headers: { "idempotency-key": "k-1" } },
    {
      ...post(S, { ...replay, name: "once" }, 201),
      headers: { "idempotency-key": "k-1" },
      answers: { "idempotent-replayed": "true", location: `${S}/once` },
    },
    { ...post(S, { ...replay, name: "other" }, 422), headers: { "idempotency-key": "k-1" } },
    { ...post(S, replay, 400), headers: { "idempotency-key": "a b" } },
  ],
  "a change": [
    {
      method: "PATCH",
      path: `${S}/idle`,
      body: { displayName: "New" },
      status: 200,
      has: { spec: { displayName: "New" } },
    },
    { method: "PATCH", path: `${S}/idle`, body: { initialPrompt: "x" }, status: 400 },
    { method: "PATCH", path: `${S}/idle`, body: "null", status: 400 },
    {
      method: "PATCH",
      path: `${S}/idle`,
      body: { labels: { a: "b" } },
      status: 200,
      has: { metadata: { labels: { a: "b" } } },
    },
    { method: "PATCH", path: `${S}/live`, body: { timeout: 60 }, status: 409, has: { details: { phase: "Running" } } },
    { as: "vic", method: "PATCH", path: `${S}/idle`, body: { displayName: "x" }, status: 403 },
    post(`${S}/idle/clone`, { name: "idle" }, 409),
    post(`${S}/idle/clone`, { fromSeq: 0 }, 400),
    post(`${S}/absent/clone`, {}, 404),
    { as: "vic", method: "DELETE", path: `${S}/made`, status: 403 },
    { method: "DELETE", path: `${S}/made`, status: 204 },
    { path: `${S}/made`, status: 404 },
    { method: "DELETE", path: `${S}/made`, status: 404 },
  ],
  files: [
    ...["/etc", "//etc", "..", "a/../..", "%2e%2e", "a%00b", "%5c.."].map((path): Row => ({
      path: `${S}/live/workspace?path=${path}`,
      status: 400,
      has: { code: "PATH_REFUSED" },
    })),
    { path: `${S}/live/workspace?path=/`, status: 200 },
    { method: "PUT", path: `${S}/live/workspace/${long(256)}`, body: "x", status: 400 },
    { method: "PUT", path: `${S}/live/workspace/${"a/".repeat(100)}x`, body: "x", status: 400 },
    ...["/etc/passwd", "%2Fetc%2Fpasswd", "..%2fx", "%2e%2e/x", "a%00b", "..%5cx"].flatMap((path): Row[] => [
      { path: `${S}/live/workspace/${path}`, status: 400, has: { code: "PATH_REFUSED" } },
      { method: "PUT", path: `${S}/live/workspace/${path}`, body: "x", status: 400 },
      { method: "POST", path: `${S}/live/uploads/${path}`, body: "x", status: 400 },
    ]),
    { path: `${S}/idle/workspace`, status: 409, has: { details: { phase: "Pending" } } },
    { as: "vic", method: "PUT", path: `${S}/live/workspace/x`, body: "x", status: 403 },
    {
      path: `${S}/idle/export?format=markdown`,
      status: 200,
      answers: { "content-disposition": 'attachment; filename="idle.md"' },
    },
    { path: `${S}/idle/export?format=pdf`, status: 400 },
    { path: `${S}/idle/diff`, status: 200, has: { live: false } },
    { path: `${S}/idle/capabilities`, status: 200, has: { live: false } },
  ],
  "a conversation": [
    post(`${S}/idle/agui/run`, { messages: [{ role: "user", content: "x" }] }, 409, { details: { phase: "Pending" } }),
    post(`${S}/live/agui/run`, {}, 400),
    post(`${S}/live/agui/run`, { messages: [{ role: "robot", content: "x" }] }, 400),
    { ...post(`${S}/live/agui/run`, { messages: [{ role: "user", content: "x" }] }, 403), as: "vic" },
    { path: `${S}/live/agui/events?after=abc`, status: 400 },
    { path: `${S}/live/agui/events?after=-1`, status: 400 },
    { path: `${S}/absent/agui/events`, status: 404 },
    { as: "mallory", path: `${S}/live/agui/events`, status: 403 },
    { ...post(`${S}/idle/agui/interrupt`, undefined, 409) },
    post(`${S}/live/agui/feedback`, { metaType: "fine", messageId: "m" }, 400),
    post(`${S}/live/agui/feedback`, { metaType: "thumbs_up", messageId: "m" }, 201),
  ],
  "members and keys": [
    post(`${P}/permissions`, { subjectType: "user", subjectName: "new", role: "view" }, 201),
    post(`${P}/permissions`, { subjectType: "user", subjectName: "new", role: "view" }, 409),
    ...["a\u0000b", "a\nb", "", long(254), " x"].map((subjectName) =>
      post(`${P}/permissions`, { subjectType: "user", subjectName, role: "view" }, 400),
    ),
    post(`${P}/permissions`, { subjectType: "robot", subjectName: "x", role: "view" }, 400),
    post(`${P}/permissions`, { subjectType: "user", subjectName: "x", role: "owner" }, 400),
    { method: "DELETE", path: `${P}/permissions/user/new`, status: 204 },
    { method: "DELETE", path: `${P}/permissions/user/new`, status: 404 },
    { method: "DELETE", path: `${P}/permissions/robot/new`, status: 400 },
    { method: "DELETE", path: `${P}/permissions/user/olga`, status: 409 },
    post(`${P}/keys`, { name: "CI of the team", expirationSeconds: 60 }, 201, { name: "CI of the team", role: "edit" }),
    post(`${P}/keys`, { name: "CI of the team", expirationSeconds: 60 }, 409),
    post(`${P}/keys`, { name: "long", expirationSeconds: 31_536_000 }, 201, { id: "key-long" }),
    ...[0, 31_536_001, 1.5, "60"].map((expirationSeconds) => post(`${P}/keys`, { name: "k", expirationSeconds }, 400)),
    post(`${P}/keys`, { name: "k", role: "root", expirationSeconds: 60 }, 400),
    { as: "edith", path: `${P}/keys`, status: 403 },
    { method: "DELETE", path: `${P}/keys/default`, status: 404 },
  ],
  settings: [
    { method: "PUT", path: `${P}/runner-secrets`, body: { data: { OTHER: "x" } }, status: 400 },
    { as: "edith", method: "PUT", path: `${P}/runner-secrets`, body: { data: { OPENAI_API_KEY: "x" } }, status: 403 },
    { method: "PUT", path: `${P}/integration-secrets`, body: { data: { lower: "x" } }, status: 400 },
    { method: "PUT", path: `${P}/settings`, body: { inactivityTimeoutSeconds: -1 }, status: 400 },
    { method: "PUT", path: `${P}/settings`, body: { inactivityTimeoutSeconds: 60 }, status: 200 },
    { path: `${P}/settings`, status: 200, has: { inactivityTimeoutSeconds: 60 } },
    { method: "PUT", path: `${P}/mcp-servers`, body: { custom: { x: { type: "ws" } } }, status: 400 },
    { method: "PUT", path: `${P}/mcp-servers`, body: { custom: { x: { type: "http" } } }, status: 422 },
    { path: `${P}/models?provider=unknown`, status: 200, has: { models: [] } },
    { path: `${P}/feature-flags/evaluate/never.heard`, status: 200, has: { enabled: false } },
    { method: "PUT", path: `${P}/feature-flags/x/override`, body: { enabled: "yes" }, status: 400 },
    { as: "edith", method: "PUT", path: `${P}/feature-flags/x/override`, body: { enabled: true }, status: 403 },
    { path: `${P}/integrations`, status: 200, has: { items: [{ id: "github", configured: false }, {}, {}] } },
    post(`${P}/integrations/unknown/test`, undefined, 400),
  ],
};
