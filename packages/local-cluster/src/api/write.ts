// Writing objects: the steps from a decoded body to a durable revision, the same for every resource.
//
// From reading the current state to putting the next one there is no await, so a write never races with another; what
// is awaited at the end is the disk.
import { randomBytes, randomUUID } from "node:crypto";
import type { AdmissionChain } from "../admission/admission.ts";
import { TypeMismatch } from "../builtin-types/normalize.ts";
import { cloneJson, equalJson, type JsonObject } from "../json.ts";
import type { KubernetesObject, ObjectMeta } from "../objects.ts";
import type { GenerationRule, ResourceDefinition, WriteContext } from "../resources/definition.ts";
import { groupVersion } from "../resources/definition.ts";
import { pendingFinalizers } from "../resources/finalizers.ts";
import { validateMetadata } from "../resources/names.ts";
import { StoredObject, type ObjectKey } from "../storage/stored-object.ts";
import type { ClusterStore } from "../storage/store.ts";
import {
  alreadyExists,
  badRequest,
  conflict,
  forbiddenField,
  invalid,
  invalidValue,
  notFound,
  STALE,
  type FieldError,
} from "./errors.ts";
import { trackUpdate } from "./apply/managers.ts";
import type { Shape } from "./apply/shape.ts";
import { admissionRequest, timestamp, type WriteOptions } from "./write-options.ts";

export interface Written {
  readonly object: StoredObject;
  readonly created: boolean;
}

const NAME_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const GENERATED_SUFFIX = 5;
const MAX_GENERATED_BASE = 58;

export class ObjectWriter {
  readonly #store: ClusterStore;
  readonly #admission: AdmissionChain;
  readonly #shapes: (definition: ResourceDefinition) => Shape;

  constructor(store: ClusterStore, admission: AdmissionChain, shapes: (definition: ResourceDefinition) => Shape) {
    this.#shapes = shapes;
    this.#store = store;
    this.#admission = admission;
  }

