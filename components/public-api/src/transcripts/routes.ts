/** What is said in a session: messages to it, its transcript, its events as they happen. */
import { EventsQuery, RunAccepted } from "@pilothouse/contracts";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { BackendClient, BackendRequest } from "../backend/client.ts";
import { sessionPath, withQuery } from "../backend/session-path.ts";
import { GatewayError } from "../errors/gateway-error.ts";
import { callerOf } from "../http/caller.ts";
import { passBody } from "../http/pass.ts";
import { SessionParams, errorAnswers } from "../http/params.ts";
import type { EventStreams } from "../http/streams.ts";
import { callFor } from "../sessions/routes.ts";
import { runRequest } from "../sessions/request.ts";
import { MessageAccepted, SendMessage } from "../sessions/shapes.ts";
import { Transcript, readConversation } from "./messages.ts";

const tags = ["conversation"];
const config = { gate: "token" } as const;
/** Bytes of events that are made into messages here; beyond it the caller takes the events themselves. */
const LARGEST_CONVERSATION = 32 * 1024 * 1024;

const TranscriptQuery = z.strictObject({
  format: z
    .enum(["json", "markdown", "events"])
    .default("json")
    .describe("json: the messages. markdown: a document. events: one AG-UI event per line, as a recording"),
});

export function conversationRoutes(backend: BackendClient, streams: EventStreams): FastifyPluginAsyncZod {
  /** Passes on a stream that the backend opens for this request. */
  const stream = async (request: FastifyRequest, reply: FastifyReply, call: BackendRequest): Promise<FastifyReply> => {
    await streams.pass(callerOf(request).tokenHash, reply, async () => {
      const { headers, body } = await backend.pass(call);
      if (/^text\/event-stream\b/i.test(String(headers["content-type"]))) return body;
      body.destroy();
      throw new GatewayError("BACKEND_FAILED", "the backend answered with something else than events");
    });
    return reply;
  };

  return async (app) => {
    app.post("/sessions/:id/messages", {
      config: { ...config, api: { idempotent: true, stream: "accepted", example: { content: "Hello" } } },
      schema: {
        tags,
        summary: "Say something to the agent, or answer what it asked",
        description:
          "Answers 202 at once, or with Accept: text/event-stream the events of this run. A message while the agent works waits for its turn.",
        params: SessionParams,
        body: SendMessage,
        response: { 202: MessageAccepted, ...errorAnswers },
      },
      handler: async (request, reply) => {
        const path = `${sessionPath(callerOf(request).project, request.params.id)}/agui/run`;
        const common = callFor(request, reply);
        const call = { ...common, method: "POST", path, body: runRequest(request.body) } as const;
        if (wantsEvents(request)) return stream(request, reply, call);
        const { value } = await backend.json(RunAccepted, call);
        return reply.code(202).send({ runId: value.runId, queued: value.queued ?? false });
      },
    });

    app.get("/sessions/:id/events", {
      config: { ...config, api: { stream: "always", resumable: true } },
      exposeHeadRoute: false,
      schema: {
        tags,
        summary: "Everything that happens, as server-sent AG-UI events",
        description:
          "id is the event's number. Last-Event-ID or ?after= resumes; without them finished messages come as one event each. Stays open over stop and start of the session.",
        params: SessionParams,
        querystring: z.strictObject(EventsQuery.shape),
      },
      handler: async (request, reply) => {
        const { headers, signal } = callFor(request, reply);
        const lastEventId = request.headers["last-event-id"];
        const resume: Record<string, string> = typeof lastEventId === "string" ? { "last-event-id": lastEventId } : {};
        const base = `${sessionPath(callerOf(request).project, request.params.id)}/agui/events`;
        return stream(request, reply, {
          method: "GET",
          path: withQuery(base, { after: request.query.after }),
          headers: { ...headers, ...resume, accept: "text/event-stream" },
          signal,
        });
      },
    });

    app.get("/sessions/:id/transcript", {
      config: { ...config, api: { bytes: ["text/markdown", "application/x-ndjson"] } },
      schema: {
        tags,
        summary: "The whole conversation",
        description: "Also after the session has ended.",
        params: SessionParams,
        querystring: TranscriptQuery,
        response: { 200: Transcript, ...errorAnswers },
      },
      handler: async (request, reply) => {
        const { id } = request.params;
        const { format } = request.query;
        const { headers, signal } = callFor(request, reply);
        const { accept: _ours, ...rest } = headers;
        const base = `${sessionPath(callerOf(request).project, id)}/export`;
        const path = withQuery(base, { format: format === "markdown" ? "markdown" : "json" });
        const call = { method: "GET", path, headers: rest, signal } as const;
        if (format !== "json") return passBody(reply, await backend.pass(call));
        const messages = await backend.read(call, async ({ body }) => readConversation(body, LARGEST_CONVERSATION));
        return reply.send({ id, messages });
      },
    });
  };
}

function wantsEvents(request: FastifyRequest): boolean {
  const asked = /(^|[\s,])text\/event-stream\b/i.test(request.headers.accept ?? "");
  // What is to be answered twice with the same cannot be a stream: the backend answers it at once.
  return asked && request.headers["idempotency-key"] === undefined;
}
