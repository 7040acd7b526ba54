/** Binds pods to nodes on which they fit, and says of the others why they wait. */
import {
  isConflict,
  isNotFound,
  nodes,
  persistentVolumeClaims,
  type Pod,
  pods,
  type Stored,
} from "@pilothouse/kubernetes";
import type { ControllerSet } from "../controller-set.ts";
import { NodeUsage, obstacles, unschedulableMessage } from "./fit.ts";

const SCHEDULER = "default-scheduler";

export function addScheduler(set: ControllerSet): void {
  const recorder = set.recorder(SCHEDULER);
  const podInformer = set.informer(pods);
  const nodeInformer = set.informer(nodes);
  const claimInformer = set.informer(persistentVolumeClaims);
  const usage = new NodeUsage();
  /** Chosen, and not yet seen as bound: they count as being on their node. */
  const assumed = new Set<string>();
  const waiting = new Set<string>();

  // One at a time: two decisions at once could fill the same room twice. The bindings themselves run beside each other.
  const controller = set.controller("scheduler", async (key) => schedule(key), 1);

  const isOver = ({ status }: Pod) => status?.phase === "Succeeded" || status?.phase === "Failed";
  const needsNode = (pod: Stored<Pod>) =>
    !pod.spec?.nodeName &&
    pod.metadata.deletionTimestamp === undefined &&
    (pod.spec?.schedulerName ?? SCHEDULER) === SCHEDULER &&
    !isOver(pod);
  const keyOfPod = (pod: Stored<Pod>) => `${pod.metadata.namespace}/${pod.metadata.name}`;
  const retryWaiting = () => {
    for (const key of waiting) controller.enqueue(key);
  };

  podInformer.subscribe(({ type, object }) => {
    const { uid } = object.metadata;
    if (type === "deleted" || object.spec?.nodeName) {
      assumed.delete(uid);
      waiting.delete(keyOfPod(object));
      if (type !== "deleted" && !isOver(object)) {
        usage.set(uid, object.spec?.nodeName ?? "", object.spec);
        return;
      }
      usage.delete(uid);
      retryWaiting();
      return;
    }
    if (needsNode(object)) controller.enqueue(keyOfPod(object));
  });
  nodeInformer.subscribe(retryWaiting);
  claimInformer.subscribe(({ type }) => {
    if (type === "added") retryWaiting();
  });

  function missingClaim(pod: Stored<Pod>): string | undefined {
    for (const { persistentVolumeClaim } of pod.spec?.volumes ?? []) {
      if (!persistentVolumeClaim) continue;
      const { claimName } = persistentVolumeClaim;
      const claim = claimInformer.get(`${pod.metadata.namespace}/${claimName}`);
      if (!claim) return `persistentvolumeclaim "${claimName}" not found`;
      if (claim.metadata.deletionTimestamp !== undefined)
        return `persistentvolumeclaim "${claimName}" is being deleted`;
    }
    return undefined;
  }

  async function schedule(key: string): Promise<void> {
    const pod = podInformer.get(key);
    if (!pod || !needsNode(pod) || assumed.has(pod.metadata.uid)) return;
    const total = nodeInformer.size;
    const absent = missingClaim(pod);
    const verdicts = nodeInformer
      .list()
      .map((node) => ({ node, reasons: obstacles(pod, node, usage.of(node.metadata.name)) }));
    const chosen =
      absent === undefined ? verdicts.find(({ reasons }) => reasons.length === 0)?.node.metadata.name : undefined;
    if (chosen !== undefined) {
      waiting.delete(key);
      assumed.add(pod.metadata.uid);
      usage.set(pod.metadata.uid, chosen, pod.spec);
      void bind(key, pod, chosen);
      return;
    }
    waiting.add(key);
    const message =
      absent === undefined
        ? unschedulableMessage(verdicts.map(({ reasons }) => reasons))
        : `0/${total} nodes are available: ${absent}.`;
    await markUnschedulable(pod, message);
  }

  async function bind(key: string, pod: Stored<Pod>, node: string): Promise<void> {
    const { name, namespace, uid } = pod.metadata;
    const binding = {
      apiVersion: "v1",
      kind: "Binding",
      metadata: { name, namespace, uid },
      target: { apiVersion: "v1", kind: "Node", name: node },
    };
    try {
      await set.client.createSubresource(pods, { namespace, name }, "binding", binding);
      const message = `Successfully assigned ${key} to ${node}`;
      recorder.record(pods, pod, { type: "Normal", reason: "Scheduled", message, action: "Binding" });
    } catch (error) {
      assumed.delete(uid);
      usage.delete(uid);
      if (isNotFound(error) || isConflict(error)) return;
      set.logger.warn({ error, pod: key }, "the pod could not be bound: trying again");
      controller.queue.addRateLimited(key);
    }
  }

  async function markUnschedulable(pod: Stored<Pod>, message: string): Promise<void> {
    const before = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
    if (before?.status === "False" && before.message === message) return;
    recorder.record(pods, pod, { type: "Warning", reason: "FailedScheduling", message, action: "Scheduling" });
    const lastTransitionTime =
      before?.status === "False" ? before.lastTransitionTime : new Date(set.now()).toISOString().replace(/\.\d+/, "");
    const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message, lastTransitionTime };
    // This condition alone: a list of all of them would take back what another has written meanwhile.
    const body = { metadata: { uid: pod.metadata.uid }, status: { conditions: [condition] } };
    const { namespace, name } = pod.metadata;
    await set.client
      .patch(pods, { namespace, name }, { type: "strategic", body }, { subresource: "status" })
      .catch((error: unknown) => {
        if (!isNotFound(error) && !isConflict(error)) throw error;
      });
  }
}
