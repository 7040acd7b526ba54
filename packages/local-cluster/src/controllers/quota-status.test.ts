import {
  KubernetesClient,
  limitRanges,
  namespaces,
  type Pod,
  pods,
  resourceQuotas,
  secrets,
  serviceAccounts,
} from "@pilothouse/kubernetes";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalCluster, startLocalCluster } from "../index.ts";

let cluster: LocalCluster;
let client: KubernetesClient;
let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "pilothouse-quota-"));
  cluster = await startLocalCluster({ dataDir: directory });
  client = new KubernetesClient({ transport: cluster.inProcess({ name: "test", groups: ["system:masters"] }) });
});
afterAll(async () => {
  await cluster.stop();
  await rm(directory, { recursive: true, force: true });
});

let count = 0;
async function namespaceWith(hard: Record<string, string>): Promise<string> {
  count += 1;
  const name = `quota-${count}`;
  await client.create(namespaces, { metadata: { name } });
  await expect.poll(() => client.find(serviceAccounts, { namespace: name, name: "default" })).toBeDefined();
  await client.create(resourceQuotas, { metadata: { name: "limits", namespace: name }, spec: { hard } });
  return name;
}

const create = (namespace: string, name: string, requests?: Record<string, string>) => {
  const pod: Pod = {
    metadata: { name, namespace },
    spec: { containers: [{ name: "main", image: "x", resources: { requests } }] },
  };
  return client.create(pods, pod);
};
const status = async (namespace: string) =>
  (await client.get(resourceQuotas, { namespace, name: "limits" })).status?.used;

describe("a ResourceQuota", () => {
  it("limits the number of pods, however many are asked for at once, and makes room when one is over", async () => {
    const namespace = await namespaceWith({ pods: "2" });
    const results = await Promise.allSettled(["a", "b", "c", "d"].map((name) => create(namespace, name)));
    expect(results.filter(({ status: is }) => is === "fulfilled")).toHaveLength(2);
    await expect(create(namespace, "late")).rejects.toMatchObject({
      status: 403,
      reason: "Forbidden",
      message: 'pods "late" is forbidden: exceeded quota: limits, requested: pods=1, used: pods=2, limited: pods=2',
    });
    await expect.poll(() => status(namespace)).toEqual({ pods: "2" });
    await client.patch(
      pods,
      { namespace, name: "a" },
      { type: "merge", body: { status: { phase: "Succeeded" } } },
      { subresource: "status" },
    );
    await create(namespace, "late");
    await expect.poll(() => status(namespace)).toEqual({ pods: "2" });
  });

  it("limits what pods request, and insists that they say it", async () => {
    const namespace = await namespaceWith({ "requests.memory": "1Gi", "requests.cpu": "1" });
    await create(namespace, "half", { memory: "512Mi", cpu: "100m" });
    await expect(create(namespace, "silent", { cpu: "100m" })).rejects.toThrow(
      'pods "silent" is forbidden: failed quota: limits: must specify requests.memory for: main',
    );
    await expect(create(namespace, "more", { memory: "600Mi", cpu: "100m" })).rejects.toThrow(
      "exceeded quota: limits, requested: requests.memory=600Mi, used: requests.memory=512Mi, limited: requests.memory=1Gi",
    );
    await create(namespace, "rest", { memory: "512Mi", cpu: "900m" });
    await expect.poll(() => status(namespace)).toEqual({ "requests.memory": "1Gi", "requests.cpu": "1" });
  });

  it("counts objects of any kind", async () => {
    const namespace = await namespaceWith({ "count/secrets": "1" });
    await client.create(secrets, { metadata: { name: "one", namespace } });
    await expect(client.create(secrets, { metadata: { name: "two", namespace } })).rejects.toThrow(
      "exceeded quota: limits, requested: count/secrets=1",
    );
  });
});

describe("a LimitRange", () => {
  it("fills in what containers do not say, and keeps them within its bounds", async () => {
    const namespace = await namespaceWith({ "requests.memory": "1Gi" });
    const limits = [
      {
        type: "Container",
        defaultRequest: { memory: "128Mi" },
        default: { memory: "256Mi" },
        max: { memory: "512Mi" },
      },
    ];
    await client.create(limitRanges, { metadata: { name: "range", namespace }, spec: { limits } });
    const pod = await create(namespace, "plain");
    expect(pod.spec?.containers[0]?.resources).toEqual({ requests: { memory: "128Mi" }, limits: { memory: "256Mi" } });
    const big: Pod = {
      metadata: { name: "big", namespace },
      spec: {
        containers: [
          { name: "main", image: "x", resources: { limits: { memory: "1Gi" }, requests: { memory: "1Mi" } } },
        ],
      },
    };
    await expect(client.create(pods, big)).rejects.toThrow(
      'pods "big" is forbidden: maximum memory usage per Container is 512Mi, but limit is 1Gi',
    );
  });
});
