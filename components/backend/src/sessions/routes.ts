/** Sessions: list, create, read, change, delete, start, stop, clone. */
import {
  CloneSessionRequest,
  CreateSessionRequest,
  FIELD_MANAGERS,
  PatchSessionRequest,
  SessionEventsAnswer,
  SessionListQuery,
  SessionPage,
  SessionResource,
} from "@pilothouse/contracts";
import { abortOnClose } from "@pilothouse/server";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { offeredModels } from "../catalog/catalog.ts";
import { ApiError } from "../errors/api-error.ts";
import { gateFor } from "../flags/flags.ts";
import { callerOf } from "../http/caller.ts";
import { type OpenStreams, wantsEventStream } from "../http/event-stream.ts";
import { REPEATABLE, once } from "../http/idempotency.ts";
import { page } from "../http/page.ts";
import { NoFields, Nothing, ProjectParams, SessionParams, errorAnswers } from "../http/params.ts";
import type { Caller } from "../identity/identity.ts";
import { waitUntilGone } from "../kubernetes/gone.ts";
import { agenticSessions } from "../kubernetes/resources.ts";
import type { WatchBudget } from "../kubernetes/watch-budget.ts";
import { getProject } from "../projects/projects.ts";
import { TranscriptMatches } from "../search/transcripts.ts";
import type { Store } from "../store/store.ts";
import type { Retention } from "../transcripts/retention.ts";
import { cloneSession } from "./clone.ts";
import { readActivity } from "./activity.ts";
import { checkChange, checkModel, flattenChange } from "./changes.ts";
import { createSession, type CreationDependencies } from "./creation.ts";
import { PAGE_RULES, matcher } from "./list.ts";
import { flatten } from "./plan.ts";
import { present, type Session } from "./present.ts";
import { checkParent, getSession } from "./session.ts";
import { streamSessions } from "./watch.ts";

export interface SessionDependencies extends CreationDependencies {
  readonly store: Store;
  readonly streams: OpenStreams;
  readonly retention: Retention;
  readonly watches: WatchBudget;
}

const tags = ["sessions"];
const BASE = "/projects/:project/agentic-sessions";
const options = { fieldManager: FIELD_MANAGERS.backend };
/** The replay runner needs no key. */
const EXAMPLE = { displayName: "Try it", runnerType: "replay", initialPrompt: "Add a search field to the list" };

