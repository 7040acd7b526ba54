/** A real local cluster with the platform installed, and projects as the operator would have made them. */
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  LABELS,
  OPERATOR_SERVICE_ACCOUNT,
  PROJECTS_NAMESPACE,
  PROJECT_ROLES,
  PROJECT_SETTINGS_NAME,
  SYSTEM_NAMESPACE,
  projectAccessName,
  serviceAccountUser,
  type Role,
} from "@pilothouse/contracts";
import {
  KubernetesClient,
  isAlreadyExists,
  namespaces,
  roleBindings,
  roles,
  secrets,
  type KubernetesObject,
  type Transport,
} from "@pilothouse/kubernetes";
import { startLocalCluster, type LocalCluster } from "@pilothouse/local-cluster";
import { parseAllDocuments } from "yaml";
import { projectAccesses, projectSettings, projects } from "../src/kubernetes/resources.ts";

const DEPLOY = fileURLToPath(new URL("../../../deploy/", import.meta.url));

export interface Member {
  readonly user: string;
  readonly role: Role;
}

export class TestCluster {
  readonly local: LocalCluster;
  readonly folder: string;
  readonly admin: KubernetesClient;
  readonly #transport: Transport;

  private constructor(local: LocalCluster, folder: string) {
    this.local = local;
    this.folder = folder;
    // The status of a session is the operator's to write; the rest needs an administrator.
    const name = serviceAccountUser(SYSTEM_NAMESPACE, OPERATOR_SERVICE_ACCOUNT);
    this.#transport = local.inProcess({ name, groups: ["system:masters"] });
    this.admin = new KubernetesClient({ transport: this.#transport });
  }

  static async start(): Promise<TestCluster> {
    const folder = await mkdtemp(join(tmpdir(), "pilothouse-backend-"));
    const cluster = new TestCluster(await startLocalCluster({ dataDir: join(folder, "cluster") }), folder);
    await cluster.#install();
    return cluster;
  }

  token(user: string, groups: string[] = [], expiresInSeconds = 3600): string {
    return this.local.mintUserToken({ user, groups, expiresInSeconds });
  }

  /** What the operator makes of a Project with these members: namespace, bindings, settings, access. */
  async project(name: string, members: readonly Member[]): Promise<void> {
    const { admin } = this;
    const owner = members.find((member) => member.role === "admin")?.user ?? "nobody";
    await admin.create(projects, { metadata: { name }, spec: { owner } }, { namespace: PROJECTS_NAMESPACE });
    await this.furnish(name, members);
  }

  /** As {@link project}, for a Project that exists. */
  async furnish(name: string, members: readonly Member[]): Promise<void> {
    const { admin } = this;
    await admin.create(namespaces, { metadata: { name, labels: { [LABELS.managed]: "true" } } });
    await admin.create(projectSettings, { metadata: { name: PROJECT_SETTINGS_NAME }, spec: {} }, { namespace: name });
    for (const [index, { user, role }] of members.entries()) {
      const binding = {
        metadata: { name: index === 0 ? "pilothouse-owner" : `member-${index}` },
        roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: PROJECT_ROLES[role] },
        subjects: [{ kind: "User", name: user, apiGroup: RBAC }],
      };
      await admin.create(roleBindings, binding, { namespace: name });
      await this.admit(name, user, role);
    }
    const key = { namespace: PROJECTS_NAMESPACE, name };
    const status = { phase: "Ready" as const };
    await admin.patch(projects, key, { type: "merge", body: { status } }, { subresource: "status" });
  }

  /** Lets a member at the Project object itself, as the operator does once it has seen their binding. */
  async admit(project: string, user: string, role: Role): Promise<void> {
    await this.#openProject(project, user, role);
    await this.#grantAccess(user, project, role);
  }

  /** Keeps ProjectSettings.status.secrets as the operator does: key names, never values. */
  async noteSecrets(project: string): Promise<void> {
    const { items } = await this.admin.list(secrets, { namespace: project });
    const updatedAt = new Date().toISOString();
    const noted = items.map((secret) => ({
      name: secret.metadata.name,
      keys: Object.keys(secret.data ?? {}).map((name) => ({ name, updatedAt })),
    }));
    await this.admin.patch(
      projectSettings,
      { namespace: project, name: PROJECT_SETTINGS_NAME },
      { type: "merge", body: { status: { secrets: noted } } },
      { subresource: "status" },
    );
  }

  async stop(): Promise<void> {
    await this.#transport.close();
    await this.local.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #openProject(project: string, user: string, role: Role): Promise<void> {
    const name = `project-${project}-${user.replaceAll(/[^a-z0-9]/g, "-")}`;
    const verbs = role === "admin" ? ["get", "update", "patch", "delete"] : ["get"];
    const rules = [{ apiGroups: ["pilothouse.dev"], resources: ["projects"], resourceNames: [project], verbs }];
    await this.#allow(name, user, rules);
  }

  async #grantAccess(user: string, project: string, role: Role): Promise<void> {
    const name = projectAccessName("User", user);
    const key = { namespace: PROJECTS_NAMESPACE, name };
    const existing = await this.admin.find(projectAccesses, key);
    const entry = { name: project, role };
    const subject = { kind: "User" as const, name: user };
    const spec = { subject, projects: [...(existing?.spec.projects ?? []), entry] };
    if (existing !== undefined) {
      await this.admin.patch(projectAccesses, key, { type: "merge", body: { spec } });
      return;
    }
    await this.admin.create(projectAccesses, { metadata: { name }, spec }, { namespace: PROJECTS_NAMESPACE });
    const rules = [
      { apiGroups: ["pilothouse.dev"], resources: ["projectaccesses"], resourceNames: [name], verbs: ["get"] },
    ];
    await this.#allow(name, user, rules);
  }

  async #allow(
    name: string,
    user: string,
    rules: { apiGroups: string[]; resources: string[]; resourceNames: string[]; verbs: string[] }[],
  ): Promise<void> {
    const namespace = PROJECTS_NAMESPACE;
    await this.admin.create(roles, { metadata: { name }, rules }, { namespace });
    const binding = {
      metadata: { name },
      roleRef: { apiGroup: RBAC, kind: "Role", name },
      subjects: [{ kind: "User", name: user, apiGroup: RBAC }],
    };
    await this.admin.create(roleBindings, binding, { namespace });
  }

  async #install(): Promise<void> {
    for (const name of [SYSTEM_NAMESPACE, PROJECTS_NAMESPACE]) {
      await ignoreExisting(this.admin.create(namespaces, { metadata: { name } }));
    }
    for (const folder of ["crds", "rbac", "policies"]) {
      const files = (await readdir(join(DEPLOY, folder))).filter((name) => name.endsWith(".yaml")).toSorted();
      for (const file of files) {
        for (const document of parseAllDocuments(await readFile(join(DEPLOY, folder, file), "utf8"))) {
          await this.#createAny(document.toJS() as KubernetesObject | null);
        }
      }
    }
  }

  async #createAny(object: KubernetesObject | null): Promise<void> {
    const { apiVersion = "v1", kind = "", metadata } = object ?? {};
    if (object === null) return;
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const plural = PLURALS[kind] ?? `${kind.toLowerCase()}s`;
    const scope = metadata?.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
    const path = `${root}${scope}/${plural}`;
    await ignoreExisting(this.admin.request({ method: "POST", path, body: object }));
  }
}

const RBAC = "rbac.authorization.k8s.io";
const PLURALS: Readonly<Record<string, string>> = {
  ValidatingAdmissionPolicy: "validatingadmissionpolicies",
  NetworkPolicy: "networkpolicies",
};

async function ignoreExisting(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}
