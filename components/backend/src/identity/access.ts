/** "May the caller …?", asked of Kubernetes with the caller's own token. */
import { API_GROUP } from "@pilothouse/contracts";
import {
  type ResourceAttributes,
  type SelfSubjectRulesReview,
  selfSubjectAccessReviews,
  selfSubjectRulesReviews,
} from "@pilothouse/kubernetes";
import { ApiError } from "../errors/api-error.ts";
import type { Caller } from "./identity.ts";

type Rule = NonNullable<SelfSubjectRulesReview["status"]>["resourceRules"][number];

export async function isAllowed(caller: Caller, resourceAttributes: ResourceAttributes): Promise<boolean> {
  const review = await caller.kubernetes.review(selfSubjectAccessReviews, { spec: { resourceAttributes } });
  return review.status?.allowed === true;
}

/** @throws ApiError FORBIDDEN in Kubernetes' own wording */
export async function demand(caller: Caller, attributes: ResourceAttributes): Promise<void> {
  if (await isAllowed(caller, attributes)) return;
  const { verb, resource, group, namespace, name } = attributes;
  const kind = group === undefined || group === "" ? resource : `${resource}.${group}`;
  throw new ApiError(
    "FORBIDDEN",
    `${kind}${name === undefined ? "" : ` "${name}"`} is forbidden: User "${caller.identity.userId}" cannot ${verb} ` +
      `resource "${resource}" in API group "${group ?? ""}" in the namespace "${namespace}"`,
  );
}

/** Acting on a session (messages, files, interrupts) needs the right to update it. */
export async function demandSessionUpdate(caller: Caller, project: string, session: string): Promise<void> {
  await demand(caller, {
    group: API_GROUP,
    resource: "agenticsessions",
    verb: "update",
    namespace: project,
    name: session,
  });
}

/** The caller's rules in one namespace, to answer many questions with one call. */
export class Rules {
  readonly #rules: readonly Rule[];

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
  }

  static async of(caller: Caller, namespace: string): Promise<Rules> {
    const review = await caller.kubernetes.review(selfSubjectRulesReviews, { spec: { namespace } });
    return new Rules(review.status?.resourceRules ?? []);
  }

  /** Without `name` the question is about the resource as such, and rules that name single objects do not count. */
  allow(verb: string, group: string, resource: string, name?: string): boolean {
    return this.#rules.some(
      ({ resourceNames = [], ...rule }) =>
        (resourceNames.length === 0 || (name !== undefined && resourceNames.includes(name))) &&
        has(rule.verbs, verb) &&
        has(rule.apiGroups ?? [], group) &&
        has(rule.resources ?? [], resource),
    );
  }
}

function has(list: readonly string[], value: string): boolean {
  return list.includes(value) || list.includes("*");
}
