/** Who owns whom, over all kinds: metadata only, and indices that answer at once. */
import type { KubernetesObject, OwnerReference, ResourceType, Stored } from "@pilothouse/kubernetes";

export interface GraphNode {
  readonly resource: ResourceType;
  readonly uid: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly owners: readonly OwnerReference[];
  readonly finalizers: readonly string[];
  readonly deleting: boolean;
}

export function graphNode(resource: ResourceType, { metadata }: Stored<KubernetesObject>): GraphNode {
  const { uid, name, namespace, ownerReferences = [], finalizers = [], deletionTimestamp } = metadata;
  return {
    resource,
    uid,
    name,
    namespace,
    owners: ownerReferences,
    finalizers,
    deleting: deletionTimestamp !== undefined,
  };
}

const REMEMBERED_ENDS = 10_000;

export class OwnershipGraph {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #dependents = new Map<string, Set<string>>();

  /** Uids whose deletion was seen, the oldest forgotten first: nobody has to ask the API whether they are still there. */
  readonly #ended = new Set<string>();

  hasSeenEndOf(uid: string): boolean {
    return this.#ended.has(uid);
  }

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  set(node: GraphNode): void {
    this.#delete(node.uid);
    this.#nodes.set(node.uid, node);
    for (const { uid } of node.owners) {
      const dependents = this.#dependents.get(uid);
      if (dependents) dependents.add(node.uid);
      else this.#dependents.set(uid, new Set([node.uid]));
    }
  }

  /** The object is gone for good. */
  end(uid: string): void {
    this.#delete(uid);
    this.#ended.add(uid);
    if (this.#ended.size <= REMEMBERED_ENDS) return;
    const [oldest = ""] = this.#ended;
    this.#ended.delete(oldest);
  }

  #delete(uid: string): void {
    const node = this.#nodes.get(uid);
    if (!node) return;
    this.#nodes.delete(uid);
    for (const owner of node.owners) {
      const dependents = this.#dependents.get(owner.uid);
      dependents?.delete(uid);
      if (dependents?.size === 0) this.#dependents.delete(owner.uid);
    }
  }

  dependentsOf(uid: string): GraphNode[] {
    return [...(this.#dependents.get(uid) ?? [])]
      .map((dependent) => this.#nodes.get(dependent))
      .filter((node) => node !== undefined);
  }
}
