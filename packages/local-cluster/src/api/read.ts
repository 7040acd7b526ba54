// Reading: one object, or a list at a revision, whole or page by page.
import { isJsonObject, numberAt, parseJson, stringAt, type Json } from "../json.ts";
import type { ResourceDefinition } from "../resources/definition.ts";
import type { StoredObject } from "../storage/stored-object.ts";
import type { ClusterStore } from "../storage/store.ts";
import { badRequest, expired, notFound } from "./errors.ts";
import { notReached, parseListOptions, parseRevision } from "./list-options.ts";
import { json, jsonBytes, type ApiRequest, type ApiResponse } from "./http.ts";
import {
  includeObject,
  listBytes,
  metadataList,
  objectBytes,
  partialMetadata,
  representationOf,
  table,
  type ListMetadata,
} from "./representation.ts";
import { parseFieldSelector, parseLabelSelector, Selection } from "./selectors.ts";

export function selectionOf(definition: ResourceDefinition, query: URLSearchParams): Selection {
  return new Selection(
    parseLabelSelector(query.get("labelSelector") ?? ""),
    parseFieldSelector(query.get("fieldSelector") ?? "", definition.strategy.selectableFields),
  );
}

export async function getObject(
  store: ClusterStore,
  definition: ResourceDefinition,
  namespace: string,
  name: string,
): Promise<StoredObject> {
  const object = store.get({ resource: definition.table, namespace, name });
  // Nobody may see what a crash could still take back.
  if (object === undefined) await store.settled();
  else await store.durable(object.revision);
  if (object === undefined) throw notFound(definition, name);
  return object;
}

/** As {@link getObject}, for a request that may say how new the object must be at least. */
export async function readObjectResponse(
  store: ClusterStore,
  request: ApiRequest,
  definition: ResourceDefinition,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<ApiResponse> {
  const asked = parseRevision(request.query.get("resourceVersion"));
  if (asked !== undefined && asked > store.revision) throw notReached(asked, store.revision);
  return objectResponse(request, definition, await getObject(store, definition, namespace, name));
}

export function objectResponse(
  request: ApiRequest,
  definition: ResourceDefinition,
  object: StoredObject,
  status = 200,
): ApiResponse {
  switch (representationOf(request.headers["accept"])) {
    case "object":
      return jsonBytes(status, objectBytes(definition, object));
    case "metadata":
      return json(status, partialMetadata(object.decode()));
    case "table": {
      const metadata = { resourceVersion: String(object.revision) };
      return json(status, table(definition, [object], metadata, includeObject(request.query)));
    }
  }
}

/** A page ends where this says: the list's revision and the last key that was given. */
interface Continuation {
  readonly revision: number;
  readonly namespace: string;
  readonly name: string;
}

function encodeContinuation(position: Continuation): string {
  return Buffer.from(JSON.stringify(position), "utf8").toString("base64url");
}

function decodeContinuation(token: string): Continuation {
  let document: Json;
  try {
    document = parseJson(Buffer.from(token, "base64url").toString("utf8"));
  } catch {
    document = null;
  }
  const revision = numberAt(document, "revision");
  if (!isJsonObject(document) || revision === undefined) throw badRequest("continue key is not valid");
  return { revision, namespace: stringAt(document, "namespace"), name: stringAt(document, "name") };
}

interface Page {
  readonly objects: readonly StoredObject[];
  readonly metadata: ListMetadata;
}

export async function listPage(
  store: ClusterStore,
  definition: ResourceDefinition,
  namespace: string,
  query: URLSearchParams,
): Promise<Page> {
  const selection = selectionOf(definition, query);
  const { limit, continue: token, revision: asked, exact } = parseListOptions(query);
  await store.settled();
  const scope = namespace === "" ? undefined : namespace;
  const start = token === "" ? undefined : decodeContinuation(token);
  const revision = start?.revision ?? (exact ? asked : undefined) ?? store.revision;
  if (asked !== undefined && asked > store.revision) throw notReached(asked, store.revision);
  let objects = objectsAtRevision(store, definition, revision, scope, selection);
  if (start !== undefined)
    objects = objects.filter(
      (object) =>
        object.namespace > start.namespace || (object.namespace === start.namespace && object.name > start.name),
    );
  if (!selection.empty) objects = objects.filter((object) => selection.matches(object));
  const last = limit > 0 && objects.length > limit ? objects[limit - 1] : undefined;
  if (last === undefined) return { objects, metadata: { resourceVersion: String(revision) } };
  return {
    objects: objects.slice(0, limit),
    metadata: {
      resourceVersion: String(revision),
      continue: encodeContinuation({ revision, namespace: last.namespace, name: last.name }),
      ...(selection.empty ? { remainingItemCount: objects.length - limit } : {}),
    },
  };
}

function objectsAtRevision(
  store: ClusterStore,
  definition: ResourceDefinition,
  revision: number,
  namespace: string | undefined,
  selection: Selection,
): StoredObject[] {
  const { name } = selection;
  if (revision === store.revision && name !== undefined && namespace !== undefined) {
    const object = store.get({ resource: definition.table, namespace, name });
    if (object === undefined || object.revision <= revision) return object === undefined ? [] : [object];
  }
  const objects = store.listAt(definition.table, revision, namespace);
  if (objects === undefined)
    throw expired(
      "The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.",
    );
  return objects;
}

export async function listResponse(
  store: ClusterStore,
  request: ApiRequest,
  definition: ResourceDefinition,
  namespace: string,
): Promise<ApiResponse> {
  const form = representationOf(request.headers["accept"]);
  const { objects, metadata } = await listPage(store, definition, namespace, request.query);
  if (form === "table") return json(200, table(definition, objects, metadata, includeObject(request.query)));
  if (form === "metadata") return json(200, metadataList(objects, metadata));
  return jsonBytes(200, listBytes(definition, objects, metadata));
}