  async create(
    definition: ResourceDefinition,
    namespace: string,
    object: KubernetesObject,
    options: WriteOptions,
  ): Promise<Written> {
    const context: WriteContext = { user: options.user, now: new Date() };
    checkKind(definition, object);
    object.metadata.namespace = checkNamespace(definition, namespace, object.metadata);
    if (object.metadata.namespace === "") delete object.metadata.namespace;
    this.#normalize(definition, object, options);
    if ((object.metadata.resourceVersion ?? "") !== "")
      throw badRequest("resourceVersion should not be set on objects to be created");
    const { managedFields } = object.metadata;
    initialiseMetadata(definition, object, context);
    if (options.applied === true && managedFields !== undefined) object.metadata.managedFields = managedFields;
    if ((object.metadata.name ?? "") === "" && (object.metadata.generateName ?? "") !== "")
      object.metadata.name = this.#generateName(definition, namespace, object.metadata.generateName ?? "");
    definition.strategy.prepareCreate(object, context);
    const name = object.metadata.name ?? "";
    const request = admissionRequest("CREATE", definition, "", namespace, name, object, undefined, options);
    this.#admission.mutate(request);
    failOn(definition, object, [
      ...validateMetadata(object.metadata, definition.namespaced, definition.strategy.nameRule),
      ...definition.strategy.validateCreate(object),
    ]);
    const key: ObjectKey = { resource: definition.table, namespace, name };
    if (this.#store.get(key) !== undefined) throw alreadyExists(definition, name);
    this.#admission.validate(request);
    return { object: await this.#put(definition, key, object, options), created: true };
  }

  /**
   * Changes an object. `build` gets a copy of the current state and returns the wished one; what may not change is put
   * back afterwards.
   */
  async update(
    definition: ResourceDefinition,
    key: ObjectKey,
    subresource: string,
    build: (current: KubernetesObject) => KubernetesObject,
    options: WriteOptions,
  ): Promise<Written> {
    const stored = this.#store.get(key);
    if (stored === undefined) {
      await this.#store.settled();
      throw notFound(definition, key.name);
    }
    const context: WriteContext = { user: options.user, now: new Date() };
    const current = stored.decode();
    const next = build(cloneJson(current));
    checkKind(definition, next);
    checkNamespace(definition, key.namespace, next.metadata);
    checkIdentity(definition, key.name, next, current);
    this.#normalize(definition, next, options);
    keepMetadata(next, current, key);
    const { strategy } = definition;
    if (subresource === "") {
      if (strategy.statusSubresource) restoreField(next, current, "status");
      strategy.prepareUpdate(next, current, context);
    } else keepAllBut(next, current, subresource === "status" ? "status" : "spec");
    raiseGeneration(strategy.generation, next, current);
    const request = admissionRequest(
      "UPDATE",
      definition,
      subresource,
      key.namespace,
      key.name,
      next,
      current,
      options,
    );
    this.#admission.mutate(request);
    if (options.applied !== true)
      trackUpdate(current, next, this.#shapes(definition), {
        name: options.fieldManager,
        operation: "Update",
        subresource,
        time: timestamp(context.now),
      });
    if (equalJson(next, current)) {
      await this.#store.durable(stored.revision);
      return { object: stored, created: false };
    }
    failOn(definition, next, [
      ...validateMetadata(next.metadata, definition.namespaced, strategy.nameRule),
      ...newFinalizersOfDying(next, current),
      ...(subresource === "" ? strategy.validateUpdate(next, current) : strategy.validateStatus(next, current)),
    ]);
    this.#admission.validate(request);
    if (isFinished(definition, next)) {
      const object = options.dryRun ? stored : (this.#removeAs(key, next) ?? stored);
      if (!options.dryRun) await this.#store.durable(object.revision);
      return { object, created: false };
    }
    return { object: await this.#put(definition, key, next, options), created: false };
  }

  /** The last finalizer has gone: the object goes with it, in the state that removed the finalizer. */
  #removeAs(key: ObjectKey, last: KubernetesObject): StoredObject | undefined {
    this.#store.put(key, last);
    return this.#store.remove(key);
  }

  async #put(
    definition: ResourceDefinition,
    key: ObjectKey,
    object: KubernetesObject,
    options: WriteOptions,
  ): Promise<StoredObject> {
    if (options.dryRun) {
      const bytes = Buffer.from(JSON.stringify(object), "utf8");
      return new StoredObject(key, 0, bytes, () => ({
        uid: object.metadata.uid ?? "",
        labels: object.metadata.labels ?? {},
        fields: definition.strategy.fields(object),
      }));
    }
    const stored = this.#store.put(key, object);
    await this.#store.durable(stored.revision);
    return stored;
  }

  #normalize(definition: ResourceDefinition, object: KubernetesObject, options: WriteOptions): void {
    const unknown = normalize(definition, object);
    if (unknown.length === 0 || options.fieldValidation === "Ignore") return;
    const complaints = unknown.map((field) => `unknown field ${JSON.stringify(field)}`);
    if (options.fieldValidation === "Warn") for (const complaint of complaints) options.warn(complaint);
    else throw badRequest(strictMessage(definition, complaints));
  }

  #generateName(definition: ResourceDefinition, namespace: string, base: string): string {
    const prefix = base.slice(0, MAX_GENERATED_BASE);
    for (let attempt = 0; attempt < 8; attempt++) {
      let name = prefix;
      for (const byte of randomBytes(GENERATED_SUFFIX)) name += NAME_ALPHABET[byte % NAME_ALPHABET.length] ?? "";
      if (this.#store.get({ resource: definition.table, namespace, name }) === undefined) return name;
    }
    throw alreadyExists(definition, `${prefix}…`);
  }
}

export function strictMessage(definition: ResourceDefinition, complaints: readonly string[]): string {
  return `${definition.kind} in version "${definition.version}" cannot be handled as a ${definition.kind}: strict decoding error: ${complaints.join(", ")}`;
}

function normalize(definition: ResourceDefinition, object: KubernetesObject): readonly string[] {
  try {
    return definition.strategy.normalize(object);
  } catch (error) {
    if (!(error instanceof TypeMismatch)) throw error;
    throw badRequest(
      `${definition.kind} in version "${definition.version}" cannot be handled as a ${definition.kind}: ${error.message}`,
    );
  }
}

function checkKind(definition: ResourceDefinition, object: KubernetesObject): void {
  if (object.kind !== definition.kind || object.apiVersion !== groupVersion(definition))
    throw badRequest(
      `the object provided is unrecognized (must be of type ${definition.kind}): ${object.kind} in ${object.apiVersion} does not match the expected ${groupVersion(definition)}, Kind=${definition.kind}`,
    );
}

