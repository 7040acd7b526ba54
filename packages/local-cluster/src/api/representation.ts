// The forms in which a client may want objects: whole, as rows of a Table, or as metadata alone.
import type { JsonObject } from "../json.ts";
import type { KubernetesObject } from "../objects.ts";
import { groupVersion, type ResourceDefinition } from "../resources/definition.ts";
import type { StoredObject } from "../storage/stored-object.ts";
import { notAcceptable } from "./errors.ts";

export type Representation = "object" | "table" | "metadata";
export type IncludeObject = "Metadata" | "Object" | "None";

/** The first form in the Accept header that we have. */
export function representationOf(accept: string | undefined): Representation {
  if (accept === undefined || accept === "") return "object";
  for (const part of accept.split(",")) {
    const [type = "", ...parameters] = part.split(";").map((piece) => piece.trim());
    if (type !== "application/json" && type !== "*/*" && type !== "application/*") continue;
    const as = parameters.find((parameter) => parameter.startsWith("as="))?.slice(3);
    if (as === undefined) return "object";
    const version = parameters.find((parameter) => parameter.startsWith("v="))?.slice(2);
    if (version !== "v1" && version !== "v1beta1") continue;
    if (as === "Table") return "table";
    if (as === "PartialObjectMetadata" || as === "PartialObjectMetadataList") return "metadata";
  }
  throw notAcceptable("only the following media types are accepted: application/json");
}

const COMMA = Buffer.from(",");
const LIST_END = Buffer.from("]}");

/** The bytes of an object as this version of its resource shows it. */
export function objectBytes(definition: ResourceDefinition, object: StoredObject): Buffer {
  const head = Buffer.from(`{"apiVersion":${JSON.stringify(groupVersion(definition))},`);
  // Objects are stored in one version; only when another is asked for must they be taken apart.
  if (!definition.custom || object.bytes.subarray(0, head.length).equals(head)) return object.bytes;
  const decoded = object.decode();
  const apiVersion = groupVersion(definition);
  return decoded.apiVersion === apiVersion ? object.bytes : Buffer.from(JSON.stringify({ ...decoded, apiVersion }));
}

export interface ListMetadata {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

export function listBytes(
  definition: ResourceDefinition,
  objects: readonly StoredObject[],
  metadata: ListMetadata,
): Buffer {
  const head = `{"kind":${JSON.stringify(definition.listKind)},"apiVersion":${JSON.stringify(groupVersion(definition))},"metadata":${JSON.stringify(metadata)},"items":[`;
  const parts: Buffer[] = [Buffer.from(head)];
  for (const [index, object] of objects.entries()) {
    if (index > 0) parts.push(COMMA);
    parts.push(objectBytes(definition, object));
  }
  parts.push(LIST_END);
  return Buffer.concat(parts);
}

export function partialMetadata(object: KubernetesObject): JsonObject {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata };
}

export function metadataList(objects: readonly StoredObject[], metadata: ListMetadata): JsonObject {
  return {
    kind: "PartialObjectMetadataList",
    apiVersion: "meta.k8s.io/v1",
    metadata: { ...metadata },
    items: objects.map((object) => partialMetadata(object.decode())),
  };
}

/** `columns`: whether to repeat the column definitions; in a watch only the first event has them. */
export function table(
  definition: ResourceDefinition,
  objects: readonly StoredObject[],
  metadata: ListMetadata,
  include: IncludeObject,
  columns = true,
): JsonObject {
  const now = Date.now();
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: { ...metadata },
    columnDefinitions: columns
      ? definition.columns.map((column) => ({
          name: column.name,
          type: column.type,
          format: column.format ?? "",
          description: column.description ?? "",
          priority: column.priority ?? 0,
        }))
      : [],
    rows: objects.map((stored) => {
      const object = stored.decode();
      return {
        cells: definition.columns.map((column) => column.cell(object, now)),
        ...(include === "None" ? {} : { object: include === "Object" ? object : partialMetadata(object) }),
      };
    }),
  };
}

export function includeObject(query: URLSearchParams): IncludeObject {
  const wanted = query.get("includeObject");
  return wanted === "None" || wanted === "Object" ? wanted : "Metadata";
}
