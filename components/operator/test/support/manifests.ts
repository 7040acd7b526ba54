// Installs deploy/ into a cluster, as `kubectl create` would.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { KubernetesClient } from "@pilothouse/kubernetes";
import { parseAllDocuments } from "yaml";
import { z } from "zod";

const DEPLOY = fileURLToPath(new URL("../../../../deploy/", import.meta.url));
const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

/** Enough English for the kinds in deploy/. */
const pluralOf = (kind: string): string => (kind.endsWith("y") ? `${kind.slice(0, -1)}ies` : `${kind}s`).toLowerCase();

export async function readManifests(sources: readonly string[]): Promise<z.infer<typeof Manifest>[]> {
  const manifests: z.infer<typeof Manifest>[] = [];
  for (const source of sources) {
    const files = source.endsWith(".yaml")
      ? [source]
      : (await readdir(join(DEPLOY, source))).map((file) => join(source, file));
    for (const file of files.filter((name) => name.endsWith(".yaml")).toSorted()) {
      for (const document of parseAllDocuments(await readFile(join(DEPLOY, file), "utf8"))) {
        manifests.push(Manifest.parse(document.toJS()));
      }
    }
  }
  return manifests;
}

export async function installManifests(
  client: KubernetesClient,
  sources: readonly string[] = ["namespaces.yaml", "crds", "rbac", "policies"],
): Promise<void> {
  for (const manifest of await readManifests(sources)) {
    const { apiVersion, kind, metadata } = manifest;
    const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const scope = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
    await client.request({ method: "POST", path: `${base}${scope}/${pluralOf(kind)}`, body: manifest });
  }
}
