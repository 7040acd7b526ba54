import {
  configMaps,
  isNotFound,
  type Job,
  jobs,
  type KubernetesObject,
  namespaces,
  persistentVolumeClaims,
  persistentVolumes,
  type Pod,
  pods,
  type ResourceType,
  secrets,
  serviceAccounts,
  type Stored,
} from "@pilothouse/kubernetes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { processesWith, shell, TestNode, uniqueSleep } from "../../test/support/node.ts";

let node: TestNode;
beforeAll(async () => {
  node = await TestNode.start();
});
afterAll(() => node.stop());

let count = 0;
/** A namespace of its own for each test, ready for pods. */
async function freshNamespace(): Promise<string> {
  count += 1;
  const name = `team-${count}`;
  await node.client.create(namespaces, { metadata: { name } });
  await expect.poll(() => node.client.find(serviceAccounts, { namespace: name, name: "default" })).toBeDefined();
  return name;
}

async function map(
  namespace: string,
  name: string,
  owners: Stored<KubernetesObject>[] = [],
  more: { block?: boolean; finalizers?: string[] } = {},
) {
  const ownerReferences = owners.map(({ metadata }) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    name: metadata.name,
    uid: metadata.uid,
    blockOwnerDeletion: more.block,
  }));
  return node.client.create(configMaps, {
    metadata: { name, namespace, ownerReferences, finalizers: more.finalizers },
  });
}

async function exists(resource: ResourceType, namespace: string | undefined, name: string): Promise<boolean> {
  return (await node.client.find(resource, { namespace, name })) !== undefined;
}

const remove = (namespace: string, name: string, propagationPolicy?: "Foreground" | "Orphan" | "Background") =>
  node.client.delete(configMaps, { namespace, name }, { propagationPolicy });

describe("a namespace", () => {
  it("gets a ServiceAccount and the cluster's certificate authority, again and again", async () => {
    const namespace = await freshNamespace();
    const rootCa = async () =>
      (await node.client.find(configMaps, { namespace, name: "kube-root-ca.crt" }))?.data?.["ca.crt"];
    await expect.poll(rootCa).toContain("BEGIN CERTIFICATE");
    await node.client.delete(configMaps, { namespace, name: "kube-root-ca.crt" });
    await expect.poll(rootCa).toContain("BEGIN CERTIFICATE");
    await node.client.patch(
      configMaps,
      { namespace, name: "kube-root-ca.crt" },
      { type: "merge", body: { data: { "ca.crt": "false" } } },
    );
    await expect.poll(rootCa).toContain("BEGIN CERTIFICATE");
    const before = await node.client.get(serviceAccounts, { namespace, name: "default" });
    await node.client.delete(serviceAccounts, { namespace, name: "default" });
    await expect
      .poll(async () => (await node.client.find(serviceAccounts, { namespace, name: "default" }))?.metadata.uid)
      .not.toBe(before.metadata.uid);
  });

  it("is emptied and goes when it is deleted, processes included", async () => {
    const namespace = await freshNamespace();
    const mark = uniqueSleep();
    await map(namespace, "one");
    await node.client.create(secrets, { metadata: { name: "secret", namespace } });
    const containers = [shell(`echo up; sleep ${mark}`)];
    await node.client.create(pods, {
      metadata: { name: "pod", namespace },
      spec: { containers, terminationGracePeriodSeconds: 1 },
    });
    await expect.poll(() => processesWith(mark).length).toBeGreaterThan(0);
    await node.client.delete(namespaces, { name: namespace });
    await expect.poll(() => exists(namespaces, undefined, namespace), { timeout: 5000 }).toBe(false);
    expect(processesWith(mark)).toEqual([]);
    await freshNamespace();
  });

  it("says what holds it up", async () => {
    const namespace = await freshNamespace();
    await map(namespace, "held", [], { finalizers: ["example.com/hold"] });
    await node.client.delete(namespaces, { name: namespace });
    const conditions = async () => (await node.client.get(namespaces, { name: namespace })).status?.conditions ?? [];
    await expect.poll(conditions, { timeout: 5000 }).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          type: "NamespaceFinalizersRemaining",
          status: "True",
          message: "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
        }),
        expect.objectContaining({
          type: "NamespaceContentRemaining",
          message: "Some resources are remaining: configmaps. has 1 resource instances",
        }),
      ]),
    );
    await node.client.patch(
      configMaps,
      { namespace, name: "held" },
      { type: "merge", body: { metadata: { finalizers: null } } },
    );
    await expect.poll(() => exists(namespaces, undefined, namespace), { timeout: 5000 }).toBe(false);
  });
});

