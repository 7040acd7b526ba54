// Server-side apply: merges what a manager wishes for into the live object, takes away what it no longer wishes for, and
// refuses to overrule other managers unless forced.
import { cloneJson, defineField, equalJson, isJsonObject, objectsAt, type Json, type JsonObject } from "../../json.ts";
import type { KubernetesObject } from "../../objects.ts";
import type { ResourceDefinition } from "../../resources/definition.ts";
import { ApiError } from "../errors.ts";
import { fieldsOf, FieldSet, formatPath, keyElement } from "./field-set.ts";
import {
  BEFORE_FIRST_APPLY,
  managerFor,
  readManagers,
  valueOrMember,
  writeManagers,
  type Manager,
  type Writer,
} from "./managers.ts";
import type { Shape } from "./shape.ts";

export interface Application {
  readonly definition: ResourceDefinition;
  readonly shape: Shape;
  readonly writer: Writer;
  readonly force: boolean;
}

/** The live object with the wish applied, managedFields included. Throws 409 on conflicts. */
export function applyWish(live: KubernetesObject, wish: KubernetesObject, how: Application): KubernetesObject {
  const { shape, writer } = how;
  const managers = readManagers(live);
  if (managers.length === 0 && live.metadata.uid !== undefined)
    managers.push({
      name: BEFORE_FIRST_APPLY,
      operation: "Update",
      apiVersion: live.apiVersion,
      subresource: "",
      time: writer.time,
      fields: fieldsOf(live, shape),
    });
  const own = managerFor(managers, writer, wish.apiVersion);
  const others = managers.filter((manager) => manager !== own);
  const wished = fieldsOf(wish, shape);
  settleConflicts(live, wish, wished, others, how);

  const merged = merge(cloneJson(live), wish, shape) as KubernetesObject;
  const dropped = [...own.fields.paths()].filter(
    (path) => !wished.has(path) && !others.some((other) => other.fields.has(path)),
  );
  // Shallowest first: an item goes as a whole, while its keys can still tell which one it is.
  for (const path of dropped.toSorted((left, right) => left.length - right.length))
    removeAt(merged, path, shape, others);
  const changed =
    !equalJson(own.fields.toFields(), wished.toFields()) || !equalJson(withoutManagers(merged), withoutManagers(live));
  const next: Manager = {
    ...own,
    apiVersion: wish.apiVersion,
    time: changed || own.time === "" ? writer.time : own.time,
    fields: wished,
  };
  writeManagers(merged, [...others, next]);
  return merged;
}

function withoutManagers(object: KubernetesObject): Json {
  return { ...object, metadata: { ...object.metadata, managedFields: undefined } };
}

/** Where the wish differs from what another manager has set: taken over when forced, refused otherwise. */
function settleConflicts(
  live: KubernetesObject,
  wish: KubernetesObject,
  wished: FieldSet,
  others: readonly Manager[],
  how: Application,
): void {
  const conflicts: { readonly manager: Manager; readonly path: readonly string[] }[] = [];
  for (const path of wished.paths()) {
    if (equalJson(valueOrMember(live, path, how.shape), valueOrMember(wish, path, how.shape))) continue;
    for (const manager of others) if (manager.fields.has(path)) conflicts.push({ manager, path });
  }
  if (conflicts.length === 0) return;
  if (!how.force) throw conflictError(conflicts);
  for (const { manager, path } of conflicts) manager.fields.delete(path);
}

function conflictError(conflicts: readonly { manager: Manager; path: readonly string[] }[]): ApiError {
  const described = conflicts.map(({ manager, path }) => {
    const part = manager.subresource === "" ? "" : ` with subresource ${JSON.stringify(manager.subresource)}`;
    return {
      message: `conflict with ${JSON.stringify(manager.name)}${part} using ${manager.apiVersion}`,
      field: formatPath(path),
    };
  });
  const [first] = described;
  const text =
    described.length === 1 && first !== undefined
      ? `Apply failed with 1 conflict: ${first.message}: ${first.field}`
      : `Apply failed with ${described.length} conflicts: ${[...Map.groupBy(described, (each) => each.message)]
          .map(
            ([message, group]) =>
              `${message.replace("conflict", "conflicts")}:\n${group.map((each) => `- ${each.field}`).join("\n")}`,
          )
          .join("\n")}`;
  return new ApiError({
    code: 409,
    reason: "Conflict",
    message: text,
    details: { causes: described.map((each) => ({ reason: "FieldManagerConflict", ...each })) },
  });
}

