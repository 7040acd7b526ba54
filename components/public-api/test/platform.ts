/**
 * The platform behind the gateway, whole: a local cluster in this process, operator, backend and public API as the
 * processes that they are, runners in pods. Nothing stands in for anything.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { createHash, createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { EXIT_WITH_PARENT, OPERATOR_SERVICE_ACCOUNT, SYSTEM_NAMESPACE } from "@pilothouse/contracts";
import { KubernetesClient, isAlreadyExists, serviceAccounts } from "@pilothouse/kubernetes";
import { startLocalCluster, type ImageStore, type LocalCluster } from "@pilothouse/local-cluster";
import { parseAllDocuments, stringify } from "yaml";
import { z } from "zod";
import { eventually } from "./gateway.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const REGISTRIES = join(ROOT, "deploy", "registries");
const Token = z.object({ status: z.object({ token: z.string() }) });

/** The images of the agent registry, as programs of this tree. */
const images: ImageStore = {
  resolve(image) {
    const name = /^pilothouse\/(runner|broker):/.exec(image)?.[1];
    if (name === undefined) return undefined;
    const paths = ["components", "packages", "node_modules", "package.json"].map((part) => join(ROOT, part));
    return {
      entrypoint: [process.execPath, main(name)],
      hostPaths: [...paths, dirname(process.execPath)].map((path) => ({ path, readOnly: true })),
    };
  },
};

export class Platform {
  readonly #ends: (() => Promise<unknown>)[] = [];
  #cluster!: LocalCluster;
  #admin!: KubernetesClient;
  #folder = "";
  /** Addresses of the processes. */
  backend = "";
  publicApi = "";
  /** Everything that the public API has written. */
  readonly logs: string[] = [];

  /** `variables` are for the public API. */
  static async start(variables: Record<string, string> = {}): Promise<Platform> {
    const platform = new Platform();
    try {
      await platform.#startAll(variables);
    } catch (error) {
      await platform.stop();
      throw error;
    }
    return platform;
  }

  token(user: string): string {
    return this.#cluster.mintUserToken({ user, groups: [], expiresInSeconds: 3600 });
  }

  /** Creates a project as the user, and waits until it is ready. */
  async project(name: string, user: string): Promise<void> {
    await this.backendCall("POST", "/api/projects", user, { name });
    await eventually(async () => {
      const project = await this.backendCall("GET", `/api/projects/${name}`, user);
      const access = await this.backendCall("GET", `/api/projects/${name}/access`, user).catch(() => undefined);
      return project["status"] === "Ready" && access !== undefined;
    }, `project ${name} to be ready`);
  }

