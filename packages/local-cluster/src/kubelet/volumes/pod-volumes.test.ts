import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConfigMap, Pod, Secret, Stored, Volume } from "@pilothouse/kubernetes";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DownwardContext } from "../downward.ts";
import type { ObjectSource } from "../object-source.ts";
import { PodVolumes, type VolumePlaces } from "./pod-volumes.ts";

let directory = "";
let now = Date.parse("2026-01-01T00:00:00Z");
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pilothouse-volumes-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** The API's answers, as a plain object that a test may change. */
class Objects implements ObjectSource {
  readonly secrets: Record<string, Secret> = {};
  readonly configMaps: Record<string, ConfigMap> = {};
  readonly asked: { audience: string | undefined; expirationSeconds: number }[] = [];

  async secret(_namespace: string, name: string) {
    return this.secrets[name];
  }
  async configMap(_namespace: string, name: string) {
    return this.configMaps[name];
  }
  async claim() {
    return undefined;
  }
  async token(_pod: Stored<Pod>, audience: string | undefined, expirationSeconds: number) {
    this.asked.push({ audience, expirationSeconds });
    return { token: `token-${this.asked.length}`, expiresAt: now + expirationSeconds * 1000 };
  }
}

function volumesOf(volumes: Volume[], objects: Objects) {
  const pod: Stored<Pod> = {
    metadata: {
      name: "pod",
      namespace: "team",
      uid: "uid",
      resourceVersion: "1",
      labels: { app: "demo", tier: 'a"b' },
    },
    spec: { containers: [{ name: "main", resources: { limits: { memory: "64Mi" } } }], volumes },
  };
  const places: VolumePlaces = {
    podDirectory: (uid) => join(directory, "pods", uid),
    memoryDirectory: (uid) => join(directory, "memory", uid),
    claimDirectory: (namespace, name, uid) => join(directory, "claims", `${namespace}_${name}_${uid}`),
  };
  const context: DownwardContext = { pod, nodeName: "node", hostIP: "127.0.0.1", podIP: "127.1.2.3", allocatable: {} };
  return { volumes: new PodVolumes(pod, places, objects, () => now), context };
}

async function mountPath(volumes: PodVolumes, name: string, subPath?: string): Promise<string> {
  const [mount] = await volumes.mountsOf(
    { name: "main", volumeMounts: [{ name, mountPath: "/x", subPath }] },
    new Map(),
  );
  return mount?.hostPath ?? "";
}

