// What `kubectl exec`, `attach` and `port-forward` ask for: checked against the pod before a connection is opened.
import { objectsAt, stringAt } from "../../json.ts";
import type { KubernetesObject } from "../../objects.ts";
import { ApiError, badRequest, serviceUnavailable } from "../errors.ts";
import type { NodeAccess, PodStreams } from "../node-access.ts";
import { isTrue } from "../path.ts";
import { containerOf } from "../subresources.ts";

export interface Channels {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

export type PodConnection =
  | { readonly kind: "command"; readonly channels: Channels; readonly open: () => PodStreams }
  | { readonly kind: "ports"; readonly dial: (port: number) => ReturnType<NodeAccess["dial"]> };

/** Throws an ApiError in Kubernetes' words when there is nothing to connect to. */
export function podConnection(
  pod: KubernetesObject,
  subresource: string,
  query: URLSearchParams,
  node: NodeAccess | undefined,
): PodConnection {
  const { name = "", namespace = "" } = pod.metadata;
  if (stringAt(pod, "spec", "nodeName") === "") throw badRequest(`pod ${name} does not have a host assigned`);
  if (node === undefined) throw serviceUnavailable(`pod ${namespace}/${name}: no node runs pods here`);
  if (subresource === "portforward") return { kind: "ports", dial: (port) => node.dial(namespace, name, port) };
  const phase = stringAt(pod, "status", "phase");
  if (phase === "Succeeded" || phase === "Failed")
    throw badRequest(`cannot ${subresource} into a container in a completed pod; current phase is ${phase}`);
  const container = containerOf(pod, query.get("container") ?? "");
  requireRunning(pod, container);
  const terminal = isTrue(query.get("tty"));
  const channels = {
    stdin: isTrue(query.get("stdin")),
    stdout: isTrue(query.get("stdout")),
    stderr: isTrue(query.get("stderr")) && !terminal,
  };
  if (!channels.stdin && !channels.stdout && !channels.stderr)
    throw badRequest("you must specify at least 1 of stdin, stdout, stderr");
  if (subresource === "attach")
    return { kind: "command", channels, open: () => node.attach(namespace, name, container) };
  const command = query.getAll("command");
  if (command.length === 0) throw badRequest("you must specify at least one command for the container");
  return { kind: "command", channels, open: () => node.exec(namespace, name, container, command, { terminal }) };
}

function requireRunning(pod: KubernetesObject, container: string): void {
  const statuses = [
    ...objectsAt(pod, "status", "containerStatuses"),
    ...objectsAt(pod, "status", "initContainerStatuses"),
  ];
  const running = statuses.some(
    (status) => status["name"] === container && stringAt(status, "state", "running", "startedAt") !== "",
  );
  if (running) return;
  throw new ApiError({
    code: 500,
    reason: "InternalError",
    message: `unable to upgrade connection: container not found (${JSON.stringify(container)})`,
  });
}
