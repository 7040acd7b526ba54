// CustomResourceDefinition itself: a built-in resource whose objects make other resources.
import {
  ensureObject,
  equalJson,
  isJsonObject,
  objectsAt,
  stringAt,
  stringsAt,
  valueAt,
  type Json,
  type JsonObject,
} from "../../json.ts";
import { invalidValue } from "../../api/errors.ts";
import type { KubernetesObject } from "../../objects.ts";
import { column } from "../columns.ts";
import { validateCustomResourceDefinition } from "../../schema/index.ts";
import type { ClusterStore } from "../../storage/store.ts";
import { defineBuiltIn } from "../define.ts";
import type { ResourceDefinition } from "../definition.ts";

/** Keeps a definition until its objects are gone. */
export const CUSTOM_CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

function setDefaults(object: KubernetesObject): void {
  const spec = ensureObject(object, "spec");
  const names = ensureObject(spec, "names");
  const kind = stringAt(names, "kind");
  names["singular"] ??= kind.toLowerCase();
  names["listKind"] ??= `${kind}List`;
  const conversion = ensureObject(spec, "conversion");
  conversion["strategy"] ??= "None";
}

function condition(type: string, reason: string, message: string, now: Date): JsonObject {
  return { type, status: "True", reason, message, lastTransitionTime: now.toISOString().replace(/\.\d+Z$/, "Z") };
}

function setStatus(object: KubernetesObject, now: Date): void {
  const status = ensureObject(object, "status");
  const storage = objectsAt(object, "spec", "versions").find((version) => version["storage"] === true);
  const stored = new Set(stringsAt(status, "storedVersions"));
  if (storage !== undefined) stored.add(stringAt(storage, "name"));
  const names: Json = isJsonObject(object["spec"]) ? (object["spec"]["names"] ?? {}) : {};
  if (objectsAt(status, "conditions").length === 0)
    status["conditions"] = [
      condition("NamesAccepted", "NoConflicts", "no conflicts found", now),
      condition("Established", "InitialNamesAccepted", "the initial names have been accepted", now),
    ];
  status["acceptedNames"] = names;
  status["storedVersions"] = [...stored];
}

/** The schema of a served version, as its definition has it. */
export function customSchemaOf(store: ClusterStore, definition: ResourceDefinition): Json | undefined {
  if (!definition.custom) return undefined;
  const { table } = customResourceDefinitions;
  const stored = store.get({ resource: table, namespace: "", name: definition.table })?.decode();
  const version = objectsAt(stored, "spec", "versions").find((each) => each["name"] === definition.version);
  return valueAt(version, "schema", "openAPIV3Schema");
}

export const customResourceDefinitions = defineBuiltIn({
  group: "apiextensions.k8s.io",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  shortNames: ["crd", "crds"],
  namespaced: false,
  age: false,
  status: true,
  columns: [column("Created At", (object) => object.metadata.creationTimestamp ?? "", { type: "date" })],
  strategy: {
    generation: "spec",
    prepareCreate: (object, context) => {
      setDefaults(object);
      object["status"] = {};
      setStatus(object, context.now);
      const finalizers = (object.metadata.finalizers ??= []);
      if (!finalizers.includes(CUSTOM_CLEANUP)) finalizers.push(CUSTOM_CLEANUP);
    },
    prepareUpdate: (object, _previous, context) => {
      setDefaults(object);
      setStatus(object, context.now);
    },
    validateCreate: validateCustomResourceDefinition,
    validateUpdate: (object, previous) => {
      const errors = [...validateCustomResourceDefinition(object)];
      for (const field of ["group", "scope"])
        if (stringAt(object, "spec", field) !== stringAt(previous, "spec", field))
          errors.push(invalidValue(`spec.${field}`, stringAt(object, "spec", field), "field is immutable"));
      for (const field of ["plural", "kind"])
        if (!equalJson(stringAt(object, "spec", "names", field), stringAt(previous, "spec", "names", field)))
          errors.push(
            invalidValue(`spec.names.${field}`, stringAt(object, "spec", "names", field), "field is immutable"),
          );
      return errors;
    },
  },
});
