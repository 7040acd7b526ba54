/** Search within one conversation. It comes from the store, so it works after the pod is gone. */
import { SearchAnswer, SearchQuery } from "@pilothouse/contracts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { callerOf } from "../http/caller.ts";
import { SessionParams, errorAnswers } from "../http/params.ts";
import { getSession } from "../sessions/session.ts";
import type { Store } from "../store/store.ts";
import { snippet } from "./snippet.ts";

export function searchRoutes(store: Store): FastifyPluginAsyncZod {
  return async (app) => {
    app.get("/projects/:project/agentic-sessions/:session/search", {
      config: { access: "view" },
      schema: {
        tags: ["sessions"],
        summary: "Messages of a conversation that hold a text",
        params: SessionParams,
        querystring: SearchQuery,
        response: { 200: SearchAnswer, ...errorAnswers },
      },
      handler: async (request) => {
        const { project, session } = request.params;
        const { q, limit } = request.query;
        const { metadata } = await getSession(callerOf(request), project, session);
        const found = await store.messages.find(metadata.uid, q, limit + 1);
        const items = found
          .slice(0, limit)
          .map(({ seq, messageId, role, text }) => ({ seq, messageId, role, snippet: snippet(text, q) }));
        return { items, hasMore: found.length > limit };
      },
    });
  };
}
