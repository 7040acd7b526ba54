// A cluster of this process with the platform's manifests and a running operator: what tests of the whole operator use.
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  OPERATOR_SERVICE_ACCOUNT,
  PROJECTS_NAMESPACE,
  SYSTEM_NAMESPACE,
  type AgenticSessionSpecInput,
} from "@pilothouse/contracts";
import {
  KubernetesClient,
  connect,
  loadKubeconfig,
  pods,
  serviceAccounts,
  type Logger,
  type Pod,
  type Stored,
  type TokenRequest,
} from "@pilothouse/kubernetes";
import { startLocalCluster, type ImageStore, type LocalCluster } from "@pilothouse/local-cluster";
import { stringify } from "yaml";
import { z } from "zod";
import { loadConfiguration } from "../../src/configuration/configuration.ts";
import { startOperator, type OperatorOptions, type RunningOperator } from "../../src/operator.ts";
import { projects, sessions, type ProjectObject, type SessionObject } from "../../src/resources/types.ts";
import { installManifests } from "./manifests.ts";

const PROCESS = fileURLToPath(new URL("session-process.mjs", import.meta.url));
const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const AGENTS = [
  {
    id: "test-runner",
    displayName: "Test",
    framework: "replay",
    provider: null,
    container: { image: "test/runner", env: { RUNNER_TYPE: "replay" } },
    sandbox: { terminationGracePeriod: 5, workspaceSize: "1Gi" },
    capabilities: {
      framework: "replay",
      provider: null,
      agentFeatures: ["agentic_chat"],
      fileSystem: false,
      mcp: false,
      tracing: null,
      supportedTracing: null,
      sessionPersistence: false,
    },
  },
];
const keyed = {
  ...AGENTS[0],
  id: "keyed-runner",
  provider: "anthropic",
  auth: { requiredSecretKeys: ["ANTHROPIC_API_KEY"], secretKeyLogic: "any" },
};
const MODELS = {
  version: 1,
  defaultModel: "model-1",
  providerDefaults: { anthropic: "model-1" },
  models: [{ id: "model-1", label: "Model 1", provider: "anthropic" }],
};
const TokenAnswer = z.object({ status: z.object({ token: z.string() }) });

const program = (role: string) => ({
  entrypoint: [process.execPath, PROCESS, role],
  hostPaths: [process.execPath, FOLDER].map((path) => ({ path, readOnly: true })),
});
const images: ImageStore = {
  resolve: (image) => {
    if (image === "test/runner") return program("runner");
    return image === "test/broker" ? program("broker") : undefined;
  },
};

export const problemLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: (fields, message) => console.warn(message, fields),
  error: (fields, message) => console.error(message, fields),
};
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

export interface PlatformOptions {
  readonly flags?: Readonly<Record<string, string>>;
  readonly logger?: Logger;
  readonly operator?: OperatorOptions;
  /** False: a cluster without a node, where pods stay Pending. Default true. */
  readonly node?: boolean;
  /** False: no operator in this process; the test starts its own. Default true. */
  readonly startOperator?: boolean;
}

export class Platform {
  readonly #ends: (() => Promise<unknown>)[] = [];
  readonly #options: PlatformOptions;
  /** The operator's command line. */
  args: string[] = [];
  cluster!: LocalCluster;
  /** Cluster administrator. */
  admin!: KubernetesClient;
  operator: RunningOperator | undefined;
  /** uids whose transcript the operator has asked to remove. */
  readonly removedTranscripts: string[] = [];
  /** What the backend answers to it. */
  transcriptStatus = 204;

  private constructor(options: PlatformOptions) {
    this.#options = options;
  }

  static async start(options: PlatformOptions = {}): Promise<Platform> {
    const platform = new Platform(options);
    try {
      await platform.#startCluster();
      if (options.startOperator !== false) await platform.startOperator();
    } catch (error) {
      await platform.stop();
      throw error;
    }
    return platform;
  }

