// Holds the workloads against what they start: each component's own configuration schema, the roles, the images, the registries.
import { execFileSync, spawnSync } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { KubernetesClient, namespaces, serviceAccounts } from "@pilothouse/kubernetes";
import { startLocalCluster, type LocalCluster } from "@pilothouse/local-cluster";
import { BackendEnvironment } from "../../components/backend/src/configuration.ts";
import { readSettings } from "../../components/frontend/server/settings.ts";
import { kubectlBinary } from "../../packages/local-cluster/test/kubectl.ts";
import { loadConfiguration } from "../../components/operator/src/configuration/configuration.ts";
import { Configuration as PublicApiEnvironment } from "../../components/public-api/src/configuration.ts";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const DEPLOY = dirname(FOLDER.replace(/\/$/, ""));
const OVERLAYS = ["single-replica-sqlite", "ha-postgresql"];
const kubectl = await kubectlBinary("1.35");

const Environment = z.array(z.object({ name: z.string(), value: z.string().optional() }));
const Probe = z.object({ httpGet: z.object({ path: z.string(), port: z.union([z.string(), z.number()]) }) });
const Container = z.object({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  env: Environment.default([]),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
  startupProbe: Probe,
  readinessProbe: Probe,
  livenessProbe: Probe,
  resources: z.object({
    requests: z.object({ cpu: z.string(), memory: z.string() }),
    limits: z.object({ memory: z.string() }),
  }),
  securityContext: z.object({
    allowPrivilegeEscalation: z.literal(false),
    capabilities: z.object({ drop: z.tuple([z.literal("ALL")]) }),
    readOnlyRootFilesystem: z.literal(true),
  }),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })).default([]),
});
const Volume = z.looseObject({
  name: z.string(),
  configMap: z.object({ name: z.string() }).optional(),
  secret: z.object({ secretName: z.string() }).optional(),
  persistentVolumeClaim: z.object({ claimName: z.string() }).optional(),
});
const Labels = z.record(z.string(), z.string());
const Deployment = z.object({
  kind: z.literal("Deployment"),
  metadata: z.object({ name: z.string(), namespace: z.literal("pilothouse-system") }),
  spec: z.object({
    replicas: z.number(),
    selector: z.object({ matchLabels: Labels }),
    template: z.object({
      metadata: z.object({ labels: Labels }),
      spec: z.object({
        serviceAccountName: z.string(),
        automountServiceAccountToken: z.boolean().optional(),
        securityContext: z.object({
          runAsNonRoot: z.literal(true),
          runAsUser: z.literal(1000),
          seccompProfile: z.object({ type: z.literal("RuntimeDefault") }),
        }),
        containers: z.tuple([Container]),
        volumes: z.array(Volume).default([]),
      }),
    }),
  }),
});
type Deployment = z.output<typeof Deployment>;
const Some = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) });
type Some = z.output<typeof Some>;

const parse = (text: string): Some[] => parseAllDocuments(text).map((document) => Some.parse(document.toJS()));
const render = (name: string): Some[] => parse(execFileSync(kubectl, ["kustomize", join(FOLDER, name)]).toString());
const installed = ["rbac"].flatMap((folder) =>
  readdirSync(join(DEPLOY, folder)).flatMap((file) => parse(readFileSync(join(DEPLOY, folder, file), "utf8"))),
);
const names = (objects: Some[], kind: string) =>
  new Set(objects.filter((object) => object.kind === kind).map((object) => object.metadata.name));

/** Made by hand, as docs/guide/install-on-kubernetes.md says, and by Kubernetes itself. */
const MADE_BEFORE: Record<string, string[]> = {
  "pilothouse-backend-signing-key": ["signing.pem"],
  "pilothouse-backend-jwks": ["jwks.json"],
  "pilothouse-frontend-cookie-key": ["cookie.key"],
  "pilothouse-backend-database": ["url"],
  "kube-root-ca.crt": ["ca.crt"],
};

/** What the local cluster serves of the kinds in here. */
const SERVED: Readonly<Record<string, string>> = {
  "v1/ConfigMap": "configmaps",
  "v1/PersistentVolumeClaim": "persistentvolumeclaims",
  "v1/Secret": "secrets",
  "v1/Service": "services",
  "v1/ServiceAccount": "serviceaccounts",
  "networking.k8s.io/v1/NetworkPolicy": "networkpolicies",
};

/** Has objects checked as a Kubernetes API checks them, unknown fields included, and keeps none. */
class CheckingCluster {
  readonly #directory = mkdtempSync(join(tmpdir(), "pilothouse-manifests-"));
  #cluster: LocalCluster | undefined;
  #client: KubernetesClient | undefined;

