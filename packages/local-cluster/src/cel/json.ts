// JSON as CEL values without a schema: whole numbers are ints, as Kubernetes decodes them.
import { isJsonObject, type Json } from "../json.ts";
import type { CelValue } from "./values.ts";

export function celFromJson(value: Json | undefined): CelValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(celFromJson);
  if (!isJsonObject(value)) return value;
  const map = new Map<string, CelValue>();
  for (const [key, item] of Object.entries(value)) if (item !== undefined) map.set(key, celFromJson(item));
  return map;
}
