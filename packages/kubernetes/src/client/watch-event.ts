// One line of a watch, parsed at the edge.
import { ConnectionError, errorFromStatusObject } from "../errors.ts";
import type { KubernetesObject, Stored } from "../resources/meta.ts";

export type WatchEvent<T extends KubernetesObject> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: Stored<T> }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string; readonly initialEventsEnd: boolean };

const INITIAL_EVENTS_END = "k8s.io/initial-events-end";

/** Throws the server's error when the line is an ERROR event (410 Expired, most often). */
export function parseWatchEvent<T extends KubernetesObject>(line: string, context: string): WatchEvent<T> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (error) {
    throw new ConnectionError("BAD_RESPONSE", `${context}: a watch event is not JSON`, { cause: error });
  }
  if (typeof parsed !== "object" || parsed === null || !("type" in parsed) || !("object" in parsed)) {
    throw new ConnectionError("BAD_RESPONSE", `${context}: a watch event has no type or no object`);
  }
  switch (parsed.type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type: parsed.type, object: asStored<T>(parsed.object, context) };
    case "BOOKMARK": {
      const metadata = (parsed.object as KubernetesObject | null)?.metadata;
      return {
        type: "BOOKMARK",
        resourceVersion: metadata?.resourceVersion ?? "",
        initialEventsEnd: metadata?.annotations?.[INITIAL_EVENTS_END] === "true",
      };
    }
    case "ERROR":
      throw errorFromStatusObject(parsed.object);
    default:
      throw new ConnectionError("BAD_RESPONSE", `${context}: unknown watch event type ${String(parsed.type)}`);
  }
}

/**
 * Checks what the type promises of every stored object. The rest of the shape is the API server's schema's business.
 */
export function asStored<T extends KubernetesObject>(value: unknown, context: string): Stored<T> {
  const metadata = (value as KubernetesObject | null | undefined)?.metadata;
  if (typeof metadata?.name !== "string" || typeof metadata.resourceVersion !== "string") {
    throw new ConnectionError("BAD_RESPONSE", `${context}: the answer is not a Kubernetes object`);
  }
  return value as Stored<T>;
}