  async start(): Promise<void> {
    this.#cluster = await startLocalCluster({ dataDir: this.#directory, controllers: false });
    const transport = this.#cluster.inProcess({ name: "admin", groups: ["system:masters"] });
    this.#client = new KubernetesClient({ transport });
    await this.#client.create(namespaces, { metadata: { name: "pilothouse-system" } });
    for (const name of names([...installed, ...OVERLAYS.flatMap(render)], "ServiceAccount"))
      await this.#client.create(serviceAccounts, { metadata: { name, namespace: "pilothouse-system" } });
  }

  /** As `kubectl apply --server-side --dry-run=server` does. */
  async check(apiVersion: string, plural: string, object: Some): Promise<void> {
    const base = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
    await this.#client?.request({
      method: "PATCH",
      path: `${base}/namespaces/pilothouse-system/${plural}/${object.metadata.name}`,
      query: { dryRun: "All", fieldValidation: "Strict", fieldManager: "test", force: true },
      headers: { "content-type": "application/apply-patch+yaml" },
      body: object,
    });
  }

  async stop(): Promise<void> {
    await this.#cluster?.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

const cluster = new CheckingCluster();
let keys = "";
beforeAll(async () => {
  await cluster.start();
  keys = mkdtempSync(join(tmpdir(), "pilothouse-keys-"));
  execFileSync(join(FOLDER, "make-keys.sh"), [join(keys, "made")]);
});
afterAll(async () => {
  rmSync(keys, { recursive: true, force: true });
  await cluster.stop();
});

describe("make-keys.sh", () => {
  it("makes a signing key and the JWKS that belongs to it", () => {
    const read = (name: string) => readFileSync(join(keys, "made", name));
    const { x } = createPublicKey(read("signing.pem")).export({ format: "jwk" });
    expect(JSON.parse(read("jwks.json").toString())).toMatchObject({ keys: [{ kty: "OKP", crv: "Ed25519", x }] });
    expect(read("cookie.key")).toHaveLength(32);
  });

  it("does not overwrite a key", () => {
    const again = spawnSync(join(FOLDER, "make-keys.sh"), [join(keys, "made")]);
    expect(again.status).toBe(1);
    expect(again.stderr.toString()).toContain("exists");
  });
});

describe.each(OVERLAYS)("overlay %s", (overlay) => {
  const objects = render(overlay);
  const deployments = objects
    .filter((object) => object.kind === "Deployment")
    .map((object) => Deployment.parse(object));
  const deployment = (component: string): Deployment => {
    const found = deployments.find(({ metadata }) => metadata.name === `pilothouse-${component}`);
    if (found === undefined) throw new Error(`no Deployment of ${component}`);
    return found;
  };
  const environment = (component: string): Record<string, string> => {
    const [container] = deployment(component).spec.template.spec.containers;
    // What comes from a Secret is not in the manifest; its form is the schema's to check when the component starts.
    return Object.fromEntries(
      container.env.map(({ name, value }) => [name, value ?? "postgres://somewhere/pilothouse"]),
    );
  };

  it("is made of fields that Kubernetes knows, with values that it takes", async () => {
    const Named = z.looseObject({ apiVersion: z.string(), kind: z.string() });
    const known = objects.flatMap((object) => {
      const { apiVersion, kind } = Named.parse(object);
      const plural = SERVED[`${apiVersion}/${kind}`];
      return plural === undefined ? [] : [{ apiVersion, plural, object }];
    });
    for (const { apiVersion, plural, object } of known)
      await expect(cluster.check(apiVersion, plural, object)).resolves.toBeUndefined();
    for (const { metadata } of deployments) {
      const { template } = z
        .object({ spec: z.object({ template: z.looseObject({ spec: z.looseObject({}) }) }) })
        .parse(objects.find((object) => object.kind === "Deployment" && object.metadata.name === metadata.name)).spec;
      // A Deployment is not served; what its pods are is the greater part of it.
      const pod = { apiVersion: "v1", kind: "Pod", ...template, metadata: { ...metadata, labels: {} } };
      await expect(cluster.check("v1", "pods", pod)).resolves.toBeUndefined();
    }
  });

  it("gives the backend variables that it knows, with values that it takes", () => {
    const given = environment("backend");
    expect(BackendEnvironment.strict().safeParse(given).error?.issues ?? []).toEqual([]);
    const { replicas } = deployment("backend").spec;
    expect("DATABASE_URL" in given).toBe(replicas > 1);
  });

  it("gives the public API variables that it knows, with values that it takes", () => {
    expect(PublicApiEnvironment.strict().safeParse(environment("public-api")).error?.issues ?? []).toEqual([]);
  });

  it("gives the web interface variables that it knows, with values that it takes", () => {
    const given = environment("frontend");
    expect(readSettings(given)).toMatchObject({ port: 3000, hostname: "0.0.0.0" });
    const source = readFileSync(join(DEPLOY, "../components/frontend/server/settings.ts"), "utf8");
    expect(Object.keys(given).filter((name) => !source.includes(`  ${name}: z`))).toEqual([]);
  });

  it("starts the operator with flags that it knows, on files that are mounted", async () => {
    const [container] = deployment("operator").spec.template.spec.containers;
    const jwks = join(keys, "made", "jwks.json");
    const args = container.args.map((arg) => arg.replace("/config/jwks/jwks.json", jwks));
    const configuration = await loadConfiguration(args, {});
    expect(configuration).toMatchObject({
      backendUrl: "http://pilothouse-backend.pilothouse-system.svc:8080",
      health: { host: "0.0.0.0", port: 8080 },
      leaderElection: { enabled: true },
    });
    expect(configuration.brokerImage.split(":")[1]).toBe(container.image.split(":")[1]);
  });

  it("mounts every file that a variable or flag names", () => {
    const registry = readdirSync(join(DEPLOY, "registries")).filter((name) => name.endsWith(".json"));
    for (const { metadata, spec } of deployments) {
      const [container] = spec.template.spec.containers;
      const values = [
        ...container.args.map((arg) => arg.split("=")[1] ?? ""),
        ...container.env.map((entry) => entry.value ?? ""),
      ];
      for (const file of values.filter((value) => value.startsWith("/config/"))) {
        const mount = container.volumeMounts.find(({ mountPath }) => mountPath === dirname(file));
        const volume = spec.template.spec.volumes.find(({ name }) => name === mount?.name);
        const source = volume?.configMap?.name ?? volume?.secret?.secretName ?? "";
        const files = source === "pilothouse-registry" ? registry : (MADE_BEFORE[source] ?? []);
        expect(files, `${metadata.name}: ${file}`).toContain(basename(file));
      }
    }
  });

  it("names only identities, claims and keys that are there", () => {
    const accounts = new Set([...names(installed, "ServiceAccount"), ...names(objects, "ServiceAccount")]);
    const claims = names(objects, "PersistentVolumeClaim");
    const known = new Set([...names(objects, "ConfigMap"), ...Object.keys(MADE_BEFORE)]);
    for (const { spec } of deployments) {
      const { serviceAccountName, volumes } = spec.template.spec;
      expect(accounts).toContain(serviceAccountName);
      const sources = volumes.flatMap(({ configMap, secret }) => [configMap?.name ?? secret?.secretName ?? []].flat());
      expect(sources.filter((name) => !known.has(name))).toEqual([]);
      const claimed = volumes.flatMap(({ persistentVolumeClaim: claim }) =>
        claim === undefined ? [] : [claim.claimName],
      );
      expect(claimed.filter((name) => !claims.has(name))).toEqual([]);
    }
  });

  it("gives a token of Kubernetes to the operator alone", () => {
    const withToken = deployments.filter(({ spec }) => spec.template.spec.automountServiceAccountToken !== false);
    expect(withToken.map(({ metadata }) => metadata.name)).toEqual(["pilothouse-operator"]);
  });

  it("has for each component a disruption budget and a network policy that mean its pods", () => {
    const Selecting = z.looseObject({
      kind: z.string(),
      spec: z.looseObject({
        selector: z.object({ matchLabels: Labels }).optional(),
        podSelector: z.object({ matchLabels: Labels.optional() }).optional(),
      }),
    });
    for (const kind of ["PodDisruptionBudget", "NetworkPolicy"]) {
      const selected = objects
        .filter((object) => object.kind === kind)
        .map((object) => Selecting.parse(object).spec)
        .map(({ selector, podSelector }) => (selector ?? podSelector)?.matchLabels?.["app.kubernetes.io/name"]);
      for (const { spec } of deployments) {
        expect(selected).toContain(spec.template.metadata.labels["app.kubernetes.io/name"]);
        expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
      }
    }
  });

  it("uses images of this version, as the agent registry does", () => {
    const Version = z.object({ version: z.string() });
    const { version } = Version.parse(JSON.parse(readFileSync(join(DEPLOY, "../package.json"), "utf8")));
    for (const { metadata, spec } of deployments) {
      expect(spec.template.spec.containers[0].image).toBe(
        `${metadata.name.replace("pilothouse-", "pilothouse/")}:${version}`,
      );
    }
    const registry = z
      .array(z.object({ container: z.object({ image: z.string() }) }))
      .parse(JSON.parse(readFileSync(join(DEPLOY, "registries/agent-registry.json"), "utf8")));
    expect(new Set(registry.map(({ container }) => container.image))).toEqual(
      new Set([`pilothouse/runner:${version}`]),
    );
  });

  it("keeps a broken rendering from passing: a variable with a typing error is refused", () => {
    const given = { ...environment("backend"), AUDIT_LOGS: "off" };
    expect(BackendEnvironment.strict().safeParse(given).success).toBe(false);
  });
});
