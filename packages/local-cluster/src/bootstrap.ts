// What a cluster has from its first moment: the system namespaces and Kubernetes' own roles.
import { BOOTSTRAP_BINDINGS, BOOTSTRAP_ROLES } from "./auth/rbac/bootstrap-roles.ts";
import { SYSTEM } from "./auth/user.ts";
import { ApiError } from "./api/errors.ts";
import type { ObjectWriter } from "./api/write.ts";
import type { WriteOptions } from "./api/write-options.ts";
import { equalJson } from "./json.ts";
import type { KubernetesObject } from "./objects.ts";
import type { Catalog } from "./resources/catalog.ts";
import type { ClusterStore } from "./storage/store.ts";

export const SYSTEM_NAMESPACES = ["default", "kube-system", "kube-public", "kube-node-lease"] as const;

const OPTIONS: WriteOptions = {
  user: SYSTEM,
  dryRun: false,
  fieldValidation: "Ignore",
  fieldManager: "kube-apiserver",
  warn: () => {},
};

/** Creates what is missing and brings the roles of an older version up to date; costs no write when all is there. */
export async function bootstrap(store: ClusterStore, catalog: Catalog, writer: ObjectWriter): Promise<void> {
  const writes: Promise<unknown>[] = [];
  for (const name of SYSTEM_NAMESPACES)
    writes.push(ensure({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
  for (const role of BOOTSTRAP_ROLES) writes.push(ensure(role, "rules"));
  for (const binding of BOOTSTRAP_BINDINGS) writes.push(ensure(binding, "subjects"));
  await Promise.all(writes);

  async function ensure(object: KubernetesObject, field?: string): Promise<void> {
    const definition = catalog.byKind(object.apiVersion, object.kind);
    if (definition === undefined) throw new Error(`bootstrap: ${object.kind} is not a built-in kind`);
    const key = { resource: definition.table, namespace: "", name: object.metadata.name ?? "" };
    const existing = store.get(key)?.decode();
    if (existing === undefined) {
      await writer.create(definition, "", structuredClone(object), OPTIONS).catch((error: unknown) => {
        if (!(error instanceof ApiError && error.reason === "AlreadyExists")) throw error;
      });
      return;
    }
    // Aggregated roles get their rules from others; theirs here are only a beginning.
    if (field === undefined || object["aggregationRule"] !== undefined) return;
    if (equalJson(existing[field], object[field])) return;
    await writer.update(definition, key, "", (current) => ({ ...current, [field]: object[field] }), OPTIONS);
  }
}
