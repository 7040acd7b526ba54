// What a URL and a method ask for.
import type { Verb } from "../resources/definition.ts";

export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  /** Empty for cluster-wide. */
  readonly namespace: string;
  readonly plural: string;
  readonly name: string;
  readonly subresource: string;
  /** What follows the subresource, for proxies. */
  readonly rest: string;
}

/** `/api/v1/…` and `/apis/GROUP/VERSION/…` with a resource; undefined for every other path. */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const segments = path.split("/").filter((segment) => segment !== "");
  let group = "";
  if (segments[0] === "apis") {
    if (segments.length < 4) return undefined;
    group = segments[1] ?? "";
    segments.splice(0, 2);
  } else if (segments[0] === "api" && segments.length >= 3) segments.shift();
  else return undefined;
  const parts = decodeSegments(segments);
  if (parts === undefined) return undefined;
  const [version = "", ...steps] = parts;
  let namespace = "";
  // `/namespaces/NAME/status` and `/finalize` are the namespace's own; `/namespaces/NAME/pods` is inside it.
  if (steps[0] === "namespaces" && steps.length >= 2) {
    namespace = steps[1] ?? "";
    const [, , third] = steps;
    if (third !== undefined && third !== "status" && third !== "finalize") steps.splice(0, 2);
  }
  const [plural = "", name = "", subresource = "", ...rest] = steps;
  return { group, version, namespace, plural, name, subresource, rest: rest.join("/") };
}

function decodeSegments(segments: readonly string[]): string[] | undefined {
  try {
    return segments.map((segment) => decodeURIComponent(segment));
  } catch {
    return undefined;
  }
}

export function isTrue(value: string | null): boolean {
  return value === "true" || value === "1";
}

export function verbOf(method: string, path: ResourcePath, query: URLSearchParams): Verb | undefined {
  switch (method) {
    case "GET":
    case "HEAD":
      if (isTrue(query.get("watch")) && (path.name === "" || path.subresource === "")) return "watch";
      return path.name === "" ? "list" : "get";
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return path.name === "" ? "deletecollection" : "delete";
    default:
      return undefined;
  }
}
