// Which requests a policy or a binding is about: `matchConstraints` and `matchResources`.
import { labelSelectorRequirements, matchesLabels } from "../../api/selectors.ts";
import { type Json, objectsAt, stringAt, stringMapAt, stringsAt, valueAt } from "../../json.ts";
import type { PolicyCluster, PolicyRequest } from "./request.ts";

interface ResourceRule {
  readonly operations: readonly string[];
  readonly groups: readonly string[];
  readonly versions: readonly string[];
  readonly resources: readonly string[];
  readonly names: readonly string[];
  readonly scope: string;
}

export type Matcher = (request: PolicyRequest, cluster: PolicyCluster) => boolean;

/** Kubernetes asks no policy about the objects that configure admission, lest a policy make itself undeletable. */
const EXEMPT = new Set([
  "mutatingadmissionpolicies",
  "mutatingadmissionpolicybindings",
  "mutatingwebhookconfigurations",
  "validatingadmissionpolicies",
  "validatingadmissionpolicybindings",
  "validatingwebhookconfigurations",
]);

export function isExempt(request: PolicyRequest): boolean {
  return request.resource.group === "admissionregistration.k8s.io" && EXEMPT.has(request.resource.resource);
}

/** A matcher for a MatchResources value. Without rules of its own it matches every resource (as in a binding). */
export function compileMatch(match: Json | undefined): Matcher {
  const included = objectsAt(match, "resourceRules").map(readRule);
  const excluded = objectsAt(match, "excludeResourceRules").map(readRule);
  const namespaceRequirements = labelSelectorRequirements(valueAt(match, "namespaceSelector"));
  const objectRequirements = labelSelectorRequirements(valueAt(match, "objectSelector"));
  return (request, cluster) => {
    if (excluded.some((rule) => ruleMatches(rule, request))) return false;
    if (included.length > 0 && !included.some((rule) => ruleMatches(rule, request))) return false;
    if (objectRequirements.length > 0) {
      const states = [request.object, request.oldObject].filter((state) => state !== undefined);
      if (!states.some((state) => matchesLabels(objectRequirements, labelsOf(state)))) return false;
    }
    if (namespaceRequirements.length === 0) return true;
    const labels = namespaceLabels(request, cluster);
    return labels === undefined || matchesLabels(namespaceRequirements, labels);
  };
}

function readRule(rule: Json): ResourceRule {
  return {
    operations: stringsAt(rule, "operations"),
    groups: stringsAt(rule, "apiGroups"),
    versions: stringsAt(rule, "apiVersions"),
    resources: stringsAt(rule, "resources"),
    names: stringsAt(rule, "resourceNames"),
    scope: stringAt(rule, "scope") || "*",
  };
}

/** Versions are not compared: with matchPolicy Equivalent (the default) a rule holds for all versions of a resource. */
function ruleMatches(rule: ResourceRule, request: PolicyRequest): boolean {
  const { resource, subResource } = request;
  const contains = (values: readonly string[], value: string): boolean =>
    values.includes("*") || values.includes(value);
  if (!contains(rule.operations, request.operation) || !contains(rule.groups, resource.group)) return false;
  if (rule.names.length > 0 && !rule.names.includes(request.name)) return false;
  if (rule.scope === "Cluster" && request.namespace !== "") return false;
  // A Namespace lives in no namespace, although its requests name one.
  if (rule.scope === "Namespaced" && (request.namespace === "" || isNamespace(request))) return false;
  return rule.resources.some((pattern) => {
    const [main = "", sub = ""] = pattern.split("/");
    const mainMatches = main === "*" || main === resource.resource;
    return mainMatches && (sub === subResource || (sub === "*" && pattern.includes("/")));
  });
}

function isNamespace(request: PolicyRequest): boolean {
  return request.resource.group === "" && request.resource.resource === "namespaces";
}

/** undefined for what is in no namespace: a selector of namespaces has nothing to say about that. */
function namespaceLabels(request: PolicyRequest, cluster: PolicyCluster): Record<string, string> | undefined {
  if (isNamespace(request)) return labelsOf(request.object ?? request.oldObject);
  if (request.namespace === "") return undefined;
  return labelsOf(cluster.namespace(request.namespace));
}

function labelsOf(object: Json | undefined): Record<string, string> {
  return stringMapAt(object, "metadata", "labels");
}
