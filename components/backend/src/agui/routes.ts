/** AG-UI of a session: start runs, follow the thread, interrupt, look at the queue. */
import { EventsQuery, RunAccepted, RunQueueAnswer, RunRequest } from "@pilothouse/contracts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { callerOf } from "../http/caller.ts";
import { type OpenStreams, wantsEventStream } from "../http/event-stream.ts";
import { REPEATABLE, carryOutOnce, once } from "../http/idempotency.ts";
import { NoFields, Nothing, SessionParams, errorAnswers } from "../http/params.ts";
import { resumePosition } from "@pilothouse/agui";
import { abortOnClose } from "@pilothouse/server";
import { positionBeforeRun, runGone, selectRun } from "../events/run-of-thread.ts";
import type { ThreadStreams } from "../events/stream.ts";
import { RUNNER_ERRORS, type RunnerClient } from "../runner/runner-client.ts";
import { actOnSession, getSession } from "../sessions/session.ts";
import type { Store } from "../store/store.ts";
import { runInput } from "./input.ts";
import { passRunThrough } from "./run-stream.ts";

/** A runner answers the queue as such, or its items alone. */
const Queue = z.preprocess((answer) => (Array.isArray(answer) ? { items: answer } : answer), RunQueueAnswer);
const tags = ["agui"];
const BASE = "/projects/:project/agentic-sessions/:session/agui";
const EXAMPLE = { messages: [{ role: "user", content: "Hello" }] };
const RunId = SessionParams.extend({ id: z.string().min(1).max(200) });

export interface AguiDependencies {
  readonly runner: RunnerClient;
  readonly store: Store;
  readonly threads: ThreadStreams;
  readonly streams: OpenStreams;
}

export function aguiRoutes({ runner, store, threads, streams }: AguiDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(`${BASE}/run`, {
      config: {
        access: "edit",
        audit: "run",
        api: { idempotent: true, stream: "accepted", errors: RUNNER_ERRORS, example: EXAMPLE },
      },
      schema: {
        tags,
        summary: "Send a message, or answer what the agent asked",
        description:
          "Answers 202 at once, or with Accept: text/event-stream the events of this run. A run while another is active is queued.",
        params: SessionParams,
        body: RunRequest,
        response: { 202: RunAccepted, ...errorAnswers },
      },
      handler: async (request, reply) => {
        const caller = callerOf(request);
        const session = await actOnSession(caller, request.params);
        const callOf = (requestId?: string) => {
          const input = runInput(request.body, session.metadata.uid, caller.identity, requestId);
          return { method: "POST", path: "/agui/run", body: JSON.stringify(input) } as const;
        };
        const headers = { "content-type": "application/json" };
        const streaming = wantsEventStream(request);
        if (streaming && request.headers["idempotency-key"] === undefined) {
          const answer = await runner.call(session, caller.identity, {
            ...callOf(),
            headers: { ...headers, accept: "text/event-stream" },
            signal: abortOnClose(reply),
            streaming: true,
          });
          await passRunThrough(answer.body, streams.open(reply, { frame: 4 }));
          return reply;
        }
        const start = async (requestId?: string) => {
          const call = { ...callOf(requestId), headers: { ...headers, accept: "application/json" } };
          return { status: 202, body: await runner.json(session, caller.identity, call, RunAccepted) };
        };
        if (!streaming) return once(store, request, reply, start, REPEATABLE);
        // The run may have begun, or ended, with an earlier request: its events come out of the thread.
        const { answer, replayed } = await carryOutOnce(store, request, start, REPEATABLE);
        if (replayed) void reply.header("idempotent-replayed", "true");
        const { runId } = RunAccepted.parse(answer.body);
        const after = await positionBeforeRun(store, session.metadata.uid, runId);
        const { project } = request.params;
        const run = selectRun(runId);
        const isExpected = async () => {
          const call = { method: "GET", path: "/agui/queue" } as const;
          const { active, items } = await runner.json(session, caller.identity, call, Queue);
          return active?.id === runId || items.some(({ id }) => id === runId);
        };
        const over = async (closed: AbortSignal) => runGone(run, isExpected, closed);
        await threads.serve({ caller, project, session, after, reply, select: run.select, over });
        return reply;
      },
    });

    app.get(`${BASE}/events`, {
      config: { access: "view", api: { stream: "always", resumable: true } },
      schema: {
        tags,
        summary: "The thread, as server-sent events",
        description:
          "id is the event's number. Last-Event-ID or ?after= resumes; without them finished messages come as one event each. Stays open over stop and start of the session.",
        params: SessionParams,
        querystring: EventsQuery,
      },
      handler: async (request, reply) => {
        const caller = callerOf(request);
        const { project, session: name } = request.params;
        const session = await getSession(caller, project, name);
        const lastEventId = request.headers["last-event-id"];
        const resumed = resumePosition(typeof lastEventId === "string" ? lastEventId : undefined, undefined);
        const after = resumed ?? request.query.after;
        await threads.serve({ caller, project, session, after, reply });
        return reply;
      },
    });

    app.post(`${BASE}/interrupt`, {
      config: { access: "edit", audit: "interrupt", api: { errors: RUNNER_ERRORS } },
      schema: {
        tags,
        summary: "End the run that is active",
        params: SessionParams,
        body: NoFields,
        response: { 202: z.object({ interrupted: z.boolean() }), ...errorAnswers },
      },
      handler: async (request, reply) => {
        const caller = callerOf(request);
        const session = await actOnSession(caller, request.params);
        const answer = await runner.call(session, caller.identity, {
          method: "POST",
          path: "/agui/interrupt",
          headers: { "content-type": "application/json" },
          body: "{}",
        });
        answer.body.resume();
        return reply.code(202).send({ interrupted: true });
      },
    });

    for (const path of ["queue", "run/queue"]) {
      app.get(`${BASE}/${path}`, {
        config: { access: "view", api: { errors: RUNNER_ERRORS } },
        schema: {
          tags,
          summary: "Runs that wait for their turn",
          params: SessionParams,
          response: { 200: RunQueueAnswer, ...errorAnswers },
        },
        handler: async (request) => {
          const caller = callerOf(request);
          const session = await getSession(caller, request.params.project, request.params.session);
          return runner.json(session, caller.identity, { method: "GET", path: "/agui/queue" }, Queue);
        },
      });

      app.delete(`${BASE}/${path}/:id`, {
        config: { access: "edit", audit: "cancel-run", api: { errors: RUNNER_ERRORS } },
        schema: {
          tags,
          summary: "Cancel a run that waits",
          params: RunId,
          response: { 204: Nothing, ...errorAnswers },
        },
        handler: async (request, reply) => {
          const caller = callerOf(request);
          const session = await actOnSession(caller, request.params);
          const path = `/agui/queue/${encodeURIComponent(request.params.id)}`;
          const answer = await runner.call(session, caller.identity, { method: "DELETE", path });
          answer.body.resume();
          return reply.code(204).send(null);
        },
      });
    }
  };
}
