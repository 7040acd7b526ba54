// Reviews: questions about tokens and permissions, answered from the authenticator and the authorizer.
import { badRequest } from "../api/errors.ts";
import { isJsonObject, stringAt, stringsAt, type Json, type JsonObject } from "../json.ts";
import type { KubernetesObject } from "../objects.ts";
import { API_AUDIENCES, type Authenticator } from "./authenticate.ts";
import type { RbacAuthorizer } from "./rbac/index.ts";
import type { Attributes, PolicyRule } from "./rbac/rules.ts";
import type { UserInfo } from "./user.ts";

export interface ReviewContext {
  readonly authenticator: Authenticator;
  readonly authorizer: RbacAuthorizer;
  readonly user: UserInfo;
  /** Of the path, for LocalSubjectAccessReview. */
  readonly namespace: string;
}

/** Fills in the status of a review. The object is the caller's, and goes back to it. */
export function answerReview(kind: string, review: KubernetesObject, context: ReviewContext): void {
  const spec = isJsonObject(review["spec"]) ? review["spec"] : {};
  switch (kind) {
    case "SelfSubjectReview":
      review["status"] = { userInfo: userDocument(context.user) };
      return;
    case "TokenReview":
      review["status"] = reviewToken(spec, context.authenticator);
      return;
    case "SelfSubjectAccessReview":
      review["status"] = decide(context.authorizer, context.user, attributesOf(spec));
      return;
    case "SubjectAccessReview":
      review["status"] = decide(context.authorizer, subjectOf(spec), attributesOf(spec));
      return;
    case "LocalSubjectAccessReview":
      if (stringAt(spec, "resourceAttributes", "namespace") !== context.namespace)
        throw badRequest(
          `spec.resourceAttributes.namespace must match namespace: ${JSON.stringify(context.namespace)}`,
        );
      review["status"] = decide(context.authorizer, subjectOf(spec), attributesOf(spec));
      return;
    case "SelfSubjectRulesReview":
      review["status"] = rulesStatus(context.authorizer.rulesFor(context.user, stringAt(spec, "namespace")));
      return;
    default:
      throw badRequest(`${kind} is not a review`);
  }
}

function userDocument(user: UserInfo): JsonObject {
  const extra: JsonObject = {};
  for (const [key, values] of Object.entries(user.extra ?? {})) extra[key] = [...values];
  return {
    username: user.username,
    ...(user.uid === undefined ? {} : { uid: user.uid }),
    groups: [...user.groups],
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function reviewToken(spec: JsonObject, authenticator: Authenticator): JsonObject {
  const token = stringAt(spec, "token");
  if (token === "") throw badRequest("token is required for TokenReview in authentication");
  const wanted = stringsAt(spec, "audiences");
  const checked = authenticator.token(token);
  if (checked === undefined) return { user: {}, error: "invalid bearer token" };
  const accepted = (wanted.length === 0 ? API_AUDIENCES : wanted).filter((each) => checked.audiences.includes(each));
  if (accepted.length === 0) return { user: {}, error: "the token is for other audiences" };
  return { authenticated: true, user: userDocument(checked.user), audiences: accepted };
}

function subjectOf(spec: JsonObject): UserInfo {
  const username = stringAt(spec, "user");
  const groups = stringsAt(spec, "groups");
  if (username === "" && groups.length === 0) throw badRequest("at least one of user or group must be specified");
  return { username, groups };
}

function attributesOf(spec: JsonObject): Attributes {
  const resource: Json | undefined = spec["resourceAttributes"];
  const path: Json | undefined = spec["nonResourceAttributes"];
  if (isJsonObject(resource) === isJsonObject(path))
    throw badRequest("exactly one of nonResourceAttributes or resourceAttributes must be specified");
  if (isJsonObject(path)) return { kind: "path", verb: stringAt(path, "verb"), path: stringAt(path, "path") };
  const field = (name: string): string => stringAt(resource, name);
  return {
    kind: "resource",
    verb: field("verb"),
    group: field("group"),
    version: field("version"),
    resource: field("resource"),
    subresource: field("subresource"),
    namespace: field("namespace"),
    name: field("name"),
  };
}

function decide(authorizer: RbacAuthorizer, user: UserInfo, attributes: Attributes): JsonObject {
  const { allowed, reason } = authorizer.authorize(user, attributes);
  return { allowed, ...(reason === "" ? {} : { reason }) };
}

function rulesStatus(rules: readonly PolicyRule[]): JsonObject {
  const list = (field: string, values: readonly string[]): JsonObject =>
    values.length === 0 ? {} : { [field]: [...values] };
  return {
    resourceRules: rules
      .filter((rule) => rule.resources.length > 0)
      .map((rule) => ({
        verbs: [...rule.verbs],
        ...list("apiGroups", rule.apiGroups),
        ...list("resources", rule.resources),
        ...list("resourceNames", rule.resourceNames),
      })),
    nonResourceRules: rules
      .filter((rule) => rule.nonResourceURLs.length > 0)
      .map((rule) => ({ verbs: [...rule.verbs], nonResourceURLs: [...rule.nonResourceURLs] })),
    incomplete: false,
  };
}
