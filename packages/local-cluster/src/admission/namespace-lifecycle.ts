// Nothing is created in a namespace that is missing or on its way out, and the basic namespaces cannot be deleted.
import { ApiError, forbidden, notFound } from "../api/errors.ts";
import type { JsonObject } from "../json.ts";
import { namespaces } from "../resources/builtin/core.ts";
import type { ClusterStore } from "../storage/store.ts";
import type { AdmissionPlugin } from "./admission.ts";

export const PERMANENT_NAMESPACES = ["default", "kube-system", "kube-public"];

export function namespaceLifecycle(store: ClusterStore): AdmissionPlugin {
  return {
    name: "NamespaceLifecycle",
    mutate: (request) => {
      if (request.operation !== "CREATE" || request.namespace === "" || request.subresource !== "") return;
      const namespace = store.get({ resource: "namespaces", namespace: "", name: request.namespace });
      if (namespace === undefined) throw notFound(namespaces, request.namespace);
      const object = namespace.decode();
      if (object.metadata.deletionTimestamp === undefined) return;
      const error = forbidden(
        request.definition,
        request.name,
        `unable to create new content in namespace ${request.namespace} because it is being terminated`,
      );
      const causes: JsonObject[] = [
        {
          reason: "NamespaceTerminating",
          message: `namespace ${request.namespace} is being terminated`,
          field: "metadata.namespace",
        },
      ];
      throw new ApiError({
        code: error.code,
        reason: error.reason,
        message: error.message,
        details: { ...error.details, causes },
      });
    },
    validate: (request) => {
      if (request.operation !== "DELETE" || request.definition.table !== "namespaces") return;
      if (PERMANENT_NAMESPACES.includes(request.name))
        throw forbidden(request.definition, request.name, "this namespace may not be deleted");
    },
  };
}