describe("the garbage collector", () => {
  it("deletes dependants of a deleted owner, over several steps", async () => {
    const namespace = await freshNamespace();
    const owner = await map(namespace, "owner");
    const child = await map(namespace, "child", [owner]);
    await map(namespace, "grandchild", [child]);
    await remove(namespace, "owner");
    await expect.poll(() => exists(configMaps, namespace, "grandchild")).toBe(false);
    expect(await exists(configMaps, namespace, "child")).toBe(false);
  });

  it("keeps an object that has another owner, which then forgets the one that is gone", async () => {
    const namespace = await freshNamespace();
    const [one, two] = [await map(namespace, "one"), await map(namespace, "two")];
    await map(namespace, "shared", [one, two]);
    await remove(namespace, "one");
    const owners = async () =>
      (await node.client.get(configMaps, { namespace, name: "shared" })).metadata.ownerReferences?.map(
        ({ name }) => name,
      );
    await expect.poll(owners).toEqual(["two"]);
    await remove(namespace, "two");
    await expect.poll(() => exists(configMaps, namespace, "shared")).toBe(false);
  });

  it("leaves the dependants of an owner that is deleted with Orphan", async () => {
    const namespace = await freshNamespace();
    const owner = await map(namespace, "owner");
    await map(namespace, "child", [owner]);
    await remove(namespace, "owner", "Orphan");
    await expect.poll(() => exists(configMaps, namespace, "owner")).toBe(false);
    expect((await node.client.get(configMaps, { namespace, name: "child" })).metadata.ownerReferences ?? []).toEqual(
      [],
    );
  });

  it("keeps an owner that is deleted in the foreground until its blocking dependants are gone", async () => {
    const namespace = await freshNamespace();
    const owner = await map(namespace, "owner");
    await map(namespace, "child", [owner], { block: true, finalizers: ["example.com/hold"] });
    await remove(namespace, "owner", "Foreground");
    const deleting = async () =>
      (await node.client.get(configMaps, { namespace, name: "child" })).metadata.deletionTimestamp !== undefined;
    await expect.poll(deleting).toBe(true);
    expect(await exists(configMaps, namespace, "owner")).toBe(true);
    await node.client.patch(
      configMaps,
      { namespace, name: "child" },
      { type: "merge", body: { metadata: { finalizers: null } } },
    );
    await expect.poll(() => exists(configMaps, namespace, "owner")).toBe(false);
  });

  it("deletes what names an owner that never was, and not what is younger than its owner's news", async () => {
    const namespace = await freshNamespace();
    const owner = await map(namespace, "owner");
    await map(namespace, "child", [owner]);
    const ghost = {
      ...owner,
      metadata: { ...owner.metadata, name: "ghost", uid: "00000000-0000-0000-0000-000000000000" },
    };
    await map(namespace, "orphan", [ghost]);
    await expect.poll(() => exists(configMaps, namespace, "orphan"), { timeout: 4000 }).toBe(false);
    expect(await exists(configMaps, namespace, "child")).toBe(true);
  });

  it("follows custom resources as soon as they are defined", async () => {
    const namespace = await freshNamespace();
    const widgets = { group: "example.com", version: "v1", plural: "widgets", kind: "Widget", namespaced: true };
    await node.client.request({
      method: "POST",
      path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
      body: {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "widgets.example.com" },
        spec: {
          group: "example.com",
          scope: "Namespaced",
          names: { plural: "widgets", kind: "Widget", singular: "widget", listKind: "WidgetList" },
          versions: [
            {
              name: "v1",
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
            },
          ],
        },
      },
    });
    const create = () =>
      node.client.create(widgets, { metadata: { name: "widget", namespace } }).catch(() => undefined);
    await expect.poll(create).toBeDefined();
    const widget = await node.client.get(widgets, { namespace, name: "widget" });
    const ownerReferences = [
      { apiVersion: "example.com/v1", kind: "Widget", name: "widget", uid: widget.metadata.uid },
    ];
    await node.client.create(configMaps, { metadata: { name: "part", namespace, ownerReferences } });
    await new Promise((resolve) => setTimeout(resolve, 1300));
    expect(await exists(configMaps, namespace, "part")).toBe(true);
    await node.client.delete(widgets, { namespace, name: "widget" });
    await expect.poll(() => exists(configMaps, namespace, "part")).toBe(false);
  });
});

