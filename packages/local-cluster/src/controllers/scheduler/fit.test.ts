import type { Container, Node, Pod } from "@pilothouse/kubernetes";
import { describe, expect, it } from "vitest";
import { formatQuantity } from "../../quantity/index.ts";
import { NodeUsage, obstacles, podRequests, unschedulableMessage } from "./fit.ts";

const container = (requests: Record<string, string>, more: Partial<Container> = {}): Container => ({
  name: "c",
  resources: { requests },
  ...more,
});
const pod = (requests: Record<string, string>): Pod => ({ spec: { containers: [container(requests)] } });

function node(more: Partial<Node["spec"]> = {}, ready = "True"): Node {
  const conditions = [{ type: "Ready", status: ready as "True" | "False" }];
  return {
    metadata: { name: "local", labels: { disk: "fast" } },
    spec: more,
    status: { allocatable: { cpu: "2", memory: "4Gi", pods: "2" }, conditions },
  };
}

describe("the scheduler", () => {
  it("adds up containers and sidecars, and takes the largest init container if that is more", () => {
    const requests = podRequests({
      initContainers: [container({ cpu: "100m" }, { restartPolicy: "Always" }), container({ cpu: "1", memory: "1Gi" })],
      containers: [container({ cpu: "200m", memory: "512Mi" }), container({ cpu: "300m", memory: "256Mi" })],
    });
    expect(Object.fromEntries([...requests].map(([name, value]) => [name, formatQuantity(value)]))).toEqual({
      cpu: "1100m",
      memory: "1Gi",
    });
  });

  it("lets a pod onto a node with room, and names each resource that lacks", () => {
    const usage = new NodeUsage();
    expect(obstacles(pod({ cpu: "2", memory: "4Gi" }), node(), usage.of("local"))).toEqual([]);
    usage.set("a", "local", pod({ cpu: "1", memory: "1Gi" }).spec);
    expect(obstacles(pod({ cpu: "1" }), node(), usage.of("local"))).toEqual([]);
    expect(obstacles(pod({ cpu: "1500m", memory: "3500Mi" }), node(), usage.of("local"))).toEqual([
      "Insufficient cpu",
      "Insufficient memory",
    ]);
    usage.set("b", "local", pod({}).spec);
    expect(obstacles(pod({}), node(), usage.of("local"))).toEqual(["Too many pods"]);
    usage.delete("a");
    expect(obstacles(pod({ cpu: "2" }), node(), usage.of("local"))).toEqual([]);
    expect(obstacles(pod({ "nvidia.com/gpu": "1" }), node(), usage.of("local"))).toEqual([
      "Insufficient nvidia.com/gpu",
    ]);
  });

  it("heeds readiness, cordons, taints and node selectors", () => {
    const none = new Map();
    expect(obstacles(pod({}), node({}, "False"), none)).toEqual(["node(s) were not ready"]);
    expect(obstacles(pod({}), node({ unschedulable: true }), none)).toEqual(["node(s) were unschedulable"]);
    const tainted = node({ taints: [{ key: "role", value: "gpu", effect: "NoSchedule" }] });
    expect(obstacles(pod({}), tainted, none)).toEqual(["node(s) had untolerated taint {role: gpu}"]);
    const tolerating: Pod = { spec: { containers: [], tolerations: [{ key: "role", value: "gpu" }] } };
    expect(obstacles(tolerating, tainted, none)).toEqual([]);
    const selecting = (disk: string): Pod => ({ spec: { containers: [], nodeSelector: { disk } } });
    expect(obstacles(selecting("fast"), node(), none)).toEqual([]);
    expect(obstacles(selecting("slow"), node(), none)).toEqual(["node(s) didn't match Pod's node affinity/selector"]);
  });

  it("says why in the scheduler's words", () => {
    expect(unschedulableMessage([["Insufficient memory", "Insufficient cpu"]])).toBe(
      "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
    );
    expect(unschedulableMessage([])).toBe("no nodes available to schedule pods");
  });
});
