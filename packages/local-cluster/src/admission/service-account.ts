// Pods get an identity: the namespace's default ServiceAccount unless they name one, and its token mounted.
import { randomBytes } from "node:crypto";
import { forbidden } from "../api/errors.ts";
import { ensureObject, objectsAt, stringAt, type Json, type JsonObject } from "../json.ts";
import type { ClusterStore } from "../storage/store.ts";
import type { AdmissionPlugin } from "./admission.ts";

const MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
/** A little over an hour, as Kubernetes does, so that a token never ends before its hourly renewal. */
const TOKEN_SECONDS = 3607;

export function serviceAccount(store: ClusterStore): AdmissionPlugin {
  return {
    name: "ServiceAccount",
    mutate: (request) => {
      const { object, definition } = request;
      if (definition.table !== "pods" || request.operation !== "CREATE" || request.subresource !== "") return;
      if (object === undefined) return;
      const spec = ensureObject(object, "spec");
      const name = stringAt(spec, "serviceAccountName") || "default";
      spec["serviceAccountName"] = name;
      spec["serviceAccount"] = name;
      const account = store.get({ resource: "serviceaccounts", namespace: request.namespace, name });
      if (account === undefined)
        throw forbidden(
          definition,
          request.name,
          `error looking up service account ${request.namespace}/${name}: serviceaccount "${name}" not found`,
        );
      const automount =
        spec["automountServiceAccountToken"] ?? account.decode()["automountServiceAccountToken"] ?? true;
      if (automount === true) mountToken(spec);
    },
  };
}

function mountToken(spec: JsonObject): void {
  const containers = [...objectsAt(spec, "initContainers"), ...objectsAt(spec, "containers")];
  const wanting = containers.filter(
    (container) => !objectsAt(container, "volumeMounts").some((mount) => mount["mountPath"] === MOUNT_PATH),
  );
  if (wanting.length === 0) return;
  const name = `kube-api-access-${randomBytes(4).toString("hex").slice(0, 5)}`;
  append(spec, "volumes", {
    name,
    projected: {
      defaultMode: 0o644,
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: "token" } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        {
          downwardAPI: {
            items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
          },
        },
      ],
    },
  });
  for (const container of wanting) append(container, "volumeMounts", { name, readOnly: true, mountPath: MOUNT_PATH });
}

function append(parent: JsonObject, field: string, item: Json): void {
  const list = parent[field];
  if (Array.isArray(list)) list.push(item);
  else parent[field] = [item];
}
