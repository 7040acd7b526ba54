/** A session with a runner of the test's own, as operator and pod would have made it. */
import { API_GROUP, sessionObjectName } from "@pilothouse/contracts";
import { roleBindings, roles, serviceAccounts } from "@pilothouse/kubernetes";
import { z } from "zod";
import { agenticSessions } from "../src/kubernetes/resources.ts";
import type { TestCluster } from "./cluster.ts";

const Token = z.object({ status: z.object({ token: z.string() }) });

export interface TestSession {
  readonly project: string;
  readonly name: string;
  readonly uid: string;
  /** The runner's ServiceAccount token. */
  readonly token: string;
}

export async function createSession(
  cluster: TestCluster,
  project: string,
  name: string,
  environmentVariables: Record<string, string> = {},
): Promise<TestSession> {
  const { admin } = cluster;
  const session = await admin.create(
    agenticSessions,
    { metadata: { name }, spec: { runnerType: "replay", permissionMode: "bypass", environmentVariables } },
    { namespace: project },
  );
  const token = await runnerOf(cluster, project, name);
  return { project, name, uid: session.metadata.uid, token };
}

/** A session's ServiceAccount and its rights, as the operator makes them. @returns its token */
export async function runnerOf(cluster: TestCluster, project: string, name: string): Promise<string> {
  const { admin } = cluster;
  const account = sessionObjectName(name);
  const metadata = { name: account };
  await admin.create(serviceAccounts, { metadata }, { namespace: project });
  const rules = [
    { apiGroups: [API_GROUP], resources: ["agenticsessions"], resourceNames: [name], verbs: ["get", "list", "watch"] },
    { apiGroups: [API_GROUP], resources: ["agenticsessions/status"], resourceNames: [name], verbs: ["get", "patch"] },
  ];
  await admin.create(roles, { metadata, rules }, { namespace: project });
  const binding = {
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: account },
    subjects: [{ kind: "ServiceAccount", name: account, namespace: project }],
  };
  await admin.create(roleBindings, binding, { namespace: project });
  return accountToken(cluster, project, account);
}

/** A token of a ServiceAccount, as a pod gets one. It ends with the account. */
export async function accountToken({ admin }: TestCluster, namespace: string, name: string): Promise<string> {
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3600 } };
  const issued = await admin.createSubresource(serviceAccounts, { namespace, name }, "token", body);
  return Token.parse(issued).status.token;
}

/** Writes what the operator writes when a pod becomes ready or goes, or is on its way. */
export async function setEndpoint(
  cluster: TestCluster,
  { project, name }: TestSession,
  endpoint: string | null,
  phase: "Stopped" | "Creating" | "Running" = endpoint === null ? "Stopped" : "Running",
): Promise<void> {
  const status = { phase, endpoint };
  const patch = { type: "merge", body: { status } } as const;
  await cluster.admin.patch(agenticSessions, { namespace: project, name }, patch, { subresource: "status" });
}
