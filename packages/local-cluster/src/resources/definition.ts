// What the API knows about a resource: its names, what may be done with it, and the rules for writing it.
import type { FieldError, ResourceName } from "../api/errors.ts";
import type { UserInfo } from "../auth/user.ts";
import type { Json } from "../json.ts";
import type { KubernetesObject } from "../objects.ts";

export type Verb = "create" | "delete" | "deletecollection" | "get" | "list" | "patch" | "update" | "watch";

export const ALL_VERBS: readonly Verb[] = [
  "create",
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "update",
  "watch",
];

/** A column of `kubectl get`: where its cells come from. */
export interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly format?: string;
  readonly description?: string;
  /** 0 is always shown; more only with `-o wide`. */
  readonly priority?: number;
  readonly cell: (object: KubernetesObject, now: number) => Json;
}

export interface WriteContext {
  readonly user: UserInfo;
  readonly now: Date;
}

/** When `metadata.generation` rises. */
export type GenerationRule = "never" | "spec" | "anything-but-status";

/** What differs between resources when they are written. All functions are pure, or change only the object they get. */
export interface Strategy {
  readonly generation: GenerationRule;
  /** Whether `status` is written through the status subresource alone. */
  readonly statusSubresource: boolean;
  /** Whether an update without a resourceVersion is taken. */
  readonly unconditionalUpdate: boolean;
  /** Fields that field selectors may name. */
  readonly selectableFields: readonly string[];
  readonly fields: (object: KubernetesObject) => Readonly<Record<string, string>>;
  /** What a name must look like. */
  readonly nameRule: "subdomain" | "label" | "service-label" | "path-segment";
  /**
   * Makes a decoded body conform: drops unknown fields, fills in defaults. Returns the paths of the unknown fields.
   * Throws an ApiError (400) for fields of the wrong type.
   */
  readonly normalize: (object: KubernetesObject) => readonly string[];
  readonly prepareCreate: (object: KubernetesObject, context: WriteContext) => void;
  readonly prepareUpdate: (object: KubernetesObject, previous: KubernetesObject, context: WriteContext) => void;
  readonly validateCreate: (object: KubernetesObject) => readonly FieldError[];
  readonly validateUpdate: (object: KubernetesObject, previous: KubernetesObject) => readonly FieldError[];
  /** Also checks what a status write brings; the spec has been kept from the previous state. */
  readonly validateStatus: (object: KubernetesObject, previous: KubernetesObject) => readonly FieldError[];
  /**
   * How long a deleted object may stay for its owner to end it, in seconds; 0 deletes at once. `asked` is the caller's
   * gracePeriodSeconds.
   */
  readonly gracePeriod: (object: KubernetesObject, asked: number | undefined) => number;
}

export interface ResourceDefinition extends ResourceName {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  /** Subresource name → verbs. */
  readonly subresources: Readonly<Record<string, Subresource>>;
  /** Where its objects are stored: the same for all versions. */
  readonly table: string;
  readonly strategy: Strategy;
  readonly columns: readonly Column[];
  /** Custom resources only; changes with every change of the definition. */
  readonly custom: boolean;
}

export interface Subresource {
  readonly verbs: readonly string[];
  /** The kind that it takes and gives, when not the resource's own. */
  readonly kind?: string;
  readonly group?: string;
  readonly version?: string;
}

export const STATUS: Subresource = { verbs: ["get", "patch", "update"] };

export function groupVersion(definition: { readonly group: string; readonly version: string }): string {
  return definition.group === "" ? definition.version : `${definition.group}/${definition.version}`;
}

export function tableName(resource: ResourceName): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

const NO_FIELDS: Readonly<Record<string, string>> = Object.freeze({});

/** A strategy that adds nothing of its own; resources override what differs. */
export const PLAIN_STRATEGY: Strategy = {
  generation: "never",
  statusSubresource: false,
  unconditionalUpdate: true,
  selectableFields: [],
  fields: () => NO_FIELDS,
  nameRule: "subdomain",
  normalize: () => [],
  prepareCreate: () => {},
  prepareUpdate: () => {},
  validateCreate: () => [],
  validateUpdate: () => [],
  validateStatus: () => [],
  gracePeriod: () => 0,
};