describe("the scheduler", () => {
  it("says why a pod cannot be placed, and places it once it can", async () => {
    const namespace = await freshNamespace();
    const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "data" } }];
    const spec = { restartPolicy: "Never" as const, volumes, containers: [shell("true")] };
    await node.client.create(pods, { metadata: { name: "pod", namespace }, spec });
    const pod = () => node.client.get(pods, { namespace, name: "pod" });
    await expect
      .poll(async () => (await pod()).status?.conditions)
      .toContainEqual(
        expect.objectContaining({
          type: "PodScheduled",
          status: "False",
          reason: "Unschedulable",
          message: '0/1 nodes are available: persistentvolumeclaim "data" not found.',
        }),
      );
    await node.client.create(persistentVolumeClaims, {
      metadata: { name: "data", namespace },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    });
    await expect.poll(async () => (await pod()).status?.phase).toBe("Succeeded");
  });

  it("keeps a pod waiting that asks for more than there is", async () => {
    const namespace = await freshNamespace();
    const containers = [shell("true", { resources: { requests: { memory: "1Pi" } } })];
    await node.client.create(pods, { metadata: { name: "huge", namespace }, spec: { containers } });
    await expect
      .poll(
        async () =>
          (await node.client.get(pods, { namespace, name: "huge" })).status?.conditions?.find(
            ({ type }) => type === "PodScheduled",
          )?.message,
      )
      .toContain("1 Insufficient memory");
  });
});

describe("claims", () => {
  it("are bound to a volume of their own, kept while a pod uses them, and take the volume with them", async () => {
    const namespace = await freshNamespace();
    await node.client.create(persistentVolumeClaims, {
      metadata: { name: "data", namespace },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    });
    const claim = () => node.client.get(persistentVolumeClaims, { namespace, name: "data" });
    await expect.poll(async () => (await claim()).status?.phase).toBe("Bound");
    const volume = (await claim()).spec?.volumeName ?? "";
    await expect
      .poll(async () => (await node.client.get(persistentVolumes, { name: volume })).status?.phase)
      .toBe("Bound");
    const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "data" } }];
    const spec = {
      restartPolicy: "Never" as const,
      volumes,
      containers: [shell("sleep 30")],
      terminationGracePeriodSeconds: 1,
    };
    await node.client.create(pods, { metadata: { name: "user", namespace }, spec });
    await expect
      .poll(async () => (await node.client.get(pods, { namespace, name: "user" })).status?.phase)
      .toBe("Running");
    await node.client.delete(persistentVolumeClaims, { namespace, name: "data" });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await claim()).metadata.deletionTimestamp).toBeDefined();
    await node.client.delete(pods, { namespace, name: "user" });
    await expect.poll(() => exists(persistentVolumeClaims, namespace, "data"), { timeout: 5000 }).toBe(false);
    await expect.poll(() => exists(persistentVolumes, undefined, volume)).toBe(false);
  });
});

