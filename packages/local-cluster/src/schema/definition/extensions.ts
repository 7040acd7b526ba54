// The rules for `x-kubernetes-*` keywords.
import { arrayAt, isJsonObject, type Json, type JsonObject, stringAt, stringsAt, valueAt } from "../../json.ts";
import {
  type FieldError,
  forbiddenField,
  invalidField,
  invalidFieldShown,
  requiredField,
  unsupportedField,
} from "../field-errors.ts";
import { goStrings } from "../go-format.ts";

const PRESERVE = "x-kubernetes-preserve-unknown-fields";
const EMBEDDED = "x-kubernetes-embedded-resource";
const LIST_TYPE = "x-kubernetes-list-type";
const LIST_MAP_KEYS = "x-kubernetes-list-map-keys";
const MAP_TYPE = "x-kubernetes-map-type";

export function validateExtensions(schema: JsonObject, path: string): readonly FieldError[] {
  return [
    ...validatePreserve(schema, path),
    ...validateEmbedded(schema, path),
    ...validateMapType(schema, path),
    ...validateListType(schema, path),
    ...validateListMapKeys(schema, path),
  ];
}

function validatePreserve(schema: JsonObject, path: string): readonly FieldError[] {
  if (schema[PRESERVE] !== false) return [];
  return [invalidField(`${path}.${PRESERVE}`, false, "must be true or undefined")];
}

function validateEmbedded(schema: JsonObject, path: string): readonly FieldError[] {
  if (schema[EMBEDDED] !== true) return [];
  const errors: FieldError[] = [];
  const properties = schema["properties"];
  const hasProperties = isJsonObject(properties) && Object.keys(properties).length > 0;
  if (!hasProperties && schema[PRESERVE] !== true)
    errors.push(requiredField(`${path}.properties`, `must not be empty if ${EMBEDDED} is true without ${PRESERVE}`));
  const type = stringAt(schema, "type");
  if (type !== "object") errors.push(invalidField(`${path}.type`, type, `must be object if ${EMBEDDED} is true`));
  return errors;
}

function validateMapType(schema: JsonObject, path: string): readonly FieldError[] {
  const mapType = schema[MAP_TYPE];
  if (mapType === undefined) return [];
  const errors: FieldError[] = [];
  const type = stringAt(schema, "type");
  if (type !== "object") errors.push(invalidField(`${path}.type`, type, `must be object if ${MAP_TYPE} is specified`));
  if (mapType !== "atomic" && mapType !== "granular")
    errors.push(unsupportedField(`${path}.${MAP_TYPE}`, mapType, ["atomic", "granular"]));
  return errors;
}

function validateListType(schema: JsonObject, path: string): readonly FieldError[] {
  const listType = schema[LIST_TYPE];
  const field = `${path}.${LIST_TYPE}`;
  const hasKeys = arrayAt(schema, LIST_MAP_KEYS).length > 0;
  if (listType === undefined)
    return hasKeys ? [requiredField(field, `must be map if ${LIST_MAP_KEYS} is non-empty`)] : [];
  const errors: FieldError[] = [];
  const type = stringAt(schema, "type");
  if (type !== "array") errors.push(invalidField(`${path}.type`, type, `must be array if ${LIST_TYPE} is specified`));
  if (listType !== "atomic" && listType !== "set" && listType !== "map")
    errors.push(unsupportedField(field, listType, ["atomic", "set", "map"]));
  else if (hasKeys && listType !== "map")
    errors.push(invalidField(field, listType, `must be map if ${LIST_MAP_KEYS} is non-empty`));
  if (listType === "set") errors.push(...validateSetItems(schema["items"], `${path}.items`));
  return errors;
}

/** Items of a set are compared whole, so they must not be merged field by field. */
function validateSetItems(items: Json | undefined, path: string): readonly FieldError[] {
  if (!isJsonObject(items)) return [];
  const errors: FieldError[] = [];
  const detail = `must be atomic as item of a list with ${LIST_TYPE}=set`;
  if (items["nullable"] === true)
    errors.push(forbiddenField(`${path}.nullable`, `cannot be nullable when ${LIST_TYPE} is set`));
  if (items["type"] === "object" && items[MAP_TYPE] !== "atomic")
    errors.push(invalidField(`${path}.${MAP_TYPE}`, items[MAP_TYPE], detail));
  if (items["type"] === "array" && items[LIST_TYPE] !== undefined && items[LIST_TYPE] !== "atomic")
    errors.push(invalidField(`${path}.${LIST_TYPE}`, items[LIST_TYPE], detail));
  return errors;
}

function validateListMapKeys(schema: JsonObject, path: string): readonly FieldError[] {
  if (schema[LIST_TYPE] !== "map") return [];
  const field = `${path}.${LIST_MAP_KEYS}`;
  const keys = stringsAt(schema, LIST_MAP_KEYS);
  const items = schema["items"];
  const itemType = stringAt(items, "type");
  if (keys.length === 0) return [requiredField(field, `must not be empty if ${LIST_TYPE} is map`)];
  if (itemType !== "object")
    return [invalidField(`${path}.items.type`, itemType, `must be object if parent array's ${LIST_TYPE} is map`)];
  const errors: FieldError[] = [];
  if (isJsonObject(items) && items["nullable"] === true)
    errors.push(forbiddenField(`${path}.items.nullable`, `cannot be nullable when ${LIST_TYPE} is map`));
  if (new Set(keys).size < keys.length)
    errors.push(invalidFieldShown(field, goStrings(keys), "must not contain duplicate entries"));
  const required = stringsAt(items, "required");
  for (const key of new Set(keys)) {
    const property = valueAt(items, "properties", key);
    const place = `${path}.items.properties[${key}]`;
    if (!isJsonObject(property)) {
      errors.push(invalidFieldShown(field, goStrings(keys), "entries must all be names of item properties"));
      continue;
    }
    const type = stringAt(property, "type");
    if (type === "object" || type === "array")
      errors.push(invalidField(`${place}.type`, type, `must be a scalar type if parent array's ${LIST_TYPE} is map`));
    if (property["default"] === undefined && !required.includes(key))
      errors.push(
        requiredField(
          `${place}.default`,
          `this property is in ${LIST_MAP_KEYS}, so it must have a default or be a required property`,
        ),
      );
  }
  return errors;
}
