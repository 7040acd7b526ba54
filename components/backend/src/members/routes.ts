/** Members of a project. Kubernetes' RBAC decides who may see and change them. */
import {
  ChangePermissionRequest,
  CreatePermissionRequest,
  FIELD_MANAGERS,
  Permission,
  PermissionList,
  SubjectName,
  SubjectType,
} from "@pilothouse/contracts";
import { roleBindings, type RoleBinding, type Stored } from "@pilothouse/kubernetes";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { ApiError } from "../errors/api-error.ts";
import { callerOf } from "../http/caller.ts";
import { Nothing, ProjectParams, errorAnswers } from "../http/params.ts";
import { demand } from "../identity/access.ts";
import type { Caller } from "../identity/identity.ts";
import { memberBinding, permissionsOf, planRemoval, type Removal } from "./bindings.ts";

const tags = ["members"];
const options = { fieldManager: FIELD_MANAGERS.backend };

const BINDINGS = { group: "rbac.authorization.k8s.io", resource: "rolebindings" };
const MemberParams = ProjectParams.extend({ subjectType: SubjectType, subjectName: SubjectName });

async function bindingsOf(caller: Caller, project: string): Promise<Stored<RoleBinding>[]> {
  return (await caller.kubernetes.list(roleBindings, { namespace: project })).items;
}

export const memberRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get("/projects/:project/permissions", {
    config: { access: "view" },
    schema: { tags, summary: "Members", params: ProjectParams, response: { 200: PermissionList, ...errorAnswers } },
    handler: async (request) => ({
      items: permissionsOf(await bindingsOf(callerOf(request), request.params.project)),
    }),
  });

  app.post("/projects/:project/permissions", {
    config: {
      access: "admin",
      audit: "add-member",
      api: { example: { subjectType: "user", subjectName: "ann", role: "view" } },
    },
    schema: {
      tags,
      summary: "Add a member",
      params: ProjectParams,
      body: CreatePermissionRequest,
      response: { 201: Permission, ...errorAnswers },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const { project } = request.params;
      const { subjectType, subjectName, role } = request.body;
      await demand(caller, { ...BINDINGS, verb: "create", namespace: project });
      const held = permissionsOf(await bindingsOf(caller, project)).find(
        (permission) => permission.subjectType === subjectType && permission.subjectName === subjectName,
      );
      if (held !== undefined) {
        throw new ApiError(
          "ALREADY_EXISTS",
          `${subjectType} ${subjectName} is a member of ${project} already, as ${held.role}; change that by PUT`,
          { details: { role: held.role } },
        );
      }
      const binding = memberBinding(subjectType, subjectName, role);
      await caller.kubernetes.create(roleBindings, binding, { ...options, namespace: project });
      return reply.code(201).send({ subjectType, subjectName, role });
    },
  });

  app.put("/projects/:project/permissions/:subjectType/:subjectName", {
    config: { access: "admin", audit: "change-member" },
    schema: {
      tags,
      summary: "Change a member's role",
      params: MemberParams,
      body: ChangePermissionRequest,
      response: { 200: Permission, ...errorAnswers },
    },
    handler: async (request) => {
      const caller = callerOf(request);
      const { project, subjectType, subjectName } = request.params;
      const { role } = request.body;
      for (const verb of ["create", "delete"]) await demand(caller, { ...BINDINGS, verb, namespace: project });
      const bindings = await bindingsOf(caller, project);
      const held = permissionsOf(bindings).find(
        (permission) => permission.subjectType === subjectType && permission.subjectName === subjectName,
      );
      if (held === undefined) throw noMember(project, subjectType, subjectName);
      if (held.role === role) return held;
      const removal = planRemoval(bindings, subjectType, subjectName);
      checkRemoval(removal, project, subjectType, subjectName);
      const names = bindings.map(({ metadata }) => metadata.name);
      const binding = memberBinding(subjectType, subjectName, role, names);
      await caller.kubernetes.create(roleBindings, binding, { ...options, namespace: project });
      await remove(caller, project, removal);
      return { subjectType, subjectName, role };
    },
  });

  app.delete("/projects/:project/permissions/:subjectType/:subjectName", {
    config: { access: "admin", audit: "remove-member" },
    schema: {
      tags,
      summary: "Remove a member",
      params: MemberParams,
      response: { 204: Nothing, ...errorAnswers },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const { project, subjectType, subjectName } = request.params;
      await demand(caller, { ...BINDINGS, verb: "delete", namespace: project });
      const removal = planRemoval(await bindingsOf(caller, project), subjectType, subjectName);
      if (removal.remove.length + removal.shrink.length === 0) throw noMember(project, subjectType, subjectName);
      checkRemoval(removal, project, subjectType, subjectName);
      await remove(caller, project, removal);
      return reply.code(204).send(null);
    },
  });
};

function noMember(project: string, subjectType: SubjectType, subjectName: string): ApiError {
  return new ApiError("NOT_FOUND", `${subjectType} ${subjectName} is not a member of ${project}`);
}

/** @throws ApiError when the project would be left without what it needs */
function checkRemoval(removal: Removal, project: string, subjectType: SubjectType, subjectName: string): void {
  if (removal.leavesNoAdmin) {
    throw new ApiError("LAST_ADMIN", `${subjectType} ${subjectName} is the last admin of ${project}`);
  }
  if (removal.isOwner) {
    throw new ApiError("CONFLICT", `${subjectType} ${subjectName} owns ${project} and stays its admin`);
  }
}

async function remove(caller: Caller, project: string, { shrink, remove: removed }: Removal): Promise<void> {
  for (const binding of shrink) await caller.kubernetes.update(roleBindings, binding, options);
  for (const { metadata } of removed) {
    await caller.kubernetes.delete(roleBindings, { namespace: project, name: metadata.name });
  }
}
