/** What a session's runner knows, live; or the last that was known of it, and marked so. */
import {
  CapabilitiesReport,
  DiffAnswer,
  DiffQuery,
  McpServerStatus,
  McpStatusAnswer,
  RepositoriesStatusAnswer,
  RepositoryDiff,
  RepositoryStatus,
  SessionCapabilities,
  WorkflowMetadata,
  WorkflowReport,
} from "@pilothouse/contracts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Registries } from "../catalog/routes.ts";
import { ApiError } from "../errors/api-error.ts";
import { callerOf } from "../http/caller.ts";
import { SessionParams, errorAnswers } from "../http/params.ts";
import type { Caller } from "../identity/identity.ts";
import type { Session } from "../sessions/present.ts";
import { getSession } from "../sessions/session.ts";
import type { Store } from "../store/store.ts";
import { LastKnown } from "./last-known.ts";
import { RUNNER_ERRORS, liveJson, type RunnerClient } from "./runner-client.ts";

const BASE = "/projects/:project/agentic-sessions/:session";
const tags = ["workspace"];

/** A runner answers a list as such or as `{items}`. */
const listOf = <T extends z.ZodType>(item: T) =>
  z.union([z.array(item), z.object({ items: z.array(item) }).transform(({ items }) => items)]);
const Diffs = listOf(RepositoryDiff);
const Statuses = listOf(RepositoryStatus);
const Servers = listOf(McpServerStatus);

export function runnerRoutes(runner: RunnerClient, store: Store, registries: Registries): FastifyPluginAsyncZod {
  const lastKnown = new LastKnown(store);

  const live = async <S extends z.ZodType>(
    session: Session,
    caller: Caller,
    path: string,
    schema: S,
  ): Promise<z.output<S> | undefined> => liveJson(runner, session, caller.identity, path, schema);

  return async (app) => {
    app.get(`${BASE}/diff`, {
      config: { access: "view", api: { errors: RUNNER_ERRORS } },
      schema: {
        tags,
        summary: "What the session changed, per repository",
        params: SessionParams,
        querystring: DiffQuery,
        response: { 200: DiffAnswer, ...errorAnswers },
      },
      handler: async (request) => {
        const caller = callerOf(request);
        const session = await getSession(caller, request.params.project, request.params.session);
        const { repo } = request.query;
        const query = repo === undefined ? "" : `?${new URLSearchParams({ repo }).toString()}`;
        const items = await live(session, caller, `/diff${query}`, Diffs);
        if (items !== undefined) return { live: true, items };
        const archived = await lastKnown.read(session.metadata.uid, "diff", Diffs);
        return { live: false, items: (archived ?? []).filter((diff) => repo === undefined || diff.repo === repo) };
      },
    });

    app.get(`${BASE}/repos/status`, {
      config: { access: "view", api: { errors: RUNNER_ERRORS } },
      schema: {
        tags,
        summary: "State of the repositories",
        params: SessionParams,
        response: { 200: RepositoriesStatusAnswer, ...errorAnswers },
      },
      handler: async (request) => {
        const caller = callerOf(request);
        const session = await getSession(caller, request.params.project, request.params.session);
        const items = await live(session, caller, "/repos/status", Statuses);
        if (items !== undefined) return { live: true, items };
        return { live: false, items: session.status?.reconciledRepos ?? [] };
      },
    });

    app.get(`${BASE}/mcp/status`, {
      config: { access: "view", api: { errors: RUNNER_ERRORS } },
      schema: {
        tags,
        summary: "Tool servers and their tools",
        params: SessionParams,
        response: { 200: McpStatusAnswer, ...errorAnswers },
      },
      handler: async (request) => {
        const caller = callerOf(request);
        const session = await getSession(caller, request.params.project, request.params.session);
        const items = await live(session, caller, "/mcp/status", Servers);
        if (items === undefined) {
          return { live: false, items: (await lastKnown.read(session.metadata.uid, "mcp", Servers)) ?? [] };
        }
        await lastKnown.write(session.metadata.uid, "mcp", items);
        return { live: true, items };
      },
    });

    app.get(`${BASE}/capabilities`, {
      config: { access: "view", api: { errors: RUNNER_ERRORS } },
      schema: {
        tags,
        summary: "What the session's agent can do",
        params: SessionParams,
        response: { 200: SessionCapabilities, ...errorAnswers },
      },
      handler: async (request) => {
        const caller = callerOf(request);
        const session = await getSession(caller, request.params.project, request.params.session);
        const report = await live(session, caller, "/capabilities", CapabilitiesReport);
        if (report === undefined) return { live: false, ...(await knownCapabilities(session)) };
        await lastKnown.write(session.metadata.uid, "capabilities", report);
        return { live: true, ...report };
      },
    });

    app.get(`${BASE}/workflow/metadata`, {
      config: { access: "view", api: { errors: RUNNER_ERRORS } },
      schema: {
        tags,
        summary: "The active workflow",
        params: SessionParams,
        response: { 200: WorkflowMetadata, ...errorAnswers },
      },
      handler: async (request) => {
        const caller = callerOf(request);
        const session = await getSession(caller, request.params.project, request.params.session);
        const report = await live(session, caller, "/workflow/metadata", WorkflowReport);
        if (report === undefined) return { live: false, ...(await knownWorkflow(session)) };
        await lastKnown.write(session.metadata.uid, "workflow", report);
        return { live: true, ...report };
      },
    });
  };

  /** What the runner last said of the workflow, or what the status says. */
  async function knownWorkflow(session: Session): Promise<WorkflowReport> {
    const known = await lastKnown.read(session.metadata.uid, "workflow", WorkflowReport);
    if (known !== undefined) return known;
    const status = session.status?.reconciledWorkflow;
    return {
      gitUrl: status?.gitUrl ?? null,
      branch: status?.branch ?? null,
      path: status?.path ?? null,
      name: status?.name ?? null,
      description: null,
      startupPrompt: null,
      commands: [],
      agents: [],
      status: status?.status ?? null,
      message: status?.message ?? null,
    };
  }

  /** What the agent last said of itself, or what its runner type declares. */
  async function knownCapabilities(session: Session): Promise<CapabilitiesReport> {
    const known = await lastKnown.read(session.metadata.uid, "capabilities", CapabilitiesReport);
    if (known !== undefined) return known;
    const entry = (await registries.agents.get()).find((candidate) => candidate.id === session.spec.runnerType);
    if (entry !== undefined) return CapabilitiesReport.parse(entry.capabilities);
    throw new ApiError("NOT_FOUND", `nothing is known of runner type ${session.spec.runnerType ?? "(none)"}`);
  }
}
