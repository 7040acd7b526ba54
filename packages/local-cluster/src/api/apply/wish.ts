// The body of a server-side apply: a partial object in YAML (or JSON), and who applies it.
import type { KubernetesObject } from "../../objects.ts";
import type { ResourceDefinition } from "../../resources/definition.ts";
import { groupVersion } from "../../resources/definition.ts";
import { MAX_BODY, parseYamlDocument, toObject } from "../body.ts";
import { badRequest, invalid, required } from "../errors.ts";
import type { ApiRequest } from "../http.ts";
import { isTrue } from "../path.ts";

export const APPLY_PATCH = "application/apply-patch+yaml";

export interface Wish {
  readonly wish: KubernetesObject;
  readonly manager: string;
  readonly force: boolean;
}

export async function readWish(request: ApiRequest, definition: ResourceDefinition, name: string): Promise<Wish> {
  const manager = request.query.get("fieldManager") ?? "";
  if (manager === "")
    throw invalid("meta.k8s.io", "PatchOptions", "", [required("fieldManager", "is required for apply patch")]);
  const wish = toObject(parseYamlDocument((await request.body(MAX_BODY)).toString("utf8")));
  if (wish.apiVersion !== groupVersion(definition) || wish.kind !== definition.kind)
    throw badRequest(
      `the applied object is ${wish.kind} of ${wish.apiVersion}, not ${definition.kind} of ${groupVersion(definition)}`,
    );
  if (wish.metadata.managedFields !== undefined) throw badRequest("metadata.managedFields must be nil");
  wish.metadata.name ??= name;
  return { wish, manager, force: isTrue(request.query.get("force")) };
}
