/**
 * Binds claims: each gets a volume of this machine's own, and loses it when it is deleted. A claim that a pod uses is kept
 * (pvc-protection) until the pod is gone.
 */
import {
  defineResource,
  isAlreadyExists,
  isConflict,
  isNotFound,
  keyOf,
  type KubernetesObject,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  type Stored,
} from "@pilothouse/kubernetes";
import type { ControllerSet } from "../controller-set.ts";

interface StorageClass extends KubernetesObject {
  provisioner: string;
  reclaimPolicy?: string;
  volumeBindingMode?: string;
}

const storageClasses = defineResource<StorageClass>({
  group: "storage.k8s.io",
  version: "v1",
  plural: "storageclasses",
  kind: "StorageClass",
  namespaced: false,
});

const CLASS = "standard";
const DRIVER = "local.pilothouse.dev";
const PROTECTION = "kubernetes.io/pvc-protection";

export function addClaimController(set: ControllerSet): void {
  const claims = set.informer(persistentVolumeClaims);
  const volumes = set.informer(persistentVolumes);
  const podInformer = set.informer(pods);
  const controller = set.controller("persistent-volume-claim", reconcile, 8);
  set.enqueueAll(persistentVolumeClaims, controller);
  podInformer.subscribe(({ type, object }) => {
    if (type !== "deleted") return;
    for (const { persistentVolumeClaim } of object.spec?.volumes ?? []) {
      if (persistentVolumeClaim) controller.enqueue(`${object.metadata.namespace}/${persistentVolumeClaim.claimName}`);
    }
  });
  const volumeController = set.controller("persistent-volume", reconcileVolume, 4);
  set.enqueueAll(persistentVolumes, volumeController);
  claims.subscribe(({ type, object }) => {
    if (type === "deleted" && object.spec?.volumeName) volumeController.enqueue(object.spec.volumeName);
  });
  set.task(async (signal) => {
    const annotations = { "storageclass.kubernetes.io/is-default-class": "true" };
    const object = {
      metadata: { name: CLASS, annotations },
      provisioner: DRIVER,
      reclaimPolicy: "Delete",
      volumeBindingMode: "Immediate",
    };
    await set.client.create(storageClasses, object, { signal }).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error;
    });
  });

  function isUsed(claim: Stored<PersistentVolumeClaim>): boolean {
    const { namespace, name } = claim.metadata;
    return podInformer
      .list()
      .some(
        (pod) =>
          pod.metadata.namespace === namespace &&
          pod.status?.phase !== "Succeeded" &&
          pod.status?.phase !== "Failed" &&
          (pod.spec?.volumes ?? []).some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === name),
      );
  }

  async function reconcile(key: string, signal: AbortSignal): Promise<void> {
    const claim = claims.get(key);
    if (!claim) return;
    const { namespace, name, uid, finalizers = [] } = claim.metadata;
    if (claim.metadata.deletionTimestamp !== undefined) {
      if (!finalizers.includes(PROTECTION) || isUsed(claim)) return;
      const body = { metadata: { uid, finalizers: finalizers.filter((each) => each !== PROTECTION) } };
      await set.client
        .patch(persistentVolumeClaims, { namespace, name }, { type: "merge", body }, { signal })
        .catch(ignoreGone);
      return;
    }
    const className = claim.spec?.storageClassName ?? CLASS;
    if (claim.status?.phase === "Bound" || className !== CLASS) return;
    const volume = claim.spec?.volumeName ?? `pvc-${uid}`;
    if (!volumes.get(volume)) await provision(claim, volume, signal);
    if (claim.spec?.volumeName === undefined) {
      const body = { metadata: { uid }, spec: { volumeName: volume } };
      await set.client.patch(persistentVolumeClaims, { namespace, name }, { type: "merge", body }, { signal });
    }
    const status = { phase: "Bound", accessModes: claim.spec?.accessModes, capacity: claim.spec?.resources?.requests };
    const body = { metadata: { uid }, status };
    await set.client.patch(
      persistentVolumeClaims,
      { namespace, name },
      { type: "merge", body },
      { subresource: "status", signal },
    );
  }

  async function provision(claim: Stored<PersistentVolumeClaim>, volume: string, signal: AbortSignal): Promise<void> {
    const { namespace, name, uid } = claim.metadata;
    const spec = {
      accessModes: claim.spec?.accessModes,
      capacity: { storage: claim.spec?.resources?.requests?.["storage"] },
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name, uid },
      csi: { driver: DRIVER, volumeHandle: uid },
      persistentVolumeReclaimPolicy: "Delete",
      storageClassName: CLASS,
      volumeMode: "Filesystem",
    };
    await set.client
      .create(persistentVolumes, { metadata: { name: volume }, spec }, { signal })
      .catch((error: unknown) => {
        if (!isAlreadyExists(error)) throw error;
      });
  }

  /** A volume is Bound while its claim is there, and goes with it. */
  async function reconcileVolume(name: string, signal: AbortSignal): Promise<void> {
    const volume = volumes.get(name);
    const reference = volume?.spec?.["claimRef"] as { namespace?: string; name?: string; uid?: string } | undefined;
    const driver = (volume?.spec?.["csi"] as { driver?: string } | undefined)?.driver;
    if (!volume || !reference || driver !== DRIVER) return;
    const claim = claims.get(keyOf({ metadata: reference }));
    if (claim?.metadata.uid === reference.uid) {
      if (volume.status?.phase === "Bound") return;
      const body = { status: { phase: "Bound" } };
      await set.client
        .patch(persistentVolumes, { name }, { type: "merge", body }, { subresource: "status", signal })
        .catch(ignoreGone);
      return;
    }
    // The cache may be behind: only the API knows that the claim is gone.
    const current = await set.client.find(
      persistentVolumeClaims,
      { namespace: reference.namespace ?? "", name: reference.name ?? "" },
      { signal },
    );
    if (current?.metadata.uid === reference.uid) return;
    const preconditions = { uid: volume.metadata.uid };
    await set.client.delete(persistentVolumes, { name }, { preconditions, signal }).catch(ignoreGone);
  }
}

function ignoreGone(error: unknown): void {
  if (!isNotFound(error) && !isConflict(error)) throw error;
}
