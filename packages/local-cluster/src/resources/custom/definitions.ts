// CustomResourceDefinition itself: a built-in resource whose objects make other resources.
import {
  ensureObject,
  equalJson,
  isJsonObject,
  objectsAt,
  stringAt,
  stringsAt,
  type Json,
  type JsonObject,
} from "../../json.ts";
import { invalidValue, required, type FieldError } from "../../api/errors.ts";
import type { KubernetesObject } from "../../objects.ts";
import { column } from "../columns.ts";
import { defineBuiltIn } from "../define.ts";

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

function validate(object: KubernetesObject): FieldError[] {
  const errors: FieldError[] = [];
  const group = stringAt(object, "spec", "group");
  const plural = stringAt(object, "spec", "names", "plural");
  if (group === "") errors.push(required("spec.group", ""));
  if (plural === "") errors.push(required("spec.names.plural", ""));
  if (stringAt(object, "spec", "names", "kind") === "") errors.push(required("spec.names.kind", ""));
  const name = object.metadata.name ?? "";
  if (name !== `${plural}.${group}`)
    errors.push(invalidValue("metadata.name", name, 'must be spec.names.plural+"."+spec.group'));
  const scope = stringAt(object, "spec", "scope");
  if (scope !== "Namespaced" && scope !== "Cluster") errors.push(required("spec.scope", ""));
  const versions = objectsAt(object, "spec", "versions");
  if (versions.length === 0) errors.push(required("spec.versions", ""));
  if (versions.filter((version) => version["storage"] === true).length !== 1)
    errors.push(invalidValue("spec.versions", versions, "must have exactly one version marked as storage version"));
  for (const [index, version] of versions.entries())
    if (!isJsonObject(version["schema"]) || !isJsonObject(version["schema"]["openAPIV3Schema"]))
      errors.push(required(`spec.versions[${index}].schema.openAPIV3Schema`, "schemas are required"));
  return errors;
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
    validateCreate: validate,
    validateUpdate: (object, previous) => {
      const errors = validate(object);
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