describe("jobs", () => {
  async function runJob(namespace: string, script: string, spec: Partial<Job["spec"]> = {}): Promise<void> {
    const template = {
      spec: { restartPolicy: "Never" as const, terminationGracePeriodSeconds: 1, containers: [shell(script)] },
    };
    await node.client.create(jobs, {
      metadata: { name: "job", namespace },
      spec: { backoffLimit: 0, template, ...spec },
    });
  }
  const status = async (namespace: string) => (await node.client.get(jobs, { namespace, name: "job" })).status;
  const ends = async (namespace: string) =>
    (await status(namespace))?.conditions
      ?.filter(({ type }) => type === "Complete" || type === "Failed")
      .map(({ type, reason }) => `${type} ${reason}`) ?? [];
  const podsOf = async (namespace: string): Promise<Stored<Pod>[]> =>
    (await node.client.list(pods, { namespace, labelSelector: "job-name=job" })).items;

  it("run to completion, with pods that carry the labels of old and new", async () => {
    const namespace = await freshNamespace();
    await runJob(namespace, "true");
    await expect.poll(() => ends(namespace)).toEqual(["Complete CompletionsReached"]);
    expect(await status(namespace)).toMatchObject({ succeeded: 1, completionTime: expect.any(String) });
    const job = await node.client.get(jobs, { namespace, name: "job" });
    const [pod] = await podsOf(namespace);
    expect(pod?.metadata).toMatchObject({
      name: expect.stringMatching(/^job-[a-z0-9]{5}$/),
      labels: {
        "job-name": "job",
        "batch.kubernetes.io/job-name": "job",
        "controller-uid": job.metadata.uid,
        "batch.kubernetes.io/controller-uid": job.metadata.uid,
      },
      ownerReferences: [
        { kind: "Job", name: "job", uid: job.metadata.uid, controller: true, blockOwnerDeletion: true },
      ],
    });
  });

  it("fail at the back-off limit, and keep the failed pod", async () => {
    const namespace = await freshNamespace();
    await runJob(namespace, "exit 2");
    await expect.poll(() => ends(namespace)).toEqual(["Failed BackoffLimitExceeded"]);
    expect(await status(namespace)).toMatchObject({ failed: 1 });
    expect(await podsOf(namespace)).toHaveLength(1);
  });

  it("fail at their deadline and end the process", async () => {
    const namespace = await freshNamespace();
    const mark = uniqueSleep();
    await runJob(namespace, `sleep ${mark}`, { activeDeadlineSeconds: 1 });
    await expect.poll(() => ends(namespace), { timeout: 5000 }).toEqual(["Failed DeadlineExceeded"]);
    expect(await status(namespace)).toMatchObject({ failed: 1 });
    expect(processesWith(mark)).toEqual([]);
  });

  it("make a new pod when one is deleted while the limit allows it", async () => {
    const namespace = await freshNamespace();
    await runJob(namespace, "sleep 30", { completions: 2, parallelism: 2, backoffLimit: 6 });
    await expect.poll(async () => (await status(namespace))?.active).toBe(2);
    expect(await podsOf(namespace)).toHaveLength(2);
    await node.client.delete(jobs, { namespace, name: "job" }, { propagationPolicy: "Foreground" });
    await expect.poll(() => podsOf(namespace), { timeout: 5000 }).toEqual([]);
    await expect.poll(() => exists(jobs, namespace, "job")).toBe(false);
  });

  it("are deleted with their pods after their time to live", async () => {
    const namespace = await freshNamespace();
    await runJob(namespace, "true", { ttlSecondsAfterFinished: 1 });
    await expect.poll(() => ends(namespace)).toHaveLength(1);
    await expect.poll(() => exists(jobs, namespace, "job"), { timeout: 5000 }).toBe(false);
    await expect.poll(() => podsOf(namespace)).toEqual([]);
  });

  it("stop while suspended and go on when resumed", async () => {
    const namespace = await freshNamespace();
    await runJob(namespace, "sleep 0.3", { suspend: true });
    await expect
      .poll(async () => (await status(namespace))?.conditions?.map(({ type }) => type))
      .toEqual(["Suspended"]);
    expect(await podsOf(namespace)).toEqual([]);
    await node.client.patch(jobs, { namespace, name: "job" }, { type: "merge", body: { spec: { suspend: false } } });
    await expect.poll(() => ends(namespace), { timeout: 3000 }).toEqual(["Complete CompletionsReached"]);
  });

  it("never have more pods than they may, however often they are looked at", async () => {
    const namespace = await freshNamespace();
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        node.client.create(jobs, {
          metadata: { name: `many-${index}`, namespace },
          spec: { backoffLimit: 0, template: { spec: { restartPolicy: "Never", containers: [shell("true")] } } },
        }),
      ),
    );
    const done = async () =>
      (await node.client.list(jobs, { namespace })).items.filter(({ status: is }) => is?.succeeded === 1).length;
    await expect.poll(done, { timeout: 10_000 }).toBe(30);
    expect((await node.client.list(pods, { namespace })).items).toHaveLength(30);
    await node.client.delete(namespaces, { name: namespace }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  });
});
