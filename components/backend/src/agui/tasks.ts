/** Work that an agent left running beside the conversation: listed, looked at, stopped. */
import { BackgroundTask, TaskOutput, TasksAnswer } from "@pilothouse/contracts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { callerOf } from "../http/caller.ts";
import { NoFields, SessionParams, errorAnswers } from "../http/params.ts";
import { LastKnown } from "../runner/last-known.ts";
import { RUNNER_ERRORS, liveJson, type RunnerClient } from "../runner/runner-client.ts";
import { actOnSession, getSession } from "../sessions/session.ts";
import type { Store } from "../store/store.ts";

const tags = ["agui"];
const BASE = "/projects/:project/agentic-sessions/:session/agui/tasks";
const TaskParams = SessionParams.extend({ id: z.string().min(1).max(200) });
const Tasks = z.object({ items: z.array(BackgroundTask) });

export function taskRoutes(runner: RunnerClient, store: Store): FastifyPluginAsyncZod {
  const lastKnown = new LastKnown(store);
  return async (app) => {
    app.get(BASE, {
      config: { access: "view", api: { errors: RUNNER_ERRORS } },
      schema: {
        tags,
        summary: "Background tasks of the agent",
        params: SessionParams,
        response: { 200: TasksAnswer, ...errorAnswers },
      },
      handler: async (request) => {
        const caller = callerOf(request);
        const session = await getSession(caller, request.params.project, request.params.session);
        const { uid } = session.metadata;
        const answer = await liveJson(runner, session, caller.identity, "/agui/tasks", Tasks);
        if (answer === undefined) {
          const known = await lastKnown.read(uid, "tasks", Tasks);
          return { live: false, items: (known?.items ?? []).map(endedWithItsPod) };
        }
        const { items } = answer;
        await lastKnown.write(uid, "tasks", { items });
        return { live: true, items };
      },
    });

    app.post(`${BASE}/:id/stop`, {
      config: { access: "edit", audit: "stop-task", api: { errors: RUNNER_ERRORS } },
      schema: {
        tags,
        summary: "Stop a background task",
        params: TaskParams,
        body: NoFields,
        response: { 202: z.object({ id: z.string() }), ...errorAnswers },
      },
      handler: async (request, reply) => {
        const caller = callerOf(request);
        const { id } = request.params;
        const session = await actOnSession(caller, request.params);
        const answer = await runner.call(session, caller.identity, {
          method: "POST",
          path: `/agui/tasks/${encodeURIComponent(id)}/stop`,
          headers: { "content-type": "application/json" },
          body: "{}",
        });
        answer.body.resume();
        return reply.code(202).send({ id });
      },
    });

    app.get(`${BASE}/:id/output`, {
      config: { access: "view", api: { errors: RUNNER_ERRORS } },
      schema: {
        tags,
        summary: "What a background task has written",
        params: TaskParams,
        response: { 200: TaskOutput, ...errorAnswers },
      },
      handler: async (request) => {
        const caller = callerOf(request);
        const { project, session: name, id } = request.params;
        const session = await getSession(caller, project, name);
        const path = `/agui/tasks/${encodeURIComponent(id)}/output`;
        return runner.json(session, caller.identity, { method: "GET", path }, TaskOutput);
      },
    });
  };
}

/** No process outlives its pod. */
function endedWithItsPod(task: BackgroundTask): BackgroundTask {
  return task.status === "running" ? { ...task, status: "stopped" } : task;
}