function checkNamespace(definition: ResourceDefinition, namespace: string, metadata: ObjectMeta): string {
  const given = metadata.namespace ?? "";
  if (!definition.namespaced) return given;
  if (given !== "" && given !== namespace)
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  return namespace;
}

function checkIdentity(
  definition: ResourceDefinition,
  name: string,
  next: KubernetesObject,
  current: KubernetesObject,
): void {
  const { metadata } = next;
  if ((metadata.name ?? "") === "") metadata.name = name;
  if (metadata.name !== name)
    throw badRequest(`the name of the object (${metadata.name ?? ""}) does not match the name on the URL (${name})`);
  if ((metadata.uid ?? "") !== "" && metadata.uid !== current.metadata.uid)
    throw conflict(
      definition,
      name,
      `Precondition failed: UID in precondition: ${metadata.uid ?? ""}, UID in object meta: ${current.metadata.uid ?? ""}`,
    );
  const version = metadata.resourceVersion ?? "";
  if (version === "") {
    if (!definition.strategy.unconditionalUpdate)
      throw invalid(definition.group, definition.kind, name, [
        invalidValue("metadata.resourceVersion", 0, "must be specified for an update"),
      ]);
  } else if (version !== current.metadata.resourceVersion) throw conflict(definition, name, STALE);
}

function initialiseMetadata(definition: ResourceDefinition, object: KubernetesObject, context: WriteContext): void {
  const { metadata } = object;
  metadata.uid = randomUUID();
  metadata.creationTimestamp = timestamp(context.now);
  for (const field of ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation", "managedFields"])
    delete metadata[field];
  if (definition.strategy.generation !== "never") metadata.generation = 1;
}

/** What only the server decides. */
function keepMetadata(next: KubernetesObject, current: KubernetesObject, key: ObjectKey): void {
  for (const field of [
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
    "generateName",
    "resourceVersion",
    "selfLink",
  ])
    restoreField(next.metadata, current.metadata, field);
  next.metadata.name = key.name;
  if (key.namespace === "") delete next.metadata.namespace;
  else next.metadata.namespace = key.namespace;
}

function restoreField(next: JsonObject, current: JsonObject, field: string): void {
  if (current[field] === undefined) delete next[field];
  else next[field] = current[field];
}

/** A subresource writes one field; everything else stays as it was. */
function keepAllBut(next: KubernetesObject, current: KubernetesObject, field: string): void {
  const { managedFields } = next.metadata;
  for (const each of new Set([...Object.keys(next), ...Object.keys(current)]))
    if (each !== field) restoreField(next, current, each);
  next.metadata = { ...current.metadata };
  if (managedFields !== undefined) next.metadata.managedFields = managedFields;
}

function raiseGeneration(rule: GenerationRule, next: KubernetesObject, current: KubernetesObject): void {
  if (rule === "never") return;
  const changed =
    rule === "spec"
      ? !equalJson(next["spec"], current["spec"])
      : Object.keys({ ...next, ...current }).some(
          (field) => field !== "metadata" && field !== "status" && !equalJson(next[field], current[field]),
        );
  if (changed) next.metadata.generation = (current.metadata.generation ?? 0) + 1;
}

function newFinalizersOfDying(next: KubernetesObject, current: KubernetesObject): FieldError[] {
  if (current.metadata.deletionTimestamp === undefined) return [];
  const before = current.metadata.finalizers ?? [];
  const added = (next.metadata.finalizers ?? []).filter((finalizer) => !before.includes(finalizer));
  if (added.length === 0) return [];
  const list = added.map((each) => JSON.stringify(each)).join(", ");
  return [
    forbiddenField(
      "metadata.finalizers",
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
    ),
  ];
}

function isFinished(definition: ResourceDefinition, object: KubernetesObject): boolean {
  return (
    object.metadata.deletionTimestamp !== undefined &&
    (object.metadata.deletionGracePeriodSeconds ?? 0) === 0 &&
    pendingFinalizers(definition, object).length === 0
  );
}

function failOn(definition: ResourceDefinition, object: KubernetesObject, errors: readonly FieldError[]): void {
  if (errors.length > 0)
    throw invalid(
      definition.group,
      definition.kind,
      object.metadata.name ?? object.metadata.generateName ?? "",
      errors,
    );
}
