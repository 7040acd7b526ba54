/** Which services a project has credentials for, and whether they work. */
import { IntegrationId, IntegrationTest, IntegrationsAnswer } from "@pilothouse/contracts";
import { abortOnClose } from "@pilothouse/server";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { callerOf } from "../http/caller.ts";
import { ProjectParams, errorAnswers } from "../http/params.ts";
import { demandProject } from "../projects/membership.ts";
import { readSettingsStatus } from "../secrets/secrets.ts";
import { integrationStates, testIntegration } from "./integrations.ts";

const tags = ["secrets"];
const BASE = "/projects/:project/integrations";

/** `patience`: milliseconds to wait for the operator. */
export function integrationRoutes(patience: number): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(BASE, {
      config: { access: "view" },
      schema: {
        tags,
        summary: "Services that the project has credentials for",
        params: ProjectParams,
        response: { 200: IntegrationsAnswer, ...errorAnswers },
      },
      handler: async (request) => {
        const { project } = request.params;
        const caller = callerOf(request);
        await demandProject(caller, project);
        return { items: integrationStates(await readSettingsStatus(caller, project)) };
      },
    });

    app.post(`${BASE}/:id/test`, {
      config: { access: "admin", audit: "test-integration", api: { errors: [504] } },
      schema: {
        tags,
        summary: "Test a credential",
        description: "The service is asked whom the credential belongs to. No answer ever holds the credential.",
        params: ProjectParams.extend({ id: IntegrationId }),
        response: { 200: IntegrationTest, ...errorAnswers },
      },
      handler: async (request, reply) => {
        const { project, id } = request.params;
        return testIntegration(callerOf(request), project, id, patience, abortOnClose(reply));
      },
    });
  };
}
