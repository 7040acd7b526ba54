/** Who the caller is. Always asked anew, so that a token that was revoked is found out here at the latest. */
import { Me } from "@pilothouse/contracts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { callerOf } from "../http/caller.ts";
import { errorAnswers } from "../http/params.ts";
import { reviewIdentity } from "../identity/identity.ts";

export const meRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get("/me", {
    config: { access: "token" },
    schema: { tags: ["me"], summary: "The caller", response: { 200: Me, ...errorAnswers } },
    handler: async (request) => {
      const { userId, displayName, groups } = await reviewIdentity(callerOf(request).kubernetes);
      return { userId, displayName, groups: [...groups] };
    },
  });
};
