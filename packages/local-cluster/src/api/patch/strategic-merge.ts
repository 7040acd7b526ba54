// Strategic merge patch: a merge patch that knows which lists of a built-in type are keyed, and takes directives
// ($patch, $retainKeys, $setElementOrder/…, $deleteFromPrimitiveList/…).
import { builtInType, type BuiltInType, type FieldType } from "../../builtin-types/type-table.ts";
import { cloneJson, defineField, equalJson, isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { badRequest } from "../errors.ts";

const ORDER = "$setElementOrder/";
const DELETE_FROM = "$deleteFromPrimitiveList/";

export function applyStrategicMergePatch(target: JsonObject, patch: JsonObject, typeName: string): JsonObject {
  return mergeObject(target, patch, builtInType(typeName)) ?? {};
}

/** Undefined: the patch deletes the object. */
function mergeObject(target: JsonObject, patch: JsonObject, type: BuiltInType | undefined): JsonObject | undefined {
  switch (patch["$patch"]) {
    case "delete":
      return undefined;
    case "replace":
      return withoutDirectives(patch);
    case "merge":
    case undefined:
      break;
    default:
      throw badRequest(`unknown patch type: ${JSON.stringify(patch["$patch"])}`);
  }
  const result: JsonObject = { ...target };
  const retain = patch["$retainKeys"];
  if (Array.isArray(retain)) for (const key of Object.keys(result)) if (!retain.includes(key)) delete result[key];
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith("$") || value === undefined) continue;
    const field = type?.fields.get(key);
    const merged = value === null ? undefined : mergeValue(result[key], value, field, patch, key);
    if (merged === undefined) delete result[key];
    else defineField(result, key, merged);
  }
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(DELETE_FROM)) continue;
    const name = key.slice(DELETE_FROM.length);
    const list = result[name];
    const unwanted = patch[key];
    if (Array.isArray(list) && Array.isArray(unwanted))
      result[name] = list.filter((item) => !unwanted.some((each) => equalJson(each, item)));
  }
  return result;
}

function mergeValue(
  current: Json | undefined,
  value: Json,
  field: FieldType | undefined,
  patch: JsonObject,
  key: string,
): Json | undefined {
  const inner = field?.element.kind === "type" ? builtInType(field.element.type) : undefined;
  if (isJsonObject(value)) {
    if (field?.shape === "map") return mergeObject(isJsonObject(current) ? current : {}, value, undefined);
    return mergeObject(isJsonObject(current) ? current : {}, value, inner);
  }
  if (!Array.isArray(value)) return value;
  if (field === undefined || !field.patch.includes("merge")) return cloneJson(value);
  const order = patch[ORDER + key];
  const existing = Array.isArray(current) ? current : [];
  if (field.mergeKey === undefined) {
    const missing = value.filter((item) => !existing.some((each) => equalJson(each, item)));
    return ordered([...existing, ...missing], order, (item) => item);
  }
  const { mergeKey } = field;
  return ordered(mergeKeyedList(existing, value, mergeKey, inner), order, (item) =>
    isJsonObject(item) ? (item[mergeKey] ?? null) : null,
  );
}

function mergeKeyedList(
  current: readonly Json[],
  patch: readonly Json[],
  mergeKey: string,
  type: BuiltInType | undefined,
): Json[] {
  const items = patch.filter(isJsonObject);
  if (items.some((item) => item["$patch"] === "replace"))
    return items.filter((item) => item["$patch"] !== "replace").map(withoutDirectives);
  const result: Json[] = [...current];
  for (const item of items) {
    const key = item[mergeKey];
    if (key === undefined)
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
    const index = result.findIndex((each) => isJsonObject(each) && equalJson(each[mergeKey], key));
    const existing = index < 0 ? undefined : result[index];
    const merged = mergeObject(isJsonObject(existing) ? existing : {}, item, type);
    if (merged === undefined) {
      if (index >= 0) result.splice(index, 1);
    } else if (index < 0) result.push(merged);
    else result[index] = merged;
  }
  return result;
}

/** Puts the items into the wished order; what the order does not name keeps its place relative to its neighbours. */
function ordered(items: Json[], order: Json | undefined, keyOf: (item: Json) => Json): Json[] {
  if (!Array.isArray(order)) return items;
  const rank = (item: Json): number =>
    order.findIndex((each) => equalJson(isJsonObject(each) ? keyOf(each) : each, keyOf(item)));
  const named = items.filter((item) => rank(item) >= 0).sort((left, right) => rank(left) - rank(right));
  const result: Json[] = [];
  for (const item of items) {
    if (rank(item) < 0) result.push(item);
    else {
      const next = named.shift();
      if (next !== undefined) result.push(next);
    }
  }
  return result;
}

function withoutDirectives(value: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (key.startsWith("$") || item === undefined || item === null) continue;
    defineField(result, key, isJsonObject(item) ? withoutDirectives(item) : cloneJson(item));
  }
  return result;
}
