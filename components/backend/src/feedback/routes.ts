/** What users think of messages. Kept beside the transcript, so it can be given and read after the pod is gone. */
import { Feedback, FeedbackAnswer, FeedbackRequest, type RunnerFeedback } from "@pilothouse/contracts";
import type { FastifyBaseLogger } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { ApiError } from "../errors/api-error.ts";
import { callerOf } from "../http/caller.ts";
import { Nothing, SessionParams, errorAnswers } from "../http/params.ts";
import type { Identity } from "../identity/identity.ts";
import type { RunnerClient } from "../runner/runner-client.ts";
import type { Session } from "../sessions/present.ts";
import { actOnSession, getSession } from "../sessions/session.ts";
import type { Store } from "../store/store.ts";

const tags = ["agui"];
const BASE = "/projects/:project/agentic-sessions/:session/agui/feedback";
const MessageParams = SessionParams.extend({ messageId: FeedbackRequest.shape.messageId });
const TELL_MILLISECONDS = 5_000;

export function feedbackRoutes(runner: RunnerClient, store: Store): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(BASE, {
      config: { access: "view" },
      schema: {
        tags,
        summary: "What users think of this session's messages",
        params: SessionParams,
        response: { 200: FeedbackAnswer, ...errorAnswers },
      },
      handler: async (request) => {
        const { project, session } = request.params;
        const { metadata } = await getSession(callerOf(request), project, session);
        return { items: await store.feedback.list(metadata.uid) };
      },
    });

    app.post(BASE, {
      config: { access: "edit", audit: "give-feedback" },
      schema: {
        tags,
        summary: "Say what you think of a message",
        description: "Said again, it replaces what the same user said of the same message.",
        params: SessionParams,
        body: FeedbackRequest,
        response: { 201: Feedback, ...errorAnswers },
      },
      handler: async (request, reply) => {
        const { identity } = callerOf(request);
        const session = await actOnSession(callerOf(request), request.params);
        const { userId, displayName } = identity;
        const feedback = { ...request.body, userId, displayName, createdAt: new Date().toISOString() };
        await store.feedback.put(session.metadata.uid, feedback);
        void tell(runner, session, identity, { ...request.body, userId }, request.log);
        return reply.code(201).send(feedback);
      },
    });

    app.delete(`${BASE}/:messageId`, {
      config: { access: "edit", audit: "take-feedback-back" },
      schema: {
        tags,
        summary: "Take back what you said of a message",
        params: MessageParams,
        response: { 204: Nothing, ...errorAnswers },
      },
      handler: async (request, reply) => {
        const caller = callerOf(request);
        const { messageId } = request.params;
        const { metadata } = await actOnSession(caller, request.params);
        if (!(await store.feedback.remove(metadata.uid, caller.identity.userId, messageId))) {
          throw new ApiError(
            "NOT_FOUND",
            `session ${metadata.name}: you have given no feedback on message ${messageId}`,
          );
        }
        return reply.code(204).send(null);
      },
    });
  };
}

/** A live runner puts it into the trace. Nobody waits for that, and without a runner there is nothing to tell. */
async function tell(
  runner: RunnerClient,
  session: Session,
  identity: Identity,
  feedback: RunnerFeedback,
  log: FastifyBaseLogger,
): Promise<void> {
  if (session.status?.endpoint === undefined) return;
  try {
    const answer = await runner.call(session, identity, {
      method: "POST",
      path: "/agui/feedback",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(feedback),
      signal: AbortSignal.timeout(TELL_MILLISECONDS),
    });
    answer.body.resume();
  } catch (error) {
    log.debug({ session: session.metadata.name, error }, "the runner was not told of feedback");
  }
}
