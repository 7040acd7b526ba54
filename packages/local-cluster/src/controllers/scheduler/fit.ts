/** Whether a pod fits on a node, and if not, why, in the scheduler's words: pure functions. */
import type { Container, Node, Pod, PodSpec, Toleration } from "@pilothouse/kubernetes";
import { addQuantities, parseQuantity, type Quantity } from "../../quantity/index.ts";

const ZERO: Quantity = { nano: 0n, format: "decimal" };
const ONE: Quantity = { nano: 1_000_000_000n, format: "decimal" };

export type Resources = ReadonlyMap<string, Quantity>;

/**
 * What a pod needs: the sum of its containers and sidecars, or, if that is more, the largest init container together with
 * the sidecars that start before it.
 */
export function podRequests(spec: PodSpec): Resources {
  let steady: Resources = new Map();
  let peak: Resources = new Map();
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === "Always") {
      steady = add(steady, containerRequests(container));
      peak = maximum(peak, steady);
    } else {
      peak = maximum(peak, add(steady, containerRequests(container)));
    }
  }
  for (const container of spec.containers) steady = add(steady, containerRequests(container));
  return maximum(peak, steady);
}

function containerRequests({ resources }: Container): Resources {
  const requests = { ...resources?.limits, ...resources?.requests };
  return new Map(Object.entries(requests).map(([name, value]) => [name, parseQuantity(value) ?? ZERO]));
}

export function add(left: Resources, right: Resources): Resources {
  const sum = new Map(left);
  for (const [name, value] of right) sum.set(name, addQuantities(sum.get(name) ?? ZERO, value));
  return sum;
}

function maximum(left: Resources, right: Resources): Resources {
  const result = new Map(left);
  for (const [name, value] of right) if (value.nano > (result.get(name)?.nano ?? 0n)) result.set(name, value);
  return result;
}

/** What the pods of each node need together, kept up to date pod by pod. */
export class NodeUsage {
  readonly #pods = new Map<string, { readonly node: string; readonly requests: Resources }>();
  readonly #used = new Map<string, Resources>();

  set(uid: string, node: string, spec: PodSpec | undefined): void {
    if (this.#pods.get(uid)?.node === node) return;
    this.delete(uid);
    const requests = withPod(podRequests(spec ?? { containers: [] }));
    this.#pods.set(uid, { node, requests });
    this.#used.set(node, add(this.of(node), requests));
  }

  delete(uid: string): void {
    const known = this.#pods.get(uid);
    if (!known) return;
    this.#pods.delete(uid);
    const negative = new Map([...known.requests].map(([name, { nano, format }]) => [name, { nano: -nano, format }]));
    this.#used.set(known.node, add(this.of(known.node), negative));
  }

  of(node: string): Resources {
    return this.#used.get(node) ?? new Map();
  }
}

function withPod(requests: Resources): Resources {
  return add(requests, new Map([["pods", ONE]]));
}

/** Why the pod cannot go to the node; empty when it can. */
export function obstacles(pod: Pod, node: Node, used: Resources): string[] {
  const spec = pod.spec ?? { containers: [] };
  const { taints = [], unschedulable } = node.spec ?? {};
  const ready = node.status?.conditions?.find(({ type }) => type === "Ready")?.status === "True";
  if (!ready) return ["node(s) were not ready"];
  if (unschedulable === true) return ["node(s) were unschedulable"];
  const taint = taints.find(
    (each) => each.effect !== "PreferNoSchedule" && !(spec.tolerations ?? []).some((one) => tolerates(one, each)),
  );
  if (taint) return [`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ""}}`];
  const labels = node.metadata?.labels ?? {};
  if (Object.entries(spec.nodeSelector ?? {}).some(([key, value]) => labels[key] !== value)) {
    return ["node(s) didn't match Pod's node affinity/selector"];
  }
  const wanted = withPod(podRequests(spec));
  const allocatable = node.status?.allocatable ?? {};
  const lacking: string[] = [];
  for (const [name, value] of wanted) {
    if (value.nano === 0n) continue;
    const available = parseQuantity(allocatable[name] ?? "0")?.nano ?? 0n;
    if ((used.get(name)?.nano ?? 0n) + value.nano > available)
      lacking.push(name === "pods" ? "Too many pods" : `Insufficient ${name}`);
  }
  return lacking;
}

function tolerates(toleration: Toleration, taint: { key: string; value?: string; effect: string }): boolean {
  if (toleration.effect !== undefined && toleration.effect !== "" && toleration.effect !== taint.effect) return false;
  if (toleration.key === undefined || toleration.key === "") return toleration.operator === "Exists";
  if (toleration.key !== taint.key) return false;
  return toleration.operator === "Exists" || (toleration.value ?? "") === (taint.value ?? "");
}

/** "0/1 nodes are available: 1 Insufficient memory." */
export function unschedulableMessage(reasons: readonly (readonly string[])[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons.flat()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  const total = reasons.length;
  if (total === 0) return "no nodes available to schedule pods";
  return `0/${total} nodes are available: ${parts.join(", ")}. preemption: 0/${total} nodes are available: ${total} No preemption victims found for incoming pod.`;
}
