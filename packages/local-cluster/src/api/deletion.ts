// Deleting objects: at once, after a grace period, or when the last finalizer has gone.
import type { AdmissionChain } from "../admission/admission.ts";
import { isJsonObject, numberAt, stringAt, type Json } from "../json.ts";
import type { KubernetesObject } from "../objects.ts";
import type { ResourceDefinition } from "../resources/definition.ts";
import { pendingFinalizers } from "../resources/finalizers.ts";
import type { ObjectKey, StoredObject } from "../storage/stored-object.ts";
import type { ClusterStore } from "../storage/store.ts";
import { badRequest, conflict, notFound, invalid, invalidValue, notSupported } from "./errors.ts";
import { admissionRequest, timestamp, type WriteOptions } from "./write-options.ts";

export type Propagation = "Background" | "Foreground" | "Orphan";

export interface DeleteOptions {
  readonly gracePeriodSeconds: number | undefined;
  readonly propagation: Propagation | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
}

export interface Deleted {
  /** False: it is marked and stays until its finalizers or its grace period are through. */
  readonly gone: boolean;
  readonly object: StoredObject;
}

const ORPHAN = "orphan";
const FOREGROUND = "foregroundDeletion";

/** The options from the query (`gracePeriodSeconds=…`) and from the body (a DeleteOptions document); the body wins. */
export function parseDeleteOptions(query: URLSearchParams, body: Json | undefined): DeleteOptions {
  const document = isJsonObject(body) ? body : {};
  const inQuery = query.get("gracePeriodSeconds");
  const grace = numberAt(document, "gracePeriodSeconds") ?? (inQuery === null ? undefined : Number(inQuery));
  const orphan = document["orphanDependents"] ?? query.get("orphanDependents");
  let propagation = stringAt(document, "propagationPolicy") || (query.get("propagationPolicy") ?? "");
  if (propagation !== "" && typeof document["orphanDependents"] === "boolean")
    throw invalid("meta.k8s.io", "DeleteOptions", "", [
      invalidValue("propagationPolicy", propagation, "orphanDependents and deletionPropagation cannot be both set"),
    ]);
  if (propagation === "" && orphan !== undefined && orphan !== null)
    propagation = orphan === true || orphan === "true" ? "Orphan" : "Background";
  if (propagation !== "" && propagation !== "Background" && propagation !== "Foreground" && propagation !== "Orphan")
    throw invalid("meta.k8s.io", "DeleteOptions", "", [
      notSupported("propagationPolicy", propagation, ["Foreground", "Background", "Orphan", "nil"]),
    ]);
  if (grace !== undefined && !Number.isInteger(grace))
    throw badRequest(`gracePeriodSeconds ${String(grace)} must be a whole number`);
  return {
    // A negative one has always been taken, and means the shortest.
    gracePeriodSeconds: grace === undefined || grace >= 0 ? grace : 1,
    propagation: propagation === "" ? undefined : propagation,
    uid: stringAt(document, "preconditions", "uid") || undefined,
    resourceVersion: stringAt(document, "preconditions", "resourceVersion") || undefined,
  };
}

export class ObjectDeleter {
  readonly #store: ClusterStore;
  readonly #admission: AdmissionChain;

  constructor(store: ClusterStore, admission: AdmissionChain) {
    this.#store = store;
    this.#admission = admission;
  }

  async delete(
    definition: ResourceDefinition,
    key: ObjectKey,
    wish: DeleteOptions,
    options: WriteOptions,
  ): Promise<Deleted> {
    const stored = this.#store.get(key);
    if (stored === undefined) {
      await this.#store.settled();
      throw notFound(definition, key.name);
    }
    const current = stored.decode();
    checkPreconditions(definition, current, wish);
    const request = admissionRequest("DELETE", definition, "", key.namespace, key.name, undefined, current, options);
    this.#admission.validate(request);
    const next = stored.decode();
    setPropagationFinalizers(next, wish.propagation);
    const grace = graceFor(definition, current, wish);
    const finalizers = pendingFinalizers(definition, next);
    if (grace === 0 && finalizers.length === 0) {
      if (options.dryRun) return { gone: true, object: stored };
      const last = this.#store.remove(key) ?? stored;
      await this.#store.durable(last.revision);
      return { gone: true, object: last };
    }
    const changed = mark(definition, next, current, grace);
    if (!changed || options.dryRun) {
      await this.#store.durable(stored.revision);
      return { gone: false, object: stored };
    }
    const marked = this.#store.put(key, next);
    await this.#store.durable(marked.revision);
    return { gone: false, object: marked };
  }
}

function checkPreconditions(definition: ResourceDefinition, current: KubernetesObject, wish: DeleteOptions): void {
  const name = current.metadata.name ?? "";
  if (wish.uid !== undefined && wish.uid !== current.metadata.uid)
    throw conflict(
      definition,
      name,
      `Precondition failed: UID in precondition: ${wish.uid}, UID in object meta: ${current.metadata.uid ?? ""}`,
    );
  if (wish.resourceVersion !== undefined && wish.resourceVersion !== current.metadata.resourceVersion)
    throw conflict(
      definition,
      name,
      `Precondition failed: ResourceVersion in precondition: ${wish.resourceVersion}, ResourceVersion in object meta: ${current.metadata.resourceVersion ?? ""}`,
    );
}

/** The garbage collector's orders travel as finalizers on the object. */
function setPropagationFinalizers(object: KubernetesObject, propagation: Propagation | undefined): void {
  if (propagation === undefined) return;
  const wanted = propagation === "Orphan" ? ORPHAN : propagation === "Foreground" ? FOREGROUND : undefined;
  const others = (object.metadata.finalizers ?? []).filter((each) => each !== ORPHAN && each !== FOREGROUND);
  const finalizers = wanted === undefined ? others : [...others, wanted];
  if (finalizers.length === 0) delete object.metadata.finalizers;
  else object.metadata.finalizers = finalizers;
}

/** A second deletion may shorten the grace period, never lengthen it. */
function graceFor(definition: ResourceDefinition, current: KubernetesObject, wish: DeleteOptions): number {
  const grace = definition.strategy.gracePeriod(current, wish.gracePeriodSeconds);
  if (current.metadata.deletionTimestamp === undefined) return grace;
  return Math.min(grace, current.metadata.deletionGracePeriodSeconds ?? 0);
}

/** Sets the deletion's time on `next`. Returns whether anything changed. */
function mark(
  definition: ResourceDefinition,
  next: KubernetesObject,
  current: KubernetesObject,
  grace: number,
): boolean {
  const first = current.metadata.deletionTimestamp === undefined;
  const before = JSON.stringify(current.metadata.finalizers ?? []);
  const finalizersChanged = JSON.stringify(next.metadata.finalizers ?? []) !== before;
  if (!first && grace === current.metadata.deletionGracePeriodSeconds && !finalizersChanged) return false;
  if (first || grace !== current.metadata.deletionGracePeriodSeconds) {
    next.metadata.deletionTimestamp = timestamp(new Date(Date.now() + grace * 1000));
    next.metadata.deletionGracePeriodSeconds = grace;
  }
  if (first && next.metadata.generation !== undefined) next.metadata.generation++;
  if (definition.table === "namespaces")
    next["status"] = { ...(isJsonObject(next["status"]) ? next["status"] : {}), phase: "Terminating" };
  return true;
}
