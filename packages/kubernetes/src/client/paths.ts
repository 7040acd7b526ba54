// URLs of the Kubernetes API, and nothing else.
import type { ObjectKey, ResourceType } from "../resources/meta.ts";

type Location = Pick<ResourceType, "group" | "version" | "plural" | "namespaced">;
export type QueryValue = string | number | boolean | undefined;

/** `/api/v1/namespaces/NS/pods`; without a namespace, the list over all namespaces. */
export function collectionPath(resource: Location, namespace?: string): string {
  const root = resource.group === "" ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  return resource.namespaced && namespace !== undefined
    ? `${root}/namespaces/${segment(namespace)}/${resource.plural}`
    : `${root}/${resource.plural}`;
}

export function objectPath(resource: Location, key: ObjectKey, subresource?: string): string {
  if (resource.namespaced && key.namespace === undefined) {
    throw new TypeError(`${resource.plural} ${key.name}: a namespaced object needs a namespace`);
  }
  const tail = subresource === undefined ? "" : `/${subresource}`;
  return `${collectionPath(resource, key.namespace)}/${segment(key.name)}${tail}`;
}

/** Names come from callers: "." and ".." would climb out of the path, an empty one would address the collection. */
function segment(name: string): string {
  if (name === "" || name === "." || name === "..") throw new TypeError(`${JSON.stringify(name)} is not a name`);
  return encodeURIComponent(name);
}

export function withQuery(path: string, query: Readonly<Record<string, QueryValue>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  const encoded = parameters.toString();
  return encoded === "" ? path : `${path}?${encoded}`;
}
