// The authorizer library: expressions that ask whether a user may do something else
// (https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-authorizer-library).
import { CelOpaque } from "../../cel/index.ts";
import { bool, type FunctionTable, method, opaqueType, string } from "../../cel/functions.ts";
import type { AccessAttributes, PolicyCluster, PolicyRequest, PolicyUser } from "./request.ts";

type ResourceAttributes = Omit<Extract<AccessAttributes, { kind: "resource" }>, "kind" | "verb">;
type Ask = (attributes: AccessAttributes) => { readonly allowed: boolean; readonly reason: string };

class Authorizer extends CelOpaque {
  readonly typeName = "kubernetes.authorization.Authorizer";
  readonly askAs: (user: PolicyUser) => Ask;
  readonly user: PolicyUser;

  constructor(askAs: (user: PolicyUser) => Ask, user: PolicyUser) {
    super();
    this.askAs = askAs;
    this.user = user;
  }

  ask(attributes: AccessAttributes): Decision {
    const { allowed, reason } = this.askAs(this.user)(attributes);
    return new Decision(allowed, reason);
  }
}

class PathCheck extends CelOpaque {
  readonly typeName = "kubernetes.authorization.PathCheck";
  readonly authorizer: Authorizer;
  readonly path: string;

  constructor(authorizer: Authorizer, path: string) {
    super();
    this.authorizer = authorizer;
    this.path = path;
  }
}

class GroupCheck extends CelOpaque {
  readonly typeName = "kubernetes.authorization.GroupCheck";
  readonly authorizer: Authorizer;
  readonly group: string;

  constructor(authorizer: Authorizer, group: string) {
    super();
    this.authorizer = authorizer;
    this.group = group;
  }
}

class ResourceCheck extends CelOpaque {
  readonly typeName = "kubernetes.authorization.ResourceCheck";
  readonly authorizer: Authorizer;
  readonly attributes: ResourceAttributes;

  constructor(authorizer: Authorizer, attributes: ResourceAttributes) {
    super();
    this.authorizer = authorizer;
    this.attributes = attributes;
  }

  with(change: Partial<ResourceAttributes>): ResourceCheck {
    return new ResourceCheck(this.authorizer, { ...this.attributes, ...change });
  }
}

class Decision extends CelOpaque {
  readonly typeName = "kubernetes.authorization.Decision";
  readonly allowed: boolean;
  readonly reason: string;

  constructor(allowed: boolean, reason: string) {
    super();
    this.allowed = allowed;
    this.reason = reason;
  }
}

const authorizer = opaqueType<Authorizer>("kubernetes.authorization.Authorizer");
const pathCheck = opaqueType<PathCheck>("kubernetes.authorization.PathCheck");
const groupCheck = opaqueType<GroupCheck>("kubernetes.authorization.GroupCheck");
const resourceCheck = opaqueType<ResourceCheck>("kubernetes.authorization.ResourceCheck");
const decision = opaqueType<Decision>("kubernetes.authorization.Decision");

/** A question to the authorizer costs much more than a step of evaluation. */
const CHECK_COST = (): number => 350_000;

export const AUTHORIZER_TYPE = authorizer.type;
export const RESOURCE_CHECK_TYPE = resourceCheck.type;

export const authorizerLibrary: FunctionTable = {
  path: [method([authorizer, string], pathCheck, (self, path) => new PathCheck(self, path))],
  group: [method([authorizer, string], groupCheck, (self, group) => new GroupCheck(self, group))],
  serviceAccount: [
    method([authorizer, string, string], authorizer, (self, namespace, name) => {
      const groups = ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"];
      return new Authorizer(self.askAs, { username: `system:serviceaccount:${namespace}:${name}`, groups });
    }),
  ],
  resource: [
    method([groupCheck, string], resourceCheck, (self, resource) => {
      const nothing = { version: "*", subresource: "", namespace: "", name: "" };
      return new ResourceCheck(self.authorizer, { ...nothing, group: self.group, resource });
    }),
  ],
  subresource: [method([resourceCheck, string], resourceCheck, (self, subresource) => self.with({ subresource }))],
  namespace: [method([resourceCheck, string], resourceCheck, (self, namespace) => self.with({ namespace }))],
  name: [method([resourceCheck, string], resourceCheck, (self, name) => self.with({ name }))],
  check: [
    method(
      [resourceCheck, string],
      decision,
      (self, verb) => self.authorizer.ask({ kind: "resource", verb, ...self.attributes }),
      CHECK_COST,
    ),
    method(
      [pathCheck, string],
      decision,
      (self, verb) => self.authorizer.ask({ kind: "path", verb, path: self.path }),
      CHECK_COST,
    ),
  ],
  allowed: [method([decision], bool, (self) => self.allowed)],
  reason: [method([decision], string, (self) => self.reason)],
  // The embedded authorizer answers from memory and cannot fail.
  errored: [method([decision], bool, () => false)],
  error: [method([decision], string, () => "")],
};

export function authorizerFor(request: PolicyRequest, cluster: PolicyCluster): Authorizer {
  return new Authorizer((user) => (attributes) => cluster.authorize(user, attributes), request.user);
}

/** `authorizer.requestResource`: a check that is already filled in with the resource of the request. */
export function requestResourceCheck(request: PolicyRequest, cluster: PolicyCluster): ResourceCheck {
  const { resource, subResource: subresource, namespace, name } = request;
  const { group, version } = resource;
  const attributes = { group, version, resource: resource.resource, subresource, namespace, name };
  return new ResourceCheck(authorizerFor(request, cluster), attributes);
}
