// What a policy's expressions see: the request, the object before and after, and what the policy itself defines.
import {
  type Bindings,
  BOOL,
  celFromJson,
  type CelType,
  type CelValue,
  DYN,
  listOf,
  mapOf,
  objectType,
  STRING,
} from "../../cel/index.ts";
import { CelEnvironment } from "../../cel/index.ts";
import {
  AUTHORIZER_TYPE,
  authorizerFor,
  authorizerLibrary,
  RESOURCE_CHECK_TYPE,
  requestResourceCheck,
} from "./authorizer.ts";
import type { JsonObject } from "../../json.ts";
import type { PolicyCluster, PolicyRequest } from "./request.ts";

const KIND = objectType("kubernetes.GroupVersionKind", { group: STRING, version: STRING, kind: STRING });
const RESOURCE = objectType("kubernetes.GroupVersionResource", { group: STRING, version: STRING, resource: STRING });
const USER = objectType("kubernetes.UserInfo", {
  username: STRING,
  uid: STRING,
  groups: listOf(STRING),
  extra: mapOf(STRING, listOf(STRING)),
});
const REQUEST = objectType("kubernetes.AdmissionRequest", {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: USER,
  dryRun: BOOL,
  options: DYN,
});
const METADATA = objectType("kubernetes.NamespaceMetadata", {
  name: STRING,
  generateName: STRING,
  namespace: STRING,
  labels: mapOf(STRING, STRING),
  annotations: mapOf(STRING, STRING),
  UID: STRING,
  creationTimestamp: STRING,
  deletionGracePeriodSeconds: DYN,
  deletionTimestamp: STRING,
  generation: DYN,
  resourceVersion: STRING,
  finalizers: listOf(STRING),
});
const NAMESPACE = objectType("kubernetes.Namespace", {
  metadata: METADATA,
  spec: objectType("kubernetes.NamespaceSpec", { finalizers: listOf(STRING) }),
  status: objectType("kubernetes.NamespaceStatus", { phase: STRING }),
});

export interface EnvironmentOptions {
  readonly hasParams: boolean;
  /** Types of the policy's own variables that are defined so far. */
  readonly variables: ReadonlyMap<string, CelType>;
}

export function policyEnvironment({ hasParams, variables }: EnvironmentOptions): CelEnvironment {
  return new CelEnvironment(
    {
      object: DYN,
      oldObject: DYN,
      request: REQUEST,
      namespaceObject: NAMESPACE,
      authorizer: AUTHORIZER_TYPE,
      "authorizer.requestResource": RESOURCE_CHECK_TYPE,
      ...(hasParams && { params: DYN }),
      variables: objectType("kubernetes.variables", Object.fromEntries(variables)),
    },
    [authorizerLibrary],
  );
}

/** The values of one request. Each is made when an expression first asks for it, and then kept for all policies. */
export function requestBindings(request: PolicyRequest, cluster: PolicyCluster): Bindings {
  return {
    object: once(() => celFromJson(request.object)),
    oldObject: once(() => celFromJson(request.oldObject)),
    request: once(() => celFromJson(describe(request))),
    namespaceObject: once(() => celFromJson(request.namespace === "" ? undefined : namespaceOf(request, cluster))),
    authorizer: once(() => authorizerFor(request, cluster)),
    "authorizer.requestResource": once(() => requestResourceCheck(request, cluster)),
  };
}

export function once(make: () => CelValue): () => CelValue {
  let made: { readonly value: CelValue } | undefined;
  return () => (made ??= { value: make() }).value;
}

function namespaceOf(request: PolicyRequest, cluster: PolicyCluster): JsonObject | undefined {
  const namespace = cluster.namespace(request.namespace);
  if (namespace === undefined) return undefined;
  const { metadata, spec, status } = namespace;
  return { metadata, spec, status };
}

/** Empty texts are left out, as they are on the wire: `has(request.subResource)` tells a subresource from a resource. */
function describe(request: PolicyRequest): JsonObject {
  const { kind, resource, subResource, name, namespace, operation, user, dryRun } = request;
  return {
    kind: { ...kind },
    resource: { ...resource },
    ...(subResource !== "" && { subResource, requestSubResource: subResource }),
    requestKind: { ...kind },
    requestResource: { ...resource },
    ...(name !== "" && { name }),
    ...(namespace !== "" && { namespace }),
    operation,
    userInfo: {
      ...(user.username !== "" && { username: user.username }),
      ...(user.uid !== undefined && user.uid !== "" && { uid: user.uid }),
      ...(user.groups.length > 0 && { groups: [...user.groups] }),
      ...(user.extra !== undefined && {
        extra: Object.fromEntries(Object.entries(user.extra).map(([key, values]) => [key, [...values]])),
      }),
    },
    dryRun,
  };
}
