// Every resource that is served: the built-in table, and what the custom resource definitions add while the server runs.
import * as core from "./builtin/core.ts";
import { jobs } from "./builtin/jobs.ts";
import * as others from "./builtin/others.ts";
import { pods } from "./builtin/pods.ts";
import * as rbac from "./builtin/rbac.ts";
import { NAME } from "./columns.ts";
import { customResourceDefinitions } from "./custom/definitions.ts";
import { groupVersion, type ResourceDefinition } from "./definition.ts";

export const BUILT_IN: readonly ResourceDefinition[] = [
  core.namespaces,
  pods,
  core.services,
  core.endpoints,
  { ...core.events, columns: [...core.eventColumns, { ...NAME, priority: 1 }] },
  core.configMaps,
  core.secrets,
  core.serviceAccounts,
  core.persistentVolumeClaims,
  core.persistentVolumes,
  core.nodes,
  core.resourceQuotas,
  core.limitRanges,
  jobs,
  rbac.roles,
  rbac.roleBindings,
  rbac.clusterRoles,
  rbac.clusterRoleBindings,
  customResourceDefinitions,
  others.leases,
  others.storageClasses,
  others.networkPolicies,
  others.endpointSlices,
  others.priorityClasses,
  others.validatingAdmissionPolicies,
  others.validatingAdmissionPolicyBindings,
  ...others.reviews,
];

export interface GroupVersions {
  readonly group: string;
  /** Preferred first. */
  readonly versions: readonly { readonly version: string; readonly resources: readonly ResourceDefinition[] }[];
}

export class Catalog {
  readonly #byPath = new Map<string, ResourceDefinition>();
  readonly #byTable = new Map<string, ResourceDefinition>();
  /** CRD name → what it serves, storage version first. */
  readonly #custom = new Map<string, readonly ResourceDefinition[]>();
  #generation = 0;

  constructor() {
    for (const definition of BUILT_IN) this.#add(definition);
  }

  /** Rises with every change: what derived documents (discovery, OpenAPI) are cached by. */
  get generation(): number {
    return this.#generation;
  }

  #add(definition: ResourceDefinition): void {
    this.#byPath.set(`${groupVersion(definition)}/${definition.plural}`, definition);
    if (!this.#byTable.has(definition.table)) this.#byTable.set(definition.table, definition);
    this.#generation++;
  }

  find(group: string, version: string, plural: string): ResourceDefinition | undefined {
    return this.#byPath.get(`${group === "" ? version : `${group}/${version}`}/${plural}`);
  }

  byTable(table: string): ResourceDefinition | undefined {
    return this.#byTable.get(table);
  }

  byKind(apiVersion: string, kind: string): ResourceDefinition | undefined {
    for (const definition of this.#byPath.values())
      if (definition.kind === kind && groupVersion(definition) === apiVersion) return definition;
    return undefined;
  }

  all(): readonly ResourceDefinition[] {
    return [...this.#byPath.values()];
  }

  isBuiltInGroup(group: string): boolean {
    return BUILT_IN.some((definition) => definition.group === group);
  }

  setCustom(name: string, definitions: readonly ResourceDefinition[]): void {
    this.removeCustom(name);
    for (const definition of definitions) this.#add(definition);
    this.#custom.set(name, definitions);
  }

  removeCustom(name: string): void {
    const definitions = this.#custom.get(name);
    if (definitions === undefined) return;
    for (const definition of definitions) {
      this.#byPath.delete(`${groupVersion(definition)}/${definition.plural}`);
      this.#byTable.delete(definition.table);
    }
    this.#custom.delete(name);
    this.#generation++;
  }

  custom(name: string): readonly ResourceDefinition[] {
    return this.#custom.get(name) ?? [];
  }

  /** The served groups with their versions: the core group first, then built-in ones, then custom ones by name. */
  groups(): readonly GroupVersions[] {
    const groups = new Map<string, Map<string, ResourceDefinition[]>>();
    for (const definition of this.#byPath.values()) {
      const versions = groups.get(definition.group) ?? new Map<string, ResourceDefinition[]>();
      groups.set(definition.group, versions);
      const resources = versions.get(definition.version) ?? [];
      versions.set(definition.version, resources);
      resources.push(definition);
    }
    return [...groups].map(([group, versions]) => ({
      group,
      versions: [...versions]
        .map(([version, resources]) => ({ version, resources }))
        .sort((left, right) => compareVersions(right.version, left.version)),
    }));
  }
}

/** Kubernetes' order of versions: v2 > v1 > v1beta2 > v1alpha1 > anything else, by name. */
export function compareVersions(left: string, right: string): number {
  const a = versionRank(left);
  const b = versionRank(right);
  if (a === undefined || b === undefined) {
    if (a !== undefined) return 1;
    if (b !== undefined) return -1;
    return left < right ? 1 : left > right ? -1 : 0;
  }
  return a.stability - b.stability || a.major - b.major || a.minor - b.minor;
}

function versionRank(version: string): { stability: number; major: number; minor: number } | undefined {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) return undefined;
  const stability = match[2] === undefined ? 2 : match[2] === "beta" ? 1 : 0;
  return { stability, major: Number(match[1]), minor: Number(match[3] ?? 0) };
}
