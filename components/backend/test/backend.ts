/** The backend over a test cluster, with what it writes kept for inspection. */
import { generateKeyPairSync, type KeyPairKeyObjectResult } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLogger, type Tracing } from "@pilothouse/server";
import type { FastifyInstance } from "fastify";
import { calculateJwkThumbprint } from "jose";
import { loadConfiguration, type BackendEnvironment } from "../src/configuration.ts";
import { createBackend } from "../src/server.ts";
import { openStore } from "../src/store/open.ts";
import type { Store } from "../src/store/store.ts";
import type { TestCluster } from "./cluster.ts";

const REGISTRIES = fileURLToPath(new URL("../../../deploy/registries/", import.meta.url));

let keys: KeyPairKeyObjectResult | undefined;

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  readonly text: string;
  readonly body: T;
}

/** The environment of a backend over a test cluster, and the keys by which runners know it. Replicas share the key. */
export async function backendVariables(
  cluster: TestCluster,
): Promise<{ readonly variables: Record<string, string>; readonly jwks: string }> {
  const folder = join(cluster.folder, `backend-${crypto.randomUUID()}`);
  await mkdir(folder);
  const { privateKey, publicKey } = (keys ??= generateKeyPairSync("ed25519"));
  const keyFile = join(folder, "signing.pem");
  await writeFile(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }));
  const jwk = publicKey.export({ format: "jwk" });
  return {
    variables: {
      HOST: "127.0.0.1",
      PORT: "0",
      KUBERNETES_API_URL: cluster.local.url,
      KUBERNETES_CA_FILE: cluster.local.caFile,
      DATA_DIR: folder,
      SIGNING_KEY_FILE: keyFile,
      AGENT_REGISTRY_FILE: join(REGISTRIES, "agent-registry.json"),
      MODELS_FILE: join(REGISTRIES, "models.json"),
      FLAGS_FILE: join(REGISTRIES, "flags.json"),
      REPOSITORY_SCHEMES: "https,ssh",
    },
    jwks: JSON.stringify({ keys: [{ ...jwk, kid: await calculateJwkThumbprint(jwk) }] }),
  };
}

export class TestBackend {
  readonly app: FastifyInstance;
  readonly store: Store;
  readonly jwks: string;
  readonly logs: string[];
  readonly audit: string[];
  readonly environment: BackendEnvironment;
  #url = "";

  private constructor(
    app: FastifyInstance,
    environment: BackendEnvironment,
    store: Store,
    jwks: string,
    logs: string[],
    audit: string[],
  ) {
    this.app = app;
    this.environment = environment;
    this.store = store;
    this.jwks = jwks;
    this.logs = logs;
    this.audit = audit;
  }

  static async start(
    cluster: TestCluster,
    variables: Record<string, string> = {},
    tracing?: Tracing,
  ): Promise<TestBackend> {
    const { jwks, ...found } = await backendVariables(cluster);
    const configuration = loadConfiguration({ ...found.variables, ...variables });
    const logs: string[] = [];
    const audit: string[] = [];
    const store = await openStore(configuration.environment);
    const app = await createBackend({
      configuration,
      store,
      logger: createLogger("backend", "debug", { write: (line) => logs.push(line) }),
      audit: { write: (line) => audit.push(line) },
      validateAnswers: true,
      ...(tracing === undefined ? {} : { tracing }),
    });
    await app.ready();
    return new TestBackend(app, configuration.environment, store, jwks, logs, audit);
  }

  /** One request without a socket. `body` is sent as JSON unless it is text. */
  async call<T = Record<string, unknown>>(
    method: string,
    url: string,
    token?: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const answer = await this.app.inject({
      method: method as "GET",
      url,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const json =
      /json/.test(String(answer.headers["content-type"])) && !/ndjson/.test(String(answer.headers["content-type"]));
    const parsed = json && answer.body !== "" ? (JSON.parse(answer.body) as T) : ({} as T);
    return { status: answer.statusCode, headers: answer.headers, text: answer.body, body: parsed };
  }

  /** Its address, for tests that need a connection. */
  async listen(): Promise<string> {
    if (this.#url === "") this.#url = await this.app.listen({ host: "127.0.0.1", port: 0 });
    return this.#url;
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.store.close();
  }
}
