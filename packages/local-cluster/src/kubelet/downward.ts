/** The downward API: what a pod may learn about itself, by field path or by resource. */
import type { Container, Pod, ResourceFieldSelector, Stored } from "@pilothouse/kubernetes";
import { divideQuantity, parseQuantity } from "../quantity/index.ts";
import { KubeletError } from "./errors.ts";

export interface DownwardContext {
  readonly pod: Stored<Pod>;
  readonly nodeName: string;
  readonly hostIP: string;
  readonly podIP: string;
  /** What a container without a limit may use. */
  readonly allocatable: Readonly<Record<string, string>>;
}

/** The value of a field, as text. Labels and annotations as a whole are lines of `key="value"`, sorted by key. */
export function fieldValue(path: string, context: DownwardContext): string {
  const { metadata, spec } = context.pod;
  const entry = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path);
  if (entry) return metadata[entry[1] === "labels" ? "labels" : "annotations"]?.[entry[2] ?? ""] ?? "";
  switch (path) {
    case "metadata.name":
      return metadata.name;
    case "metadata.namespace":
      return metadata.namespace ?? "";
    case "metadata.uid":
      return metadata.uid;
    case "metadata.labels":
      return mapLines(metadata.labels);
    case "metadata.annotations":
      return mapLines(metadata.annotations);
    case "spec.nodeName":
      return context.nodeName;
    case "spec.serviceAccountName":
      return spec?.serviceAccountName ?? "default";
    case "status.hostIP":
    case "status.hostIPs":
      return context.hostIP;
    case "status.podIP":
    case "status.podIPs":
      return context.podIP;
    default:
      throw new KubeletError("CONFIG", `unsupported pod fieldPath: ${path}`);
  }
}

function mapLines(map: Readonly<Record<string, string>> = {}): string {
  return Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join("\n");
}

/** A container's request or limit, divided and rounded up; without one, what the node could give. */
export function resourceValue(
  selector: ResourceFieldSelector,
  container: Container | undefined,
  allocatable: Readonly<Record<string, string>>,
): string {
  if (!container) throw new KubeletError("CONFIG", `container ${selector.containerName ?? ""} not found`);
  const [list, ...rest] = selector.resource.split(".");
  const name = rest.join(".");
  const { limits, requests } = container.resources ?? {};
  const text = (list === "limits" ? limits : list === "requests" ? requests : undefined)?.[name];
  const value = parseQuantity(text ?? (list === "limits" ? (allocatable[name] ?? "0") : "0"));
  const divisor = parseQuantity(selector.divisor ?? "1");
  if (!value || !divisor) throw new KubeletError("CONFIG", `unsupported container resource : ${selector.resource}`);
  return divideQuantity(value, divisor).toString();
}