export function sessionRoutes(dependencies: SessionDependencies): FastifyPluginAsyncZod {
  const { store, streams, retention, watches, registries, flags, schemes } = dependencies;
  return async (app) => {
    app.get(BASE, {
      config: { access: "view", api: { stream: "accepted", errors: [406] } },
      schema: {
        tags,
        summary: "Sessions of a project",
        description:
          "search looks into names, first prompts and, from three characters on, into what was said. With watch=1 and Accept: text/event-stream, the changes of the list as they happen.",
        params: ProjectParams,
        querystring: SessionListQuery,
        response: { 200: SessionPage, ...errorAnswers },
      },
      handler: async (request, reply) => {
        const caller = callerOf(request);
        const { project } = request.params;
        const { query } = request;
        const matches = matcher(query);
        const selection = {
          namespace: project,
          ...(query.label === undefined ? {} : { labelSelector: query.label }),
        };
        if (query.watch === true) {
          if (!wantsEventStream(request)) {
            throw new ApiError("NOT_ACCEPTABLE", "watch=1 answers with text/event-stream alone: accept it");
          }
          // A list first, so that a refusal is a status and not an event.
          const size = query.search === undefined ? { limit: 1 } : {};
          const { items } = await caller.kubernetes.list(agenticSessions, { ...selection, ...size });
          const said = await TranscriptMatches.among(store, query.search, items);
          const giveBack = watches.claim();
          try {
            await streamSessions({ caller, project, query, said, retention, writer: streams.open(reply) });
          } finally {
            giveBack();
          }
          return reply;
        }
        const { items } = await caller.kubernetes.list(agenticSessions, selection);
        await retention.see(items);
        // Kubernetes lists the nothing in a namespace that does not exist to those who may list anywhere.
        if (items.length === 0) await demandExistence(caller, project);
        const candidates = items.filter(matches);
        const said = await TranscriptMatches.among(store, query.search, candidates);
        const result = page(candidates, query, PAGE_RULES, (session) => said.has(session));
        return { ...result, items: result.items.map(present) };
      },
    });

    app.post(BASE, {
      config: { access: "edit", audit: "create-session", api: { idempotent: true, location: true, example: EXAMPLE } },
      schema: {
        tags,
        summary: "Create a session",
        params: ProjectParams,
        body: CreateSessionRequest,
        response: { 201: SessionResource, ...errorAnswers },
      },
      handler: async (request, reply) => {
        const { project } = request.params;
        const { name, labels } = request.body;
        const create = async (requestId?: string) => {
          const spec = flatten(request.body);
          await checkParent(callerOf(request), project, spec.parentSession);
          const wish = { project, name, labels, spec, requestId };
          return created(project, await createSession(dependencies, callerOf(request), wish));
        };
        return once(store, request, reply, create, REPEATABLE);
      },
    });

    app.get(`${BASE}/:session`, {
      config: { access: "view" },
      schema: {
        tags,
        summary: "One session",
        params: SessionParams,
        response: { 200: SessionResource, ...errorAnswers },
      },
      handler: async (request) => {
        const { project, session } = request.params;
        const found = await getSession(callerOf(request), project, session);
        await retention.see([found]);
        return present(found);
      },
    });

    app.patch(`${BASE}/:session`, {
      config: { access: "edit", audit: "update-session" },
      schema: {
        tags,
        summary: "Change a session",
        description: "A merge patch: what is absent stays, null removes.",
        params: SessionParams,
        body: PatchSessionRequest,
        response: { 200: SessionResource, ...errorAnswers },
      },
      handler: async (request) => {
        const caller = callerOf(request);
        const { project, session: name } = request.params;
        const change = flattenChange(request.body);
        const session = await getSession(caller, project, name);
        checkChange(session, change, schemes);
        const model = change.llmSettings?.model;
        if (model !== undefined && model !== null) {
          const offered = await offeredModels(await registries.models.get(), gateFor(flags, caller, project));
          checkModel(session, model, offered, await registries.agents.get());
        }
        const { labels } = request.body;
        const body = { ...(labels === undefined ? {} : { metadata: { labels } }), spec: change };
        const key = { namespace: project, name };
        return present(await caller.kubernetes.patch(agenticSessions, key, { type: "merge", body }, options));
      },
    });

    app.delete(`${BASE}/:session`, {
      config: { access: "edit", audit: "delete-session" },
      schema: {
        tags,
        summary: "Delete a session, its workspace and its transcript",
        params: SessionParams,
        response: { 204: Nothing, ...errorAnswers },
      },
      handler: async (request, reply) => {
        const { project, session } = request.params;
        const { kubernetes } = callerOf(request);
        const key = { namespace: project, name: session };
        await kubernetes.delete(agenticSessions, key);
        await waitUntilGone(async () => kubernetes.get(agenticSessions, key), abortOnClose(reply));
        return reply.code(204).send(null);
      },
    });

    for (const [verb, desiredState] of [
      ["start", "Running"],
      ["stop", "Stopped"],
    ] as const) {
      app.post(`${BASE}/:session/${verb}`, {
        config: { access: "edit", audit: `${verb}-session` },
        schema: {
          tags,
          summary: verb === "start" ? "Start a session, or start it again" : "Stop a session",
          params: SessionParams,
          body: NoFields,
          response: { 202: SessionResource, ...errorAnswers },
        },
        handler: async (request, reply) => {
          const { project, session: name } = request.params;
          const patch = { type: "merge", body: { spec: { desiredState } } } as const;
          const key = { namespace: project, name };
          const changed = await callerOf(request).kubernetes.patch(agenticSessions, key, patch, options);
          return reply.code(202).send(present(changed));
        },
      });
    }

    app.post(`${BASE}/:session/clone`, {
      config: { access: "edit", audit: "clone-session", api: { idempotent: true, location: true } },
      schema: {
        tags,
        summary: "Create a session with the same spec",
        description:
          "With fromSeq the conversation up to that event is copied in front. The agent begins anew, is told what was said, and the clone says so.",
        params: SessionParams,
        body: CloneSessionRequest.optional(),
        response: { 201: SessionResource, ...errorAnswers },
      },
      handler: async (request, reply) => {
        const caller = callerOf(request);
        const { project, session } = request.params;
        const { name, fromSeq, project: target = project } = request.body ?? {};
        const clone = async (requestId?: string) => {
          const source = await getSession(caller, project, session);
          const wish = { source, from: project, to: target, name, fromSeq, requestId };
          return created(target, await cloneSession(dependencies, caller, wish));
        };
        return once(store, request, reply, clone, fromSeq === undefined ? REPEATABLE : undefined);
      },
    });

    app.get(`${BASE}/:session/events`, {
      config: { access: "view" },
      schema: {
        tags,
        summary: "Kubernetes events and the state of the pod",
        params: SessionParams,
        response: { 200: SessionEventsAnswer, ...errorAnswers },
      },
      handler: async (request) => {
        const { project, session } = request.params;
        const caller = callerOf(request);
        return readActivity(caller, project, await getSession(caller, project, session));
      },
    });
  };
}

function created(project: string, session: Session) {
  const location = `/api/projects/${project}/agentic-sessions/${session.metadata.name}`;
  return { status: 201, location, body: present(session) };
}

/** @throws KubernetesError 404 to whoever may read Project objects, when there is none */
async function demandExistence(caller: Caller, project: string): Promise<void> {
  try {
    await getProject(caller, project);
  } catch (error) {
    if (error instanceof Error && "status" in error && error.status === 403) return;
    throw error;
  }
}
