/** Access keys of a project: for programs that use the API without a person. */
import {
  CreateProjectKeyRequest,
  CreatedProjectKey,
  DnsLabel,
  FIELD_MANAGERS,
  ProjectKeyList,
} from "@pilothouse/contracts";
import { roleBindings, serviceAccounts, type TokenRequest } from "@pilothouse/kubernetes";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { ApiError } from "../errors/api-error.ts";
import { callerOf } from "../http/caller.ts";
import { Nothing, ProjectParams, errorAnswers } from "../http/params.ts";
import { demand } from "../identity/access.ts";
import type { Authenticator, Caller } from "../identity/identity.ts";
import type { Store } from "../store/store.ts";
import {
  KEY_SELECTOR,
  SHORTEST_TOKEN_SECONDS,
  isKeyAccount,
  keyAccount,
  keyBinding,
  keyUser,
  presentKey,
} from "./keys.ts";
import type { KeyUsage } from "./usage.ts";

const tags = ["keys"];
const options = { fieldManager: FIELD_MANAGERS.backend };
const IssuedToken = z.object({ status: z.object({ token: z.string().min(1), expirationTimestamp: z.string() }) });

export function keyRoutes(store: Store, authenticator: Authenticator, usage: KeyUsage): FastifyPluginAsyncZod {
  return async (app) => {
    app.get("/projects/:project/keys", {
      config: { access: "admin" },
      schema: {
        tags,
        summary: "Access keys",
        params: ProjectParams,
        response: { 200: ProjectKeyList, ...errorAnswers },
      },
      handler: async (request) => {
        const { project } = request.params;
        const caller = callerOf(request);
        await demandManager(caller, project, "create");
        const accounts = await caller.kubernetes.list(serviceAccounts, {
          namespace: project,
          labelSelector: KEY_SELECTOR,
        });
        const users = accounts.items.map((account) => keyUser(project, account.metadata.name));
        const records = await store.getKeys(users);
        const items = accounts.items.map((account) =>
          presentKey(account, records.get(keyUser(project, account.metadata.name))),
        );
        return { items: items.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1)) };
      },
    });

    app.post("/projects/:project/keys", {
      config: {
        access: "admin",
        audit: "create-key",
        api: { location: true, example: { name: "ci", role: "edit", expirationSeconds: 86_400 } },
      },
      schema: {
        tags,
        summary: "Make an access key",
        description: "The answer holds the key, this once.",
        params: ProjectParams,
        body: CreateProjectKeyRequest,
        response: { 201: CreatedProjectKey, ...errorAnswers },
      },
      handler: async (request, reply) => {
        const { project } = request.params;
        const { name, description, role, expirationSeconds } = request.body;
        const caller = callerOf(request);
        const expiresAt = new Date(Date.now() + expirationSeconds * 1000);
        // Asked first, so that nothing has to be taken back: an account is made before its token.
        const issuing = { verb: "create", group: "", resource: "serviceaccounts", subresource: "token" };
        await demand(caller, { ...issuing, namespace: project });
        const key = { name, description, role, createdBy: caller.identity.userId, expiresAt };
        const account = await caller.kubernetes.create(serviceAccounts, keyAccount(key), {
          ...options,
          namespace: project,
        });
        const { name: id } = account.metadata;
        try {
          // Kubernetes refuses a role that the creator does not hold: a key never outranks its creator.
          await caller.kubernetes.create(roleBindings, keyBinding(project, account, role), {
            ...options,
            namespace: project,
          });
          const token = await issue(caller, project, id, expirationSeconds);
          const userId = keyUser(project, id);
          await store.forgetKey(userId);
          if (expirationSeconds < SHORTEST_TOKEN_SECONDS)
            await store.noteKey(userId, { expiresAt: expiresAt.getTime() });
          return await reply
            .code(201)
            .header("location", `/api/projects/${project}/keys/${id}`)
            .send({ ...presentKey(account, undefined), key: token });
        } catch (error) {
          await caller.kubernetes.delete(serviceAccounts, { namespace: project, name: id }).catch(() => undefined);
          throw error;
        }
      },
    });

    app.delete("/projects/:project/keys/:id", {
      config: { access: "admin", audit: "delete-key" },
      schema: {
        tags,
        summary: "Delete an access key",
        description: "Its next call is refused.",
        params: ProjectParams.extend({ id: DnsLabel }),
        response: { 204: Nothing, ...errorAnswers },
      },
      handler: async (request, reply) => {
        const { project, id } = request.params;
        const caller = callerOf(request);
        await demandManager(caller, project, "delete");
        const account = await caller.kubernetes.get(serviceAccounts, { namespace: project, name: id });
        if (!isKeyAccount(account)) throw new ApiError("NOT_FOUND", `project ${project} has no access key ${id}`);
        await caller.kubernetes.delete(serviceAccounts, { namespace: project, name: id });
        await caller.kubernetes.delete(roleBindings, { namespace: project, name: id }).catch(() => undefined);
        const userId = keyUser(project, id);
        authenticator.forget(userId);
        usage.forget(userId);
        await store.forgetKey(userId);
        return reply.code(204).send(null);
      },
    });
  };
}

/** Keys are for admins to see, also where others may read ServiceAccounts. */
async function demandManager(caller: Caller, project: string, verb: "create" | "delete"): Promise<void> {
  await demand(caller, { group: "", resource: "serviceaccounts", verb, namespace: project });
}

async function issue(caller: Caller, project: string, id: string, seconds: number): Promise<string> {
  const body: TokenRequest = { spec: { expirationSeconds: Math.max(SHORTEST_TOKEN_SECONDS, seconds) } };
  const answer = await caller.kubernetes.createSubresource(serviceAccounts, { namespace: project, name: id }, "token", {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    ...body,
  });
  return IssuedToken.parse(answer).status.token;
}