  async backendCall(method: string, path: string, user: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await fetch(this.backend + path, {
      method,
      headers: { authorization: `Bearer ${this.token(user)}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  }

  async stop(): Promise<void> {
    for (const end of this.#ends.splice(0).toReversed()) await end();
  }

  async #startAll(variables: Record<string, string>): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), "pilothouse-public-api-"));
    this.#ends.push(() => rm(this.#folder, { recursive: true, force: true, maxRetries: 5 }));
    this.#cluster = await startLocalCluster({ dataDir: join(this.#folder, "cluster"), images, podGraceMs: 1000 });
    this.#ends.push(() => this.#cluster.stop());
    const transport = this.#cluster.inProcess({ name: "test-admin", groups: ["system:masters"] });
    this.#admin = new KubernetesClient({ transport });
    this.#ends.push(() => transport.close());
    await this.#install();
    const keys = await this.#writeKeys();
    this.backend = await this.#startBackend(keys.signingKeyFile);
    await this.#startOperator(keys.jwksFile);
    const environment = { HOST: "127.0.0.1", PORT: "0", BACKEND_URL: this.backend, ...variables };
    this.publicApi = await this.#startServer("public-api", environment, (line) => this.logs.push(line));
  }

  async #startBackend(signingKeyFile: string): Promise<string> {
    const folder = join(this.#folder, "backend");
    await mkdir(folder);
    return this.#startServer("backend", {
      HOST: "127.0.0.1",
      PORT: "0",
      KUBERNETES_API_URL: this.#cluster.url,
      KUBERNETES_CA_FILE: this.#cluster.caFile,
      DATA_DIR: folder,
      SIGNING_KEY_FILE: signingKeyFile,
      AGENT_REGISTRY_FILE: join(REGISTRIES, "agent-registry.json"),
      MODELS_FILE: join(REGISTRIES, "models.json"),
      FLAGS_FILE: join(REGISTRIES, "flags.json"),
      AUDIT_LOG: "off",
    });
  }

  async #startOperator(jwksFile: string): Promise<void> {
    const account = { namespace: SYSTEM_NAMESPACE, name: OPERATOR_SERVICE_ACCOUNT };
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3600 } };
    const { status } = Token.parse(await this.#admin.createSubresource(serviceAccounts, account, "token", body));
    const kubeconfig = join(this.#folder, "operator-kubeconfig");
    const document = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        { name: "local", cluster: { server: this.#cluster.url, "certificate-authority": this.#cluster.caFile } },
      ],
      users: [{ name: "operator", user: { token: status.token } }],
      contexts: [{ name: "local", context: { cluster: "local", user: "operator" } }],
      "current-context": "local",
    };
    await writeFile(kubeconfig, stringify(document), { mode: 0o600 });
    const flags = {
      kubeconfig,
      "backend-url": this.backend,
      "backend-jwks-file": jwksFile,
      "agent-registry-file": join(REGISTRIES, "agent-registry.json"),
      "models-file": join(REGISTRIES, "models.json"),
      "broker-image": "pilothouse/broker:0.1.0",
      "health-port": "0",
    };
    this.#spawn(
      "operator",
      Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
      {},
    );
  }

  /** @returns the address that it says it serves at */
  async #startServer(
    name: string,
    environment: Record<string, string>,
    onLine: (line: string) => void = () => undefined,
  ): Promise<string> {
    const child = this.#spawn(name, [], environment);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    child.once("exit", (code) => reject(new Error(`${name} ended with ${String(code)}`)));
    createInterface({ input: child.stdout ?? process.stdin }).on("line", (line) => {
      onLine(line);
      const address = /"address":"(http:[^"]+)".*"msg":"serving"/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
    return promise;
  }

  #spawn(name: string, args: string[], environment: Record<string, string>): ChildProcess {
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main(name), ...args], {
      env: { PATH: process.env["PATH"] ?? "", [EXIT_WITH_PARENT]: "1", ...environment },
      stdio: ["pipe", name === "operator" ? "ignore" : "pipe", "inherit"],
    });
    const gone = new Promise((resolve) => child.once("exit", resolve));
    this.#ends.push(async () => {
      // What the death of a supervisor looks like to it.
      child.stdin?.end();
      const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await gone;
      clearTimeout(late);
    });
    return child;
  }

  async #writeKeys(): Promise<{ signingKeyFile: string; jwksFile: string }> {
    const { privateKey } = generateKeyPairSync("ed25519");
    const keys = { signingKeyFile: join(this.#folder, "signing.pem"), jwksFile: join(this.#folder, "jwks.json") };
    await writeFile(keys.signingKeyFile, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    const jwk = createPublicKey(privateKey).export({ format: "jwk" });
    const { crv, kty, x } = jwk;
    const kid = createHash("sha256").update(JSON.stringify({ crv, kty, x })).digest("base64url");
    await writeFile(keys.jwksFile, JSON.stringify({ keys: [{ ...jwk, kid, alg: "EdDSA", use: "sig" }] }));
    return keys;
  }

  /** As `kubectl apply -f deploy/` would. */
  async #install(): Promise<void> {
    const folder = join(ROOT, "deploy");
    const files = ["namespaces.yaml"];
    for (const part of ["crds", "rbac", "policies"]) {
      const names = (await readdir(join(folder, part))).filter((name) => name.endsWith(".yaml")).toSorted();
      files.push(...names.map((name) => join(part, name)));
    }
    for (const file of files) {
      for (const document of parseAllDocuments(await readFile(join(folder, file), "utf8"))) {
        const manifest = Manifest.nullable().parse(document.toJS());
        if (manifest !== null) await this.#create(manifest);
      }
    }
  }

  async #create(manifest: z.output<typeof Manifest>): Promise<void> {
    const { apiVersion, kind, metadata } = manifest;
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const scope = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
    const plural = kind.endsWith("y") ? `${kind.slice(0, -1)}ies` : `${kind}s`;
    try {
      await this.#admin.request({
        method: "POST",
        path: `${root}${scope}/${plural.toLowerCase()}`,
        body: manifest,
      });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }
}

const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

function main(component: string): string {
  return join(ROOT, "components", component, "src", "main.ts");
}
