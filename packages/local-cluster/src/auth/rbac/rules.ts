// RBAC's rules: what they cover, when they match, and whether one set covers another (for the escalation check).
import { objectsAt, stringsAt, type Json, type JsonObject } from "../../json.ts";

export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** What a request wants to do. */
export type Attributes =
  | {
      readonly kind: "resource";
      readonly verb: string;
      readonly group: string;
      readonly version: string;
      readonly resource: string;
      readonly subresource: string;
      readonly namespace: string;
      readonly name: string;
    }
  | { readonly kind: "path"; readonly verb: string; readonly path: string };

export function parseRules(role: Json | undefined): readonly PolicyRule[] {
  return objectsAt(role, "rules").map(parseRule);
}

export function parseRule(rule: JsonObject): PolicyRule {
  return {
    verbs: stringsAt(rule, "verbs"),
    apiGroups: stringsAt(rule, "apiGroups"),
    resources: stringsAt(rule, "resources"),
    resourceNames: stringsAt(rule, "resourceNames"),
    nonResourceURLs: stringsAt(rule, "nonResourceURLs"),
  };
}

const has = (list: readonly string[], value: string): boolean => list.includes(value) || list.includes("*");

export function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  if (!has(rule.verbs, attributes.verb)) return false;
  if (attributes.kind === "path") return rule.nonResourceURLs.some((pattern) => pathMatches(pattern, attributes.path));
  return (
    has(rule.apiGroups, attributes.group) &&
    resourceMatches(rule.resources, attributes.resource, attributes.subresource) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(attributes.name))
  );
}

function resourceMatches(resources: readonly string[], resource: string, subresource: string): boolean {
  const wanted = subresource === "" ? resource : `${resource}/${subresource}`;
  return resources.some(
    (each) => each === "*" || each === wanted || (subresource !== "" && each === `*/${subresource}`),
  );
}

function pathMatches(pattern: string, path: string): boolean {
  if (pattern === "*" || pattern === path) return true;
  return pattern.endsWith("*") && path.startsWith(pattern.slice(0, -1));
}

/** One atomic permission: one verb on one resource (of one name). */
interface Atom {
  readonly verb: string;
  readonly group?: string;
  readonly resource?: string;
  readonly name?: string;
  readonly url?: string;
}

function atoms(rule: PolicyRule): Atom[] {
  const found: Atom[] = [];
  for (const verb of rule.verbs) {
    for (const url of rule.nonResourceURLs) found.push({ verb, url });
    for (const group of rule.apiGroups)
      for (const resource of rule.resources)
        if (rule.resourceNames.length === 0) found.push({ verb, group, resource });
        else for (const name of rule.resourceNames) found.push({ verb, group, resource, name });
  }
  return found;
}

function covers(rule: PolicyRule, atom: Atom): boolean {
  if (!has(rule.verbs, atom.verb)) return false;
  if (atom.url !== undefined) {
    const { url } = atom;
    return rule.nonResourceURLs.some((pattern) => pathMatches(pattern, url));
  }
  const { group = "", resource = "" } = atom;
  if (!has(rule.apiGroups, group)) return false;
  const slash = resource.indexOf("/");
  const matches = rule.resources.some(
    (each) => each === "*" || each === resource || (slash >= 0 && each === `*${resource.slice(slash)}`),
  );
  if (!matches) return false;
  return rule.resourceNames.length === 0 || (atom.name !== undefined && rule.resourceNames.includes(atom.name));
}

/** The permissions among `wanted` that `owned` lacks, as rules of one permission each. */
export function uncovered(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] {
  return wanted
    .flatMap(atoms)
    .filter((atom) => !owned.some((rule) => covers(rule, atom)))
    .map((atom) => ({
      verbs: [atom.verb],
      apiGroups: atom.group === undefined ? [] : [atom.group],
      resources: atom.resource === undefined ? [] : [atom.resource],
      resourceNames: atom.name === undefined ? [] : [atom.name],
      nonResourceURLs: atom.url === undefined ? [] : [atom.url],
    }));
}

/** As Kubernetes prints a rule in its messages. */
export function formatRule(rule: PolicyRule): string {
  const part = (label: string, values: readonly string[]): string[] =>
    values.length === 0 ? [] : [`${label}:[${values.map((value) => JSON.stringify(value)).join(" ")}]`];
  return `{${[
    ...part("APIGroups", rule.apiGroups),
    ...part("Resources", rule.resources),
    ...part("ResourceNames", rule.resourceNames),
    ...part("NonResourceURLs", rule.nonResourceURLs),
    ...part("Verbs", rule.verbs),
  ].join(", ")}}`;
}