function merge(live: Json | undefined, wish: Json, shape: Shape): Json {
  if (shape.kind === "fields" && isJsonObject(wish)) {
    const result: JsonObject = isJsonObject(live) ? { ...live } : {};
    for (const [name, value] of Object.entries(wish))
      if (value !== undefined) defineField(result, name, merge(result[name], value, shape.field(name)));
    return result;
  }
  if (!Array.isArray(wish) || !Array.isArray(live)) return cloneJson(wish);
  if (shape.kind === "set") return [...live, ...wish.filter((item) => !live.some((each) => equalJson(each, item)))];
  if (shape.kind !== "keyed") return cloneJson(wish);
  const { keys, item } = shape;
  const wished = new Map(objectsAt(wish).map((each) => [keyElement(each, keys), each]));
  const kept = new Map(objectsAt(live).map((each) => [keyElement(each, keys), each]));
  // The wish's own order, when it speaks of every item; else the live order, and what is new behind it.
  const order = [...kept.keys()].every((key) => wished.has(key))
    ? [...wished.keys()]
    : [...new Set([...kept.keys(), ...wished.keys()])];
  return order.map((key) => {
    const wanted = wished.get(key);
    const there = kept.get(key);
    return wanted === undefined ? (there ?? null) : merge(there, wanted, item);
  });
}

/** Removes what a path leads to, unless there is something in it that others manage. */
function removeAt(root: Json, path: readonly string[], shape: Shape, others: readonly Manager[]): void {
  const last = path.at(-1);
  let value: Json | undefined = root;
  let current = shape;
  for (const element of path.slice(0, -1)) {
    if (element.startsWith("f:")) {
      const name = element.slice(2);
      value = isJsonObject(value) ? value[name] : undefined;
      current = current.kind === "fields" ? current.field(name) : { kind: "atomic" };
    } else if (Array.isArray(value) && current.kind === "keyed") {
      const { keys, item } = current;
      value = objectsAt(value).find((each) => keyElement(each, keys) === element);
      current = item;
    } else return;
  }
  if (last === undefined || value === undefined) return;
  if (last.startsWith("f:") && isJsonObject(value)) delete value[last.slice(2)];
  else if (Array.isArray(value)) {
    if (others.some((other) => [...other.fields.paths()].some((each) => startsWith(each, path)))) return;
    const keys = current.kind === "keyed" ? current.keys : [];
    const index = value.findIndex((item) =>
      last.startsWith("v:")
        ? `v:${JSON.stringify(item)}` === last
        : isJsonObject(item) && keyElement(item, keys) === last,
    );
    if (index >= 0) value.splice(index, 1);
  }
}

function startsWith(path: readonly string[], prefix: readonly string[]): boolean {
  return prefix.every((element, index) => path[index] === element);
}

/** A new object as its first manager wishes for it. */
export function manageFromTheStart(object: KubernetesObject, wish: KubernetesObject, how: Application): void {
  const { writer, shape } = how;
  writeManagers(object, [{ ...writer, apiVersion: wish.apiVersion, fields: fieldsOf(wish, shape) }]);
}

/** The part of a wish that this endpoint writes: status through its subresource alone, everything else without it. */
export function wishFor(wish: KubernetesObject, subresource: string, statusSubresource: boolean): KubernetesObject {
  const { apiVersion, kind, metadata, ...fields } = wish;
  if (subresource === "")
    return statusSubresource
      ? { apiVersion, kind, metadata, ...fields, status: undefined }
      : { apiVersion, kind, metadata, ...fields };
  const { name, namespace, resourceVersion } = metadata;
  return { apiVersion, kind, metadata: { name, namespace, resourceVersion }, [subresource]: fields[subresource] };
}
