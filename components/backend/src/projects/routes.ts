/** Projects: list, create, read, change, delete, and what the caller may do in one. */
import {
  CreateProjectRequest,
  FIELD_MANAGERS,
  PROJECTS_NAMESPACE,
  ProjectAccessAnswer,
  ProjectListQuery,
  ProjectPage,
  ProjectSummary,
  UpdateProjectRequest,
} from "@pilothouse/contracts";
import { abortOnClose } from "@pilothouse/server";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { ApiError, invalidField } from "../errors/api-error.ts";
import { callerOf } from "../http/caller.ts";
import { page, type PageRules } from "../http/page.ts";
import { Nothing, ProjectParams, errorAnswers } from "../http/params.ts";
import { Rules } from "../identity/access.ts";
import { waitUntilGone } from "../kubernetes/gone.ts";
import { projects } from "../kubernetes/resources.ts";
import { actionsOf, demandProject, projectObjectActions, roleOf } from "./membership.ts";
import { getProject, listProjects, refuseReservedName, summarize } from "./projects.ts";
import { waitUntilUsable } from "./ready.ts";

const tags = ["projects"];
const WAIT_MILLISECONDS = 5_000;

const PAGE_RULES: PageRules<ProjectSummary> = {
  search: (project) => [project.name, project.displayName, project.description],
  sort: {
    name: (project) => project.name,
    displayName: (project) => project.displayName.toLowerCase(),
    createdAt: (project) => project.createdAt,
    owner: (project) => project.owner,
    status: (project) => project.status,
  },
  defaultSort: "-createdAt",
};

export const projectRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get("/projects", {
    config: { access: "token" },
    schema: {
      tags,
      summary: "Projects that the caller may read",
      querystring: ProjectListQuery,
      response: { 200: ProjectPage, ...errorAnswers },
    },
    handler: async (request) => page(await listProjects(callerOf(request)), request.query, PAGE_RULES),
  });

  app.post("/projects", {
    config: {
      access: "token",
      audit: "create-project",
      api: { location: true, example: { name: "my-team", displayName: "My team" } },
    },
    schema: {
      tags,
      summary: "Create a project",
      description: "The caller becomes its owner. With status Pending it is not ready yet: poll the Location.",
      body: CreateProjectRequest,
      response: { 201: ProjectSummary, ...errorAnswers },
    },
    handler: async (request, reply) => {
      const { name, displayName, description } = request.body;
      refuseReservedName(name);
      const caller = callerOf(request);
      const object = {
        metadata: { name },
        spec: {
          owner: caller.identity.userId,
          ...(displayName === undefined ? {} : { displayName }),
          ...(description === undefined ? {} : { description }),
        },
      };
      const created = await caller.kubernetes.create(projects, object, {
        namespace: PROJECTS_NAMESPACE,
        fieldManager: FIELD_MANAGERS.backend,
      });
      const { project, usable } = await waitUntilUsable(caller, created, WAIT_MILLISECONDS, abortOnClose(reply));
      const summary = summarize(project, "admin");
      if (summary.status === "Failed") {
        throw new ApiError("CONFLICT", `project ${name}: ${summary.message ?? "the operator refused it"}`);
      }
      return reply
        .code(201)
        .header("location", `/api/projects/${name}`)
        .send(usable || summary.status !== "Ready" ? summary : { ...summary, status: "Pending" });
    },
  });

  app.get("/projects/:project", {
    config: { access: "view" },
    schema: { tags, summary: "One project", params: ProjectParams, response: { 200: ProjectSummary, ...errorAnswers } },
    handler: async (request) => summarize(await getProject(callerOf(request), request.params.project)),
  });

  app.put("/projects/:project", {
    config: { access: "admin", audit: "update-project" },
    schema: {
      tags,
      summary: "Change display name and description",
      params: ProjectParams,
      body: UpdateProjectRequest,
      response: { 200: ProjectSummary, ...errorAnswers },
    },
    handler: async (request) => {
      const { project } = request.params;
      const { name, displayName, description } = request.body;
      if (name !== undefined && name !== project) throw invalidField("name", "the name of a project cannot be changed");
      const spec = {
        ...(displayName === undefined ? {} : { displayName }),
        ...(description === undefined ? {} : { description }),
      };
      const changed = await callerOf(request).kubernetes.patch(
        projects,
        { namespace: PROJECTS_NAMESPACE, name: project },
        { type: "merge", body: { spec } },
        { fieldManager: FIELD_MANAGERS.backend },
      );
      return summarize(changed);
    },
  });

  app.delete("/projects/:project", {
    config: { access: "admin", audit: "delete-project" },
    schema: {
      tags,
      summary: "Delete a project and everything in it",
      params: ProjectParams,
      response: { 204: Nothing, ...errorAnswers },
    },
    handler: async (request, reply) => {
      const key = { namespace: PROJECTS_NAMESPACE, name: request.params.project };
      const { kubernetes } = callerOf(request);
      await kubernetes.delete(projects, key);
      await waitUntilGone(async () => kubernetes.get(projects, key), abortOnClose(reply));
      return reply.code(204).send(null);
    },
  });

  app.get("/projects/:project/access", {
    config: { access: "view" },
    schema: {
      tags,
      summary: "The caller's role and allowed actions",
      params: ProjectParams,
      response: { 200: ProjectAccessAnswer, ...errorAnswers },
    },
    handler: async (request) => {
      const { project } = request.params;
      const caller = callerOf(request);
      const [rules, objectActions] = await Promise.all([
        Rules.of(caller, project),
        projectObjectActions(caller, project),
      ]);
      const actions = actionsOf(rules);
      const userRole = roleOf(actions);
      if (userRole === undefined) {
        await demandProject(caller, project);
        throw new ApiError("FORBIDDEN", `project ${project}: the caller has no role`);
      }
      // An administrator of the cluster has every right in a namespace that does not exist.
      if (objectActions.length > 0) await getProject(caller, project);
      return { project, userRole, allowedActions: [...actions, ...objectActions] };
    },
  });
};
