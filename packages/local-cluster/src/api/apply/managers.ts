// Who manages which fields, as kept in metadata.managedFields.
//
// Fields are tracked from an object's first apply on. Until then an object has no managedFields, and its first apply finds
// what is there in the hands of "before-first-apply", as in Kubernetes for objects that nobody tracked.
import { equalJson, stringAt, type JsonObject } from "../../json.ts";
import type { KubernetesObject } from "../../objects.ts";
import { FieldSet, fieldsOf, valueAtPath } from "./field-set.ts";
import type { Shape } from "./shape.ts";

export interface Manager {
  readonly name: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  time: string;
  readonly fields: FieldSet;
}

export const BEFORE_FIRST_APPLY = "before-first-apply";

export function readManagers(object: KubernetesObject): Manager[] {
  return (object.metadata.managedFields ?? []).map((entry) => ({
    name: stringAt(entry, "manager"),
    operation: entry["operation"] === "Apply" ? "Apply" : "Update",
    apiVersion: stringAt(entry, "apiVersion"),
    subresource: stringAt(entry, "subresource"),
    time: stringAt(entry, "time"),
    fields: FieldSet.parse(entry["fieldsV1"]),
  }));
}

export function writeManagers(object: KubernetesObject, managers: readonly Manager[]): void {
  const entries = managers
    .filter((manager) => !manager.fields.empty)
    .map((manager): JsonObject => ({
      manager: manager.name,
      operation: manager.operation,
      apiVersion: manager.apiVersion,
      ...(manager.time === "" ? {} : { time: manager.time }),
      fieldsType: "FieldsV1",
      fieldsV1: manager.fields.toFields(),
      ...(manager.subresource === "" ? {} : { subresource: manager.subresource }),
    }));
  if (entries.length === 0) delete object.metadata.managedFields;
  else object.metadata.managedFields = entries;
}

export interface Writer {
  readonly name: string;
  readonly operation: Manager["operation"];
  readonly subresource: string;
  readonly time: string;
}

export function managerFor(managers: Manager[], writer: Writer, apiVersion: string): Manager {
  const { name, operation, subresource, time } = writer;
  let manager = managers.find(
    (each) => each.name === name && each.operation === operation && each.subresource === subresource,
  );
  if (manager === undefined) {
    manager = { name, operation, apiVersion, subresource, time, fields: new FieldSet() };
    managers.push(manager);
  }
  return manager;
}

/** After any write but an apply: what it changed is its writer's now, and what it removed is nobody's. */
export function trackUpdate(current: KubernetesObject, next: KubernetesObject, shape: Shape, writer: Writer): void {
  if (next.metadata.managedFields?.length === 0) {
    // An empty list is the way to say: forget who manages this.
    delete next.metadata.managedFields;
    return;
  }
  const managers = readManagers(current);
  if (managers.length === 0) {
    delete next.metadata.managedFields;
    return;
  }
  const before = fieldsOf(current, shape);
  const after = fieldsOf(next, shape);
  const changed: (readonly string[])[] = [];
  for (const path of after.paths())
    if (!before.has(path) || !equalJson(valueOrMember(current, path, shape), valueOrMember(next, path, shape)))
      changed.push(path);
  for (const path of before.paths()) if (!after.has(path)) for (const manager of managers) manager.fields.delete(path);
  if (changed.length > 0) {
    for (const manager of managers) for (const path of changed) manager.fields.delete(path);
    const own = managerFor(managers, writer, next.apiVersion);
    own.time = writer.time;
    for (const path of changed) own.fields.add(path);
  }
  writeManagers(next, managers);
}

/** An item of a keyed list counts by its being there; what is in it is counted by its own paths. */
export function valueOrMember(object: KubernetesObject, path: readonly string[], shape: Shape) {
  const value = valueAtPath(object, path, shape);
  return path.at(-1)?.startsWith("k:") === true && value !== undefined ? true : value;
}