describe("a pod's volumes", () => {
  it("project tokens, secrets, config maps and the downward API into one directory", async () => {
    const objects = new Objects();
    objects.secrets["keys"] = { data: { a: Buffer.from("secret").toString("base64"), b: "" } };
    objects.configMaps["settings"] = {
      data: { "c.txt": "text" },
      binaryData: { d: Buffer.from([0, 255]).toString("base64") },
    };
    const sources = [
      { serviceAccountToken: { audience: "backend", expirationSeconds: 600, path: "token" } },
      { secret: { name: "keys", items: [{ key: "a", path: "deep/a", mode: 0o400 }] } },
      { configMap: { name: "settings" } },
      { secret: { name: "absent", optional: true } },
      {
        downwardAPI: {
          items: [
            { path: "labels", fieldRef: { fieldPath: "metadata.labels" } },
            { path: "memory", resourceFieldRef: { containerName: "main", resource: "limits.memory", divisor: "1Mi" } },
          ],
        },
      },
    ];
    const { volumes, context } = volumesOf([{ name: "all", projected: { sources } }], objects);
    await volumes.setUp(context);
    const root = await mountPath(volumes, "all");
    const read = (path: string) => readFile(join(root, path), "utf8");
    expect((await readdir(root)).filter((name) => !name.startsWith("..")).sort()).toEqual([
      "c.txt",
      "d",
      "deep",
      "labels",
      "memory",
      "token",
    ]);
    expect(await read("token")).toBe("token-1");
    expect(await read("deep/a")).toBe("secret");
    expect((await stat(join(root, "deep/a"))).mode & 0o777).toBe(0o400);
    expect(await readFile(join(root, "d"))).toEqual(Buffer.from([0, 255]));
    expect(await read("labels")).toBe('app="demo"\ntier="a\\"b"');
    expect(await read("memory")).toBe("64");
    expect(objects.asked).toEqual([{ audience: "backend", expirationSeconds: 600 }]);
  });

  it("renew a token when 80 % of its life is over, and not before", async () => {
    const objects = new Objects();
    const sources = [{ serviceAccountToken: { expirationSeconds: 1000, path: "token" } }];
    const { volumes, context } = volumesOf([{ name: "token", projected: { sources } }], objects);
    await volumes.setUp(context);
    const file = join(await mountPath(volumes, "token"), "token");
    const begin = now;
    expect(volumes.renewAt).toBe(begin + 800_000);
    now = begin + 799_000;
    await volumes.refresh(context);
    expect(await readFile(file, "utf8")).toBe("token-1");
    now = begin + 800_000;
    await volumes.refresh(context);
    expect(await readFile(file, "utf8")).toBe("token-2");
    expect(volumes.renewAt).toBe(now + 800_000);
  });

  it("swap all files of a volume at once, keep an unchanged volume untouched, and leave no old version behind", async () => {
    const objects = new Objects();
    objects.configMaps["settings"] = { data: { a: "1", gone: "1" } };
    const { volumes, context } = volumesOf([{ name: "settings", configMap: { name: "settings" } }], objects);
    await volumes.setUp(context);
    const root = await mountPath(volumes, "settings");
    const first = await readlink(join(root, "..data"));
    await volumes.refresh(context);
    expect(await readlink(join(root, "..data"))).toBe(first);
    objects.configMaps["settings"] = { data: { a: "2", b: "2" } };
    await volumes.refresh(context);
    const second = await readlink(join(root, "..data"));
    expect(second).not.toBe(first);
    expect((await readdir(root)).sort()).toEqual(["..data", second, "a", "b"].sort());
    expect(await readFile(join(root, "a"), "utf8")).toBe("2");
    expect(await readlink(join(root, "a"))).toBe("..data/a");
  });

  it.each<[string, Volume, string]>([
    ["a missing secret", { name: "v", secret: { secretName: "nowhere" } }, 'secret "nowhere" not found'],
    ["a missing config map", { name: "v", configMap: { name: "nowhere" } }, 'configmap "nowhere" not found'],
    [
      "a missing key",
      { name: "v", secret: { secretName: "keys", items: [{ key: "no", path: "no" }] } },
      "references non-existent secret key: no",
    ],
    [
      "a missing claim",
      { name: "v", persistentVolumeClaim: { claimName: "no" } },
      'persistentvolumeclaim "no" not found',
    ],
    [
      "a path that leaves the volume",
      { name: "v", secret: { secretName: "keys", items: [{ key: "a", path: "../a" }] } },
      "must be relative",
    ],
  ])("report %s in the kubelet's words", async (_title, volume, message) => {
    const objects = new Objects();
    objects.secrets["keys"] = { data: { a: "" } };
    const { volumes, context } = volumesOf([volume], objects);
    await expect(volumes.setUp(context)).rejects.toThrow(
      `MountVolume.SetUp failed for volume "v" : ${message.startsWith("must") ? "" : message}`,
    );
    await expect(volumes.setUp(context)).rejects.toThrow(message);
  });

  it("make a subPath, and refuse one that a link leads out of the volume", async () => {
    const { volumes, context } = volumesOf([{ name: "data", emptyDir: {} }], new Objects());
    await volumes.setUp(context);
    const root = await mountPath(volumes, "data");
    expect(await mountPath(volumes, "data", "deep/er")).toBe(join(root, "deep/er"));
    await mkdir(join(directory, "outside"));
    await writeFile(join(directory, "outside", "secret"), "secret");
    await symlink(join(directory, "outside"), join(root, "escape"));
    await expect(mountPath(volumes, "data", "escape")).rejects.toThrow("leads out of its volume");
    await expect(mountPath(volumes, "data", "escape/secret")).rejects.toThrow("leads out of its volume");
  });

  it("go with the pod", async () => {
    const objects = new Objects();
    objects.secrets["keys"] = { data: { a: "" } };
    const { volumes, context } = volumesOf(
      [
        { name: "s", secret: { secretName: "keys" } },
        { name: "e", emptyDir: { medium: "Memory" } },
      ],
      objects,
    );
    await volumes.setUp(context);
    await volumes.tearDown();
    expect(await readdir(join(directory, "memory"))).toEqual([]);
  });
});
