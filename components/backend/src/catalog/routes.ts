/** Models and runner types. */
import {
  ModelsAnswer,
  ModelsQuery,
  RunnerTypesAnswer,
  type AgentRegistry,
  type AgentRuntimeSpec,
  type ModelManifest,
  type RunnerTypeOption,
} from "@pilothouse/contracts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { gateFor, type FlagService } from "../flags/flags.ts";
import { callerOf } from "../http/caller.ts";
import { ProjectParams, errorAnswers } from "../http/params.ts";
import { demandProject } from "../projects/membership.ts";
import { modelsAnswer, offeredModels, offeredRunnerTypes } from "./catalog.ts";

export interface Registries {
  readonly agents: { get(): Promise<AgentRegistry>; problem(): Promise<string | undefined> };
  readonly models: { get(): Promise<ModelManifest>; problem(): Promise<string | undefined> };
}

const tags = ["catalog"];

/** What callers see of a runner type: how it is run (image, resources, environment) stays inside. */
function present(entry: AgentRuntimeSpec): RunnerTypeOption {
  const { id, displayName, description, framework, provider, auth, capabilities } = entry;
  return { id, displayName, description, framework, provider, auth, capabilities };
}

export function catalogRoutes(registries: Registries, flags: FlagService): FastifyPluginAsyncZod {
  return async (app) => {
    app.get("/runner-types", {
      config: { access: "open" },
      schema: { tags, summary: "Runner types without a gate", response: { 200: RunnerTypesAnswer, ...errorAnswers } },
      handler: async () =>
        (await registries.agents.get()).filter((entry) => entry.featureGate === undefined).map(present),
    });

    app.get("/projects/:project/runner-types", {
      config: { access: "view" },
      schema: {
        tags,
        summary: "Runner types of a project",
        params: ProjectParams,
        response: { 200: RunnerTypesAnswer, ...errorAnswers },
      },
      handler: async (request) => {
        const caller = callerOf(request);
        const { project } = request.params;
        await demandProject(caller, project);
        const offered = await offeredRunnerTypes(await registries.agents.get(), gateFor(flags, caller, project));
        return offered.map(present);
      },
    });

    app.get("/projects/:project/models", {
      config: { access: "view" },
      schema: {
        tags,
        summary: "Models of a project",
        params: ProjectParams,
        querystring: ModelsQuery,
        response: { 200: ModelsAnswer, ...errorAnswers },
      },
      handler: async (request) => {
        const caller = callerOf(request);
        const { project } = request.params;
        await demandProject(caller, project);
        const manifest = await registries.models.get();
        const offered = await offeredModels(manifest, gateFor(flags, caller, project));
        return modelsAnswer(manifest, offered, request.query.provider);
      },
    });
  };
}
