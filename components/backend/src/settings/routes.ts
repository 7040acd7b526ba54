/** Settings and tool servers of a project, kept in its ProjectSettings object. */
import {
  FIELD_MANAGERS,
  McpServersAnswer,
  PROJECT_SETTINGS_NAME,
  SettingsAnswer,
  UpdateMcpServersRequest,
  UpdateSettingsRequest,
  type ProjectSettingsSpec,
} from "@pilothouse/contracts";
import { isConflict, type Stored } from "@pilothouse/kubernetes";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { callerOf } from "../http/caller.ts";
import { ProjectParams, errorAnswers } from "../http/params.ts";
import type { Caller } from "../identity/identity.ts";
import { projectSettings, type ProjectSettingsObject } from "../kubernetes/resources.ts";

const tags = ["settings"];
const ATTEMPTS = 4;

export const settingsRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get("/projects/:project/settings", {
    config: { access: "view" },
    schema: { tags, summary: "Settings", params: ProjectParams, response: { 200: SettingsAnswer, ...errorAnswers } },
    handler: async (request) => present(await read(callerOf(request), request.params.project)),
  });

  app.put("/projects/:project/settings", {
    config: { access: "admin", audit: "update-settings" },
    schema: {
      tags,
      summary: "Change settings",
      description: "Each field that is named is replaced as a whole; null removes it.",
      params: ProjectParams,
      body: UpdateSettingsRequest,
      response: { 200: SettingsAnswer, ...errorAnswers },
    },
    handler: async (request) =>
      present(
        await change(callerOf(request), request.params.project, (spec) => ({ ...spec, ...(request.body as object) })),
      ),
  });

  app.get("/projects/:project/mcp-servers", {
    config: { access: "view" },
    schema: {
      tags,
      summary: "Tool servers",
      params: ProjectParams,
      response: { 200: McpServersAnswer, ...errorAnswers },
    },
    handler: async (request) => presentServers(await read(callerOf(request), request.params.project)),
  });

  app.put("/projects/:project/mcp-servers", {
    config: { access: "admin", audit: "update-settings" },
    schema: {
      tags,
      summary: "Replace the tool servers",
      params: ProjectParams,
      body: UpdateMcpServersRequest,
      response: { 200: McpServersAnswer, ...errorAnswers },
    },
    handler: async (request) =>
      presentServers(
        await change(callerOf(request), request.params.project, (spec) => ({ ...spec, mcpServers: request.body })),
      ),
  });
};

type Settings = Stored<ProjectSettingsObject>;

async function read(caller: Caller, project: string): Promise<Settings> {
  return caller.kubernetes.get(projectSettings, { namespace: project, name: PROJECT_SETTINGS_NAME });
}

function present(settings: Settings): SettingsAnswer {
  const { mcpServers: _elsewhere, integrationChecks: _askedByRoutes, ...rest } = settings.spec ?? {};
  return rest;
}

function presentServers(settings: Settings): { custom: Record<string, unknown>; disabled: string[] } {
  const { custom = {}, disabled = [] } = settings.spec?.mcpServers ?? {};
  return { custom, disabled };
}

/** Reads, changes and writes back; a change in between is taken in and the write tried again. */
async function change(
  caller: Caller,
  project: string,
  edit: (spec: ProjectSettingsSpec) => Record<string, unknown>,
): Promise<Settings> {
  for (let attempt = 1; ; attempt += 1) {
    const current = await read(caller, project);
    const spec = Object.fromEntries(Object.entries(edit(current.spec ?? {})).filter(([, value]) => value !== null));
    try {
      return await caller.kubernetes.update(
        projectSettings,
        { ...current, spec },
        { fieldManager: FIELD_MANAGERS.backend },
      );
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
    }
  }
}
