// JSON Merge Patch (RFC 7386).
import { cloneJson, defineField, isJsonObject, type Json, type JsonObject } from "../../json.ts";

export function applyMergePatch(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return cloneJson(patch);
  const result: JsonObject = isJsonObject(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) delete result[field];
    else defineField(result, field, applyMergePatch(Object.hasOwn(result, field) ? result[field] : undefined, value));
  }
  return result;
}
