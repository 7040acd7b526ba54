// The shape that every Kubernetes object shares, and the parser that turns outside data into it.
import { isJsonObject, type Json, type JsonObject } from "./json.ts";

export interface OwnerReference extends JsonObject {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta extends JsonObject {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: JsonObject[];
}

export interface KubernetesObject extends JsonObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

type FieldCheck = (value: Json) => boolean;

const isString: FieldCheck = (value) => typeof value === "string";
const isInteger: FieldCheck = (value) => Number.isInteger(value);
const isStringArray: FieldCheck = (value) => Array.isArray(value) && value.every((item) => typeof item === "string");
const isStringMap: FieldCheck = (value) =>
  isJsonObject(value) && Object.values(value).every((item) => typeof item === "string");
const isOwnerReferenceArray: FieldCheck = (value) =>
  Array.isArray(value) &&
  value.every(
    (item) =>
      isJsonObject(item) &&
      ["apiVersion", "kind", "name", "uid"].every(
        (field) => item[field] === undefined || typeof item[field] === "string",
      ) &&
      ["controller", "blockOwnerDeletion"].every(
        (field) => item[field] === undefined || item[field] === null || typeof item[field] === "boolean",
      ),
  );
const isObjectArray: FieldCheck = (value) => Array.isArray(value) && value.every(isJsonObject);

const METADATA_FIELDS: Readonly<Record<string, { readonly check: FieldCheck; readonly expected: string }>> = {
  name: { check: isString, expected: "string" },
  generateName: { check: isString, expected: "string" },
  namespace: { check: isString, expected: "string" },
  uid: { check: isString, expected: "string" },
  resourceVersion: { check: isString, expected: "string" },
  selfLink: { check: isString, expected: "string" },
  generation: { check: isInteger, expected: "integer" },
  creationTimestamp: { check: isString, expected: "RFC 3339 time" },
  deletionTimestamp: { check: isString, expected: "RFC 3339 time" },
  deletionGracePeriodSeconds: { check: isInteger, expected: "integer" },
  labels: { check: isStringMap, expected: "map of strings" },
  annotations: { check: isStringMap, expected: "map of strings" },
  finalizers: { check: isStringArray, expected: "array of strings" },
  ownerReferences: { check: isOwnerReferenceArray, expected: "array of owner references" },
  managedFields: { check: isObjectArray, expected: "array of objects" },
};

export type ParsedObject =
  | { readonly ok: true; readonly object: KubernetesObject; readonly unknownFields: readonly string[] }
  | { readonly ok: false; readonly message: string };

/**
 * Checks that a document has an object's outline (apiVersion, kind, well-typed metadata). Fields of metadata that
 * Kubernetes does not know, and nulls, are dropped as its decoder drops them; the unknown ones are told by path.
 */
export function parseObject(document: Json): ParsedObject {
  if (!isJsonObject(document)) return { ok: false, message: "the object is not a JSON object" };
  const { apiVersion, kind } = document;
  if (typeof apiVersion !== "string" || typeof kind !== "string" || kind === "")
    return { ok: false, message: 'Object \'Kind\' is missing in the request body: set "apiVersion" and "kind"' };
  const metadata: ObjectMeta = {};
  const unknownFields: string[] = [];
  if (document["metadata"] !== undefined && document["metadata"] !== null) {
    if (!isJsonObject(document["metadata"])) return { ok: false, message: "metadata: must be an object" };
    for (const [field, value] of Object.entries(document["metadata"])) {
      const known = METADATA_FIELDS[field];
      if (known === undefined || !Object.hasOwn(METADATA_FIELDS, field)) {
        unknownFields.push(`metadata.${field}`);
        continue;
      }
      if (value === null || value === undefined) continue;
      if (!known.check(value)) return { ok: false, message: `metadata.${field}: must be a ${known.expected}` };
      metadata[field] = value;
    }
  }
  return { ok: true, object: Object.assign(document, { apiVersion, kind, metadata }), unknownFields };
}

/** The object inside bytes that this server itself stored. */
export function decodeStored(bytes: Buffer): KubernetesObject {
  return JSON.parse(bytes.toString("utf8")) as KubernetesObject;
}
