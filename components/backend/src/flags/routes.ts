/** Feature flags of a project. */
import {
  FEATURE_FLAG_OVERRIDES_NAME,
  FIELD_MANAGERS,
  FlagEvaluation,
  FlagList,
  FlagName,
  FlagOverrideRequest,
} from "@pilothouse/contracts";
import { configMaps, isAlreadyExists, isNotFound } from "@pilothouse/kubernetes";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { callerOf } from "../http/caller.ts";
import { Nothing, ProjectParams, errorAnswers } from "../http/params.ts";
import { demand } from "../identity/access.ts";
import type { Caller } from "../identity/identity.ts";
import { demandProject } from "../projects/membership.ts";
import { evaluate, listFlags, readOverrides, type FlagService } from "./flags.ts";

const FlagParams = ProjectParams.extend({ flag: FlagName });
const tags = ["flags"];

export function flagRoutes(service: FlagService): FastifyPluginAsyncZod {
  return async (app) => {
    app.get("/projects/:project/feature-flags", {
      config: { access: "view" },
      schema: { tags, summary: "All flags", params: ProjectParams, response: { 200: FlagList, ...errorAnswers } },
      handler: async (request) => {
        const { project } = request.params;
        const caller = callerOf(request);
        await demandProject(caller, project);
        return { items: await listFlags(service, await readOverrides(caller, project), project) };
      },
    });

    app.get("/projects/:project/feature-flags/evaluate/:flag", {
      config: { access: "view" },
      schema: {
        tags,
        summary: "One flag's value",
        params: FlagParams,
        response: { 200: FlagEvaluation, ...errorAnswers },
      },
      handler: async (request) => {
        const { project, flag } = request.params;
        const caller = callerOf(request);
        await demandProject(caller, project);
        return evaluate(service, await readOverrides(caller, project), project, flag);
      },
    });

    app.put("/projects/:project/feature-flags/:flag/override", {
      config: { access: "admin", audit: "override-flag" },
      schema: {
        tags,
        summary: "Set the project's own value",
        params: FlagParams,
        body: FlagOverrideRequest,
        response: { 200: FlagEvaluation, ...errorAnswers },
      },
      handler: async (request) => {
        const { project, flag } = request.params;
        const caller = callerOf(request);
        await setOverride(caller, project, flag, request.body.enabled);
        return evaluate(service, await readOverrides(caller, project), project, flag);
      },
    });

    app.delete("/projects/:project/feature-flags/:flag/override", {
      config: { access: "admin", audit: "override-flag" },
      schema: {
        tags,
        summary: "Remove the project's own value",
        params: FlagParams,
        response: { 204: Nothing, ...errorAnswers },
      },
      handler: async (request, reply) => {
        const { project, flag } = request.params;
        await setOverride(callerOf(request), project, flag, undefined);
        return reply.code(204).send(null);
      },
    });
  };
}

async function setOverride(caller: Caller, project: string, flag: string, enabled: boolean | undefined): Promise<void> {
  const key = { namespace: project, name: FEATURE_FLAG_OVERRIDES_NAME };
  const options = { fieldManager: FIELD_MANAGERS.backend };
  const data = { [flag]: enabled === undefined ? null : String(enabled) };
  try {
    await caller.kubernetes.patch(configMaps, key, { type: "merge", body: { data } }, options);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const attributes = { group: "", resource: "configmaps", verb: "update", namespace: project, name: key.name };
    // Whoever may not change it later may not make it either.
    await demand(caller, attributes);
    if (enabled === undefined) return;
    try {
      const object = { metadata: { name: key.name }, data: { [flag]: String(enabled) } };
      await caller.kubernetes.create(configMaps, object, { ...options, namespace: project });
    } catch (failure) {
      if (!isAlreadyExists(failure)) throw failure;
      await caller.kubernetes.patch(configMaps, key, { type: "merge", body: { data } }, options);
    }
  }
}
