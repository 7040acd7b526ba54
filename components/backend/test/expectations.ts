/**
 * Who may call each route, written down apart from the routes themselves. A route that is missing here fails the tests of
 * authorization, and so does one that is here and no longer exists.
 */
import type { RouteAccess } from "../src/http/caller.ts";

export interface Expectation {
  readonly who: RouteAccess;
  /** A body that is right, so that the only thing wrong is who sends it. */
  readonly body?: unknown;
  readonly query?: string;
  /** The session's own runner may, too: it reads its own session with its own token. */
  readonly runner?: true;
  /**
   * The operator may, too, by the rules that it needs for its own work (deploy/rbac/operator.yaml): it reads projects and
   * sessions, binds members, starts, stops and deletes sessions. It creates none, sends nothing, and reads no secret.
   */
  readonly operator?: true;
  /** Carried out by those who may not, and only asked of those who may: it takes too long, or would end the test. */
  readonly refusalsOnly?: true;
  /** The answer is a stream that does not end by itself. */
  readonly stream?: true;
}

const open: Expectation = { who: "open" };
const token: Expectation = { who: "token" };
const view: Expectation = { who: "view", operator: true };
const admin: Expectation = { who: "admin" };
/** Reads of one session. */
const session: Expectation = { who: "view", runner: true, operator: true };
const act = (body?: unknown): Expectation => ({ who: "edit", ...(body === undefined ? {} : { body }) });
const change = (body: unknown): Expectation => ({ who: "admin", body });

const PROJECT = "/api/projects/:project";
const SESSIONS = `${PROJECT}/agentic-sessions`;
const SESSION = `${SESSIONS}/:session`;

export const EXPECTATIONS: Readonly<Record<string, Expectation>> = {
  "GET /health": open,
  "GET /ready": open,
  "GET /metrics": open,
  "GET /api/openapi.json": open,
  "GET /api/docs": open,
  "GET /api/version": open,
  "GET /api/cluster-info": open,
  "GET /api/runner-types": open,
  "GET /api/me": token,
  "GET /api/projects": token,
  "POST /api/projects": { who: "token", body: { name: "blue" } },

  [`GET ${PROJECT}`]: view,
  [`PUT ${PROJECT}`]: { ...change({ displayName: "Blue" }), operator: true },
  [`DELETE ${PROJECT}`]: { ...admin, refusalsOnly: true, operator: true },
  [`GET ${PROJECT}/access`]: view,
  [`GET ${PROJECT}/permissions`]: view,
  [`POST ${PROJECT}/permissions`]: {
    ...change({ subjectType: "user", subjectName: "nobody-$CALLER", role: "view" }),
    operator: true,
  },
  [`DELETE ${PROJECT}/permissions/:subjectType/:subjectName`]: { ...admin, operator: true },
  [`PUT ${PROJECT}/permissions/:subjectType/:subjectName`]: { ...change({ role: "view" }), operator: true },
  [`GET ${PROJECT}/keys`]: admin,
  [`POST ${PROJECT}/keys`]: change({ name: "k-$CALLER", role: "view", expirationSeconds: 60 }),
  [`DELETE ${PROJECT}/keys/:id`]: admin,
  [`GET ${PROJECT}/runner-secrets`]: view,
  [`PUT ${PROJECT}/runner-secrets`]: { ...change({ data: { OPENAI_API_KEY: "x" } }), refusalsOnly: true },
  [`GET ${PROJECT}/integration-secrets`]: view,
  [`PUT ${PROJECT}/integration-secrets`]: { ...change({ data: { GITHUB_TOKEN: "x" } }), refusalsOnly: true },
  [`GET ${PROJECT}/integrations`]: view,
  [`POST ${PROJECT}/integrations/:id/test`]: { ...admin, refusalsOnly: true },
  [`GET ${PROJECT}/settings`]: view,
  [`PUT ${PROJECT}/settings`]: change({ inactivityTimeoutSeconds: 60 }),
  [`GET ${PROJECT}/mcp-servers`]: view,
  [`PUT ${PROJECT}/mcp-servers`]: change({ custom: {}, disabled: [] }),
  [`GET ${PROJECT}/feature-flags`]: view,
  [`GET ${PROJECT}/feature-flags/evaluate/:flag`]: view,
  [`PUT ${PROJECT}/feature-flags/:flag/override`]: change({ enabled: true }),
  [`DELETE ${PROJECT}/feature-flags/:flag/override`]: admin,
  [`GET ${PROJECT}/runner-types`]: view,
  [`GET ${PROJECT}/models`]: view,

  [`GET ${SESSIONS}`]: view,
  [`GET ${SESSIONS}?watch=1`]: { ...view, stream: true },
  [`POST ${SESSIONS}`]: act({ runnerType: "replay" }),
  [`GET ${SESSION}`]: session,
  [`PATCH ${SESSION}`]: { ...act({ displayName: "Renamed" }), operator: true },
  [`DELETE ${SESSION}`]: { ...act(), operator: true },
  [`POST ${SESSION}/start`]: { ...act(), operator: true },
  [`POST ${SESSION}/stop`]: { ...act(), operator: true },
  [`POST ${SESSION}/clone`]: act({}),
  [`GET ${SESSION}/events`]: view,
  [`GET ${SESSION}/search`]: { ...session, query: "?q=word" },
  [`GET ${SESSION}/files.zip`]: session,
  [`GET ${SESSION}/export`]: session,
  [`GET ${SESSION}/artifacts`]: session,
  [`GET ${SESSION}/diff`]: session,
  [`GET ${SESSION}/repos/status`]: session,
  [`GET ${SESSION}/mcp/status`]: session,
  [`GET ${SESSION}/capabilities`]: session,
  [`GET ${SESSION}/workflow/metadata`]: session,
  [`GET ${SESSION}/workspace`]: session,
  [`GET ${SESSION}/workspace/*`]: session,
  [`PUT ${SESSION}/workspace/*`]: act("text"),
  [`DELETE ${SESSION}/workspace/*`]: act(),
  [`POST ${SESSION}/uploads/*`]: act("text"),

  [`POST ${SESSION}/agui/run`]: act({ messages: [{ role: "user", content: "x" }] }),
  [`GET ${SESSION}/agui/events`]: { ...session, stream: true },
  [`POST ${SESSION}/agui/interrupt`]: act(),
  [`GET ${SESSION}/agui/queue`]: session,
  [`DELETE ${SESSION}/agui/queue/:id`]: act(),
  [`GET ${SESSION}/agui/run/queue`]: session,
  [`DELETE ${SESSION}/agui/run/queue/:id`]: act(),
  [`GET ${SESSION}/agui/feedback`]: session,
  [`POST ${SESSION}/agui/feedback`]: act({ metaType: "thumbs_up", messageId: "m1" }),
  [`DELETE ${SESSION}/agui/feedback/:messageId`]: act(),
  [`GET ${SESSION}/agui/tasks`]: session,
  [`POST ${SESSION}/agui/tasks/:id/stop`]: act(),
  [`GET ${SESSION}/agui/tasks/:id/output`]: session,

  "GET /internal/transcripts/:uid": { who: "runner" },
  "GET /internal/transcripts/:uid/conversation": { who: "runner" },
  "POST /internal/transcripts/:uid/events": { who: "runner", body: [] },
  "PUT /internal/transcripts/:uid/archive/:kind": { who: "runner", body: {} },
  "DELETE /internal/transcripts/:uid": { who: "operator" },
};