  async #startCluster(): Promise<void> {
    const directory = await mkdtemp(join(tmpdir(), "pilothouse-operator-"));
    this.#ends.push(() => rm(directory, { recursive: true, force: true }));
    const node = this.#options.node === false ? {} : { images };
    this.cluster = await startLocalCluster({ dataDir: join(directory, "cluster"), ...node, podGraceMs: 1000 });
    this.#ends.push(() => this.cluster.stop());
    const connection = await loadKubeconfig(this.cluster.adminKubeconfigFile);
    this.admin = connect(connection);
    this.#ends.push(() => this.admin.close());
    await installManifests(this.admin);
    await this.#configure(directory, connection.transport.certificateAuthority ?? "");
  }

  async #configure(directory: string, certificateAuthority: string): Promise<void> {
    const token = await this.#token(SYSTEM_NAMESPACE, OPERATOR_SERVICE_ACCOUNT);
    const kubeconfig = join(directory, "operator-kubeconfig");
    const document = {
      "current-context": "test",
      contexts: [{ name: "test", context: { cluster: "test", user: "operator" } }],
      clusters: [
        {
          name: "test",
          cluster: {
            server: this.cluster.url,
            "certificate-authority-data": Buffer.from(certificateAuthority).toString("base64"),
          },
        },
      ],
      users: [{ name: "operator", user: { token } }],
    };
    const { publicKey } = generateKeyPairSync("ed25519");
    const files = {
      [kubeconfig]: stringify(document),
      [join(directory, "jwks.json")]: JSON.stringify({ keys: [publicKey.export({ format: "jwk" })] }),
      [join(directory, "agents.json")]: JSON.stringify([...AGENTS, keyed]),
      [join(directory, "models.json")]: JSON.stringify(MODELS),
    };
    for (const [file, text] of Object.entries(files)) await writeFile(file, text);
    const backend = await this.#startTranscripts();
    const flags: Record<string, string> = {
      kubeconfig,
      "backend-url": backend,
      "backend-jwks-file": join(directory, "jwks.json"),
      "agent-registry-file": join(directory, "agents.json"),
      "models-file": join(directory, "models.json"),
      "broker-image": "test/broker",
      "health-port": "0",
      "lease-duration": "4",
      ...this.#options.flags,
    };
    this.args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  }

  /** The one route of the backend that the operator calls. */
  async #startTranscripts(): Promise<string> {
    const server: Server = createServer((request, response) => {
      const uid = /^\/internal\/transcripts\/([^/]+)$/.exec(request.url ?? "")?.[1];
      if (request.method === "DELETE" && uid !== undefined && this.transcriptStatus < 300)
        this.removedTranscripts.push(uid);
      response.writeHead(this.transcriptStatus).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.#ends.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async startOperator(): Promise<void> {
    const configuration = await loadConfiguration(this.args, {});
    this.operator = await startOperator(configuration, this.#options.logger ?? silent, this.#options.operator);
  }

  async stopOperator(): Promise<void> {
    await this.operator?.stop();
    this.operator = undefined;
  }

  async stop(): Promise<void> {
    await this.stopOperator();
    for (const end of this.#ends.splice(0).toReversed()) await end();
  }

  async #token(namespace: string, name: string): Promise<string> {
    const request: TokenRequest = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: 3600 },
    };
    return TokenAnswer.parse(await this.admin.createSubresource(serviceAccounts, { namespace, name }, "token", request))
      .status.token;
  }

  /** A client with a ServiceAccount's own token. */
  async serviceAccount(namespace: string, name: string): Promise<KubernetesClient> {
    return this.admin.withToken(await this.#token(namespace, name));
  }

  /** A client of a local user. */
  user(name: string, groups: string[] = []): KubernetesClient {
    return this.admin.withToken(this.cluster.mintUserToken({ user: name, groups, expiresInSeconds: 3600 }));
  }

  /** Creates a project as the user, and waits until it is ready. */
  async project(client: KubernetesClient, name: string, owner: string): Promise<Stored<ProjectObject>> {
    await client.create(projects, { metadata: { name, namespace: PROJECTS_NAMESPACE }, spec: { owner } });
    return eventually(async () => {
      const project = await this.admin.get(projects, { namespace: PROJECTS_NAMESPACE, name });
      return project.status?.phase === "Ready" ? project : undefined;
    }, `project ${name} to be ready`);
  }

  async createSession(
    namespace: string,
    name: string,
    spec: AgenticSessionSpecInput = {},
  ): Promise<Stored<SessionObject>> {
    const full = { runnerType: "test-runner", ...spec } as SessionObject["spec"];
    return this.admin.create(sessions, { metadata: { name, namespace }, spec: full });
  }

  async session(namespace: string, name: string): Promise<Stored<SessionObject>> {
    return this.admin.get(sessions, { namespace, name });
  }

  async wish(namespace: string, name: string, desiredState: "Running" | "Stopped"): Promise<void> {
    await this.admin.patch(sessions, { namespace, name }, { type: "merge", body: { spec: { desiredState } } });
  }

  /** Waits until the session is in the phase, and returns it. */
  async phase(namespace: string, name: string, phase: string, seconds = 20): Promise<Stored<SessionObject>> {
    return eventually(
      async () => {
        const session = await this.session(namespace, name);
        return session.status?.phase === phase ? session : undefined;
      },
      async () =>
        `${name} to be ${phase}: ${JSON.stringify((await this.admin.find(sessions, { namespace, name }))?.status, undefined, 1)}`,
      seconds,
    );
  }

  async livePods(namespace: string): Promise<Stored<Pod>[]> {
    const list = await this.admin.list(pods, { namespace });
    return list.items.filter((pod) => pod.status?.phase !== "Succeeded" && pod.status?.phase !== "Failed");
  }
}

/** Polls until there is an answer. */
export async function eventually<T>(
  look: () => Promise<T | undefined>,
  what: string | (() => Promise<string>),
  seconds = 20,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await look();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline)
      throw new Error(`waited ${seconds} s for ${typeof what === "string" ? what : await what()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
