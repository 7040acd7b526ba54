// What keeps a deleted object in place.
import { stringsAt } from "../json.ts";
import type { KubernetesObject } from "../objects.ts";
import type { ResourceDefinition } from "./definition.ts";

/** What still holds an object that is being deleted. A namespace has finalizers of its own in its spec. */
export function pendingFinalizers(definition: ResourceDefinition, object: KubernetesObject): readonly string[] {
  const own = object.metadata.finalizers ?? [];
  return definition.table === "namespaces" ? [...own, ...stringsAt(object, "spec", "finalizers")] : own;
}
