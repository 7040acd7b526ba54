// A PATCH body as a function from the current object to the wished one.
import { typeNameOf } from "../../builtin-types/type-table.ts";
import { isJsonObject } from "../../json.ts";
import type { KubernetesObject } from "../../objects.ts";
import type { ResourceDefinition } from "../../resources/definition.ts";
import { MAX_BODY, mediaType, parseJsonDocument, toObject } from "../body.ts";
import { badRequest, unsupportedMediaType } from "../errors.ts";
import type { ApiRequest } from "../http.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { applyStrategicMergePatch } from "./strategic-merge.ts";

export const JSON_PATCH = "application/json-patch+json";
export const MERGE_PATCH = "application/merge-patch+json";
export const STRATEGIC_MERGE_PATCH = "application/strategic-merge-patch+json";

export async function readPatch(
  request: ApiRequest,
  definition: ResourceDefinition,
): Promise<(current: KubernetesObject) => KubernetesObject> {
  const type = mediaType(request.headers["content-type"]);
  const accepted = definition.custom ? [JSON_PATCH, MERGE_PATCH] : [JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH];
  if (!accepted.includes(type)) throw unsupportedMediaType(type, accepted);
  const body = parseJsonDocument((await request.body(MAX_BODY)).toString("utf8"));
  if (type === JSON_PATCH) return (current) => toObject(applyJsonPatch(current, body));
  if (!isJsonObject(body)) throw badRequest("a merge patch must be an object");
  if (type === STRATEGIC_MERGE_PATCH) {
    const typeName = typeNameOf(definition.group, definition.version, definition.kind);
    return (current) => toObject(applyStrategicMergePatch(current, body, typeName));
  }
  return (current) => toObject(applyMergePatch(current, body));
}
