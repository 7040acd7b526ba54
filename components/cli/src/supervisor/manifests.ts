/**
 * Installs deploy/ into the cluster: namespaces, CRDs, RBAC and policies, as anybody would with kubectl.
 * A hash of what was installed lies in the cluster, so that a start without changes writes nothing.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { SYSTEM_NAMESPACE } from "@pilothouse/contracts";
import { KubernetesError, type KubernetesClient } from "@pilothouse/kubernetes";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { ROOT } from "./root.ts";

const SOURCES = ["namespaces.yaml", "crds", "rbac", "policies"];
const RECORD = { namespace: SYSTEM_NAMESPACE, name: "pilothouse-installation" };

const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});
type Manifest = z.infer<typeof Manifest>;

const ResourceList = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});

/** The manifests under deploy/, in the order in which they must be installed. */
export async function readManifests(folder = join(ROOT, "deploy")): Promise<{ manifests: Manifest[]; hash: string }> {
  const hash = createHash("sha256");
  const manifests: Manifest[] = [];
  for (const source of SOURCES) {
    const files = source.endsWith(".yaml")
      ? [source]
      : (await readdir(join(folder, source)))
          .filter((name) => name.endsWith(".yaml"))
          .toSorted()
          .map((name) => join(source, name));
    for (const file of files) {
      const text = await readFile(join(folder, file), "utf8");
      hash.update(text);
      for (const document of parseAllDocuments(text)) {
        const value: unknown = document.toJS();
        if (value === null) continue;
        const manifest = Manifest.safeParse(value);
        if (!manifest.success)
          throw new Error(`deploy/${file} is not a Kubernetes manifest: ${z.prettifyError(manifest.error)}`);
        manifests.push(manifest.data);
      }
    }
  }
  return { manifests, hash: hash.digest("hex") };
}

/** Installs what changed since the last installation. @returns whether anything was written */
export async function installManifests(client: KubernetesClient, signal: AbortSignal): Promise<boolean> {
  const { manifests, hash } = await readManifests();
  if ((await installedHash(client, signal)) === hash) return false;
  const paths = new ResourcePaths(client, signal);
  for (const manifest of manifests) await createOrReplace(client, await paths.of(manifest), manifest, signal);
  await createOrReplace(
    client,
    { collection: `/api/v1/namespaces/${RECORD.namespace}/configmaps`, object: recordPath() },
    { apiVersion: "v1", kind: "ConfigMap", metadata: RECORD, data: { hash } },
    signal,
  );
  return true;
}

function recordPath(): string {
  return `/api/v1/namespaces/${RECORD.namespace}/configmaps/${RECORD.name}`;
}

async function installedHash(client: KubernetesClient, signal: AbortSignal): Promise<string | undefined> {
  const record = await getIfPresent(client, recordPath(), signal);
  return z.object({ data: z.object({ hash: z.string() }) }).safeParse(record).data?.data.hash;
}

async function getIfPresent(client: KubernetesClient, path: string, signal: AbortSignal): Promise<unknown> {
  try {
    return await client.request({ method: "GET", path, signal });
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 404) return undefined;
    throw error;
  }
}

type Paths = { collection: string; object: string };

async function createOrReplace(
  client: KubernetesClient,
  paths: Paths,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<void> {
  const current = z
    .looseObject({ metadata: z.looseObject({ resourceVersion: z.string() }) })
    .optional()
    .parse(await getIfPresent(client, paths.object, signal));
  if (current === undefined) {
    await client.request({ method: "POST", path: paths.collection, body: manifest, signal });
    return;
  }
  const metadata = { ...manifest.metadata, resourceVersion: current.metadata.resourceVersion };
  await client.request({ method: "PUT", path: paths.object, body: { ...manifest, metadata }, signal });
}

/** Finds the path of a manifest's kind by discovery; asked once per group and version. */
class ResourcePaths {
  readonly #client: KubernetesClient;
  readonly #signal: AbortSignal;
  readonly #known = new Map<string, Promise<z.infer<typeof ResourceList>>>();

  constructor(client: KubernetesClient, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  async of(manifest: Manifest): Promise<Paths> {
    const { apiVersion, kind, metadata } = manifest;
    const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const discovery =
      this.#known.get(base) ??
      this.#client
        .request({ method: "GET", path: base, signal: this.#signal })
        .then((answer) => ResourceList.parse(answer));
    this.#known.set(base, discovery);
    const resource = (await discovery).resources.find((entry) => entry.kind === kind && !entry.name.includes("/"));
    if (resource === undefined) throw new Error(`the cluster does not serve ${apiVersion} ${kind}`);
    const scope = resource.namespaced ? `/namespaces/${metadata.namespace ?? "default"}` : "";
    const collection = `${base}${scope}/${resource.name}`;
    return { collection, object: `${collection}/${metadata.name}` };
  }
}
