/** Every namespace has a ServiceAccount `default` and a ConfigMap `kube-root-ca.crt`; both are made again when they are deleted. */
import {
  configMaps,
  isAlreadyExists,
  isForbidden,
  isNotFound,
  namespaces,
  serviceAccounts,
} from "@pilothouse/kubernetes";
import type { ControllerSet } from "./controller-set.ts";

const ACCOUNT = "default";
const ROOT_CA = "kube-root-ca.crt";

export function addNamespaceDefaults(set: ControllerSet, caPem: string): void {
  const namespaceInformer = set.informer(namespaces);
  const accounts = set.informer(serviceAccounts);
  const maps = set.informer(configMaps);
  const data = { "ca.crt": caPem };

  const controller = set.controller("namespace-defaults", async (name, signal) => {
    const namespace = namespaceInformer.get(name);
    if (!namespace || namespace.metadata.deletionTimestamp !== undefined) return;
    if (!accounts.get(`${name}/${ACCOUNT}`)) {
      await created(set.client.create(serviceAccounts, { metadata: { name: ACCOUNT, namespace: name } }, { signal }));
    }
    const map = maps.get(`${name}/${ROOT_CA}`);
    if (!map) {
      await created(set.client.create(configMaps, { metadata: { name: ROOT_CA, namespace: name }, data }, { signal }));
    } else if (map.data?.["ca.crt"] !== caPem) {
      await set.client.patch(
        configMaps,
        { namespace: name, name: ROOT_CA },
        { type: "merge", body: { data } },
        { signal },
      );
    }
  });
  set.enqueueAll(namespaces, controller);
  accounts.subscribe(({ type, object: { metadata } }) => {
    if (type === "deleted" && metadata.name === ACCOUNT) controller.enqueue(metadata.namespace ?? "");
  });
  maps.subscribe(({ type, object: { metadata } }) => {
    if (type !== "added" && metadata.name === ROOT_CA) controller.enqueue(metadata.namespace ?? "");
  });
}

/** Someone else was faster, or the namespace is going: both are fine. */
async function created(creation: Promise<unknown>): Promise<void> {
  await creation.catch((error: unknown) => {
    if (!isAlreadyExists(error) && !isForbidden(error) && !isNotFound(error)) throw error;
  });
}
