/**
 * What a runner needs around it, for tests: a real Kubernetes API with one session in it, and small HTTP servers in place
 * of the other components (transcript store, broker).
 */
import { generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { customResourceDefinitions as definitions, type AgenticSession } from "@pilothouse/contracts";
import {
  customResourceDefinitions,
  defineResource,
  KubernetesClient,
  namespaces,
  roleBindings,
  roles,
  serviceAccounts,
  type KubernetesObject,
} from "@pilothouse/kubernetes";
import { startLocalCluster, type LocalCluster } from "@pilothouse/local-cluster";
import { exportJWK, SignJWT } from "jose";
import { TranscriptStore } from "./transcript-store.ts";
import { UsageServer } from "./usage-server.ts";

export const PROJECT = "team-a";

const sessions = defineResource<KubernetesObject & { spec?: unknown; status?: unknown }>({
  group: "pilothouse.dev",
  version: "v1alpha1",
  plural: "agenticsessions",
  kind: "AgenticSession",
  namespaced: true,
});

export interface TestSession {
  readonly name: string;
  readonly uid: string;
  readonly directory: string;
  readonly workspace: string;
  readonly tokenFile: string;
  readonly token: string;
}

export class Platform {
  readonly directory: string;
  readonly cluster: LocalCluster;
  readonly client: KubernetesClient;
  readonly store: TranscriptStore;
  readonly usage: UsageServer;
  readonly #key: KeyObject;
  readonly jwks: string;

  private constructor(
    directory: string,
    cluster: LocalCluster,
    client: KubernetesClient,
    store: TranscriptStore,
    usage: UsageServer,
    key: KeyObject,
    jwks: string,
  ) {
    this.directory = directory;
    this.cluster = cluster;
    this.client = client;
    this.store = store;
    this.usage = usage;
    this.#key = key;
    this.jwks = jwks;
  }

  static async start(): Promise<Platform> {
    const directory = await mkdtemp(join(tmpdir(), "pilothouse-runner-"));
    const cluster = await startLocalCluster({ dataDir: join(directory, "cluster") });
    const client = new KubernetesClient({ transport: cluster.inProcess({ name: "test", groups: ["system:masters"] }) });
    for (const definition of Object.values(definitions())) {
      await client.create(customResourceDefinitions, structuredClone(definition) as never);
    }
    await client.create(namespaces, { metadata: { name: PROJECT } });
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const jwk = { ...(await exportJWK(publicKey)), alg: "EdDSA", use: "sig", kid: "test" };
    const jwks = JSON.stringify({ keys: [jwk] });
    const store = await TranscriptStore.start();
    const usage = await UsageServer.start();
    return new Platform(directory, cluster, client, store, usage, privateKey, jwks);
  }

  /** A session with the ServiceAccount, rights and folders that the operator would give it. */
  async createSession(name: string, spec: Record<string, unknown>): Promise<TestSession> {
    const metadata = { name, namespace: PROJECT };
    const created = await this.#createWhenServed(metadata, spec);
    const account = { name: `session-${name}`, namespace: PROJECT };
    await this.client.create(serviceAccounts, { metadata: account });
    const resourceNames = [name];
    await this.client.create(roles, {
      metadata: account,
      rules: [
        {
          apiGroups: ["pilothouse.dev"],
          resources: ["agenticsessions"],
          resourceNames,
          verbs: ["get", "list", "watch"],
        },
        {
          apiGroups: ["pilothouse.dev"],
          resources: ["agenticsessions/status"],
          resourceNames,
          verbs: ["get", "patch", "update"],
        },
      ],
    });
    await this.client.create(roleBindings, {
      metadata: account,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: account.name },
      subjects: [{ kind: "ServiceAccount", ...account }],
    });
    const answer = await this.client.createSubresource(serviceAccounts, account, "token", {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: 3600, audiences: [] },
    } as KubernetesObject);
    const token = (answer as { status: { token: string } }).status.token;
    const directory = join(this.directory, name);
    const workspace = join(directory, "workspace");
    await mkdir(workspace, { recursive: true });
    const tokenFile = join(directory, "token");
    await writeFile(tokenFile, token);
    return { name, uid: created.metadata.uid, directory, workspace, tokenFile, token };
  }

  async session(name: string): Promise<AgenticSession> {
    return (await this.client.get(sessions, { namespace: PROJECT, name })) as unknown as AgenticSession;
  }

  async patchSpec(name: string, spec: Record<string, unknown>): Promise<void> {
    await this.client.patch(sessions, { namespace: PROJECT, name }, { type: "merge", body: { spec } });
  }

  /** What the operator would write. */
  async patchStatus(name: string, status: Record<string, unknown>): Promise<void> {
    const options = { subresource: "status" } as const;
    await this.client.patch(sessions, { namespace: PROJECT, name }, { type: "merge", body: { status } }, options);
  }

  async grant(
    uid: string,
    verbs: readonly string[] = ["read", "act"],
    change: Record<string, unknown> = {},
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ verbs, name: "Ada Lovelace", iat: now, exp: now + 60, ...change })
      .setProtectedHeader({ alg: "EdDSA", kid: "test" })
      .setIssuer("pilothouse-backend")
      .setAudience(uid)
      .setSubject("ada@example.com")
      .sign(this.#key);
  }

  environment(session: TestSession, change: Record<string, string> = {}): Record<string, string> {
    return {
      PATH: process.env["PATH"] ?? "",
      RUNNER_TYPE: "replay",
      POD_IP: "127.0.0.1",
      PILOTHOUSE_RUNNER_PORT: "0",
      PILOTHOUSE_PROJECT: PROJECT,
      PILOTHOUSE_SESSION_NAME: session.name,
      PILOTHOUSE_SESSION_UID: session.uid,
      PILOTHOUSE_WORKSPACE_DIR: session.workspace,
      PILOTHOUSE_KUBERNETES_API_URL: this.cluster.url,
      PILOTHOUSE_CA_FILE: this.cluster.caFile,
      PILOTHOUSE_TOKEN_FILE: session.tokenFile,
      PILOTHOUSE_BACKEND_URL: this.store.url,
      PILOTHOUSE_BACKEND_JWKS: this.jwks,
      PILOTHOUSE_BROKER_URL: this.usage.url,
      PILOTHOUSE_BROKER_TOKEN: this.usage.token,
      PILOTHOUSE_TERMINATION_MESSAGE_FILE: join(session.directory, "termination-log"),
      PILOTHOUSE_GRACE_SECONDS: "10",
      ...change,
    };
  }

  async terminationMessage(session: TestSession): Promise<string> {
    return readFile(join(session.directory, "termination-log"), "utf8");
  }

  async stop(): Promise<void> {
    await this.store.stop();
    await this.usage.stop();
    await this.cluster.stop();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  /** A definition is served a moment after it is created. */
  async #createWhenServed(metadata: { name: string; namespace: string }, spec: Record<string, unknown>) {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.client.create(sessions, { metadata, spec });
      } catch (error) {
        if (attempt === 50) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }
}

export function randomToken(): string {
  return randomBytes(32).toString("base64url");
}
