// Subresources that are more than a part of the object: binding, tokens, logs.
import type { NodeAccess } from "./node-access.ts";
import { ensureObject, isJsonObject, numberAt, objectsAt, stringAt, stringsAt, type JsonObject } from "../json.ts";
import type { KubernetesObject } from "../objects.ts";
import type { ResourceDefinition } from "../resources/definition.ts";
import type { BoundObject, ServiceAccountTokens } from "../auth/service-account-tokens.ts";
import type { ClusterStore } from "../storage/store.ts";
import { ApiError, badRequest, conflict, invalid, invalidValue, notFound, serviceUnavailable } from "./errors.ts";
import type { ApiRequest, ApiResponse } from "./http.ts";
import { isTrue } from "./path.ts";
import { getObject } from "./read.ts";
import { timestamp } from "./write-options.ts";

const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 365 * 24 * 60 * 60;

/** `pods/NAME/binding`: puts a pod on a node, once. */
export function bindPod(
  pod: KubernetesObject,
  binding: KubernetesObject,
  definition: ResourceDefinition,
): KubernetesObject {
  const name = pod.metadata.name ?? "";
  const node = stringAt(binding, "target", "name");
  if (node === "") throw badRequest(`binding of pod ${name}: target.name must name a node`);
  const spec = ensureObject(pod, "spec");
  if (pod.metadata.deletionTimestamp !== undefined)
    throw conflict(definition, name, `pod ${name} is being deleted, cannot be assigned to a host`);
  if (stringAt(spec, "nodeName") !== "")
    throw conflict(
      definition,
      name,
      `pod ${name} is already assigned to node ${JSON.stringify(stringAt(spec, "nodeName"))}`,
    );
  spec["nodeName"] = node;
  const status = ensureObject(pod, "status");
  const others = objectsAt(status, "conditions").filter((condition) => condition["type"] !== "PodScheduled");
  status["conditions"] = [
    ...others,
    { type: "PodScheduled", status: "True", lastProbeTime: null, lastTransitionTime: timestamp(new Date()) },
  ];
  return pod;
}

/** `serviceaccounts/NAME/token`. */
export async function createToken(
  store: ClusterStore,
  tokens: ServiceAccountTokens,
  definition: ResourceDefinition,
  namespace: string,
  name: string,
  request: KubernetesObject,
): Promise<JsonObject> {
  const account = await getObject(store, definition, namespace, name);
  const spec = isJsonObject(request["spec"]) ? request["spec"] : {};
  const seconds = numberAt(spec, "expirationSeconds") ?? 3600;
  if (seconds < MIN_TOKEN_SECONDS)
    throw invalid("authentication.k8s.io", "TokenRequest", "", [
      invalidValue("spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes"),
    ]);
  const bound = boundObject(store, spec, namespace);
  const pod =
    bound?.kind === "Pod" ? store.get({ resource: "pods", namespace, name: bound.name })?.decode() : undefined;
  if (pod !== undefined && stringAt(pod, "spec", "serviceAccountName") !== name)
    throw invalid("authentication.k8s.io", "TokenRequest", "", [
      invalidValue(
        "spec.boundObjectRef",
        bound?.name ?? "",
        `pod does not use service account ${JSON.stringify(name)}`,
      ),
    ]);
  const nodeName = stringAt(pod, "spec", "nodeName");
  const node = nodeName === "" ? undefined : store.get({ resource: "nodes", namespace: "", name: nodeName });
  const { token, expires } = tokens.mint({
    namespace,
    name,
    uid: account.uid,
    audiences: stringsAt(spec, "audiences"),
    expiresInSeconds: Math.min(seconds, MAX_TOKEN_SECONDS),
    ...(bound === undefined ? {} : { bound }),
    ...(node === undefined ? {} : { node: { name: node.name, uid: node.uid } }),
  });
  return {
    kind: "TokenRequest",
    apiVersion: "authentication.k8s.io/v1",
    metadata: { name, namespace, creationTimestamp: timestamp(new Date()) },
    spec: { ...spec, expirationSeconds: seconds },
    status: { token, expirationTimestamp: timestamp(expires) },
  };
}

function boundObject(store: ClusterStore, spec: JsonObject, namespace: string): BoundObject | undefined {
  const reference = spec["boundObjectRef"];
  if (!isJsonObject(reference)) return undefined;
  const kind = stringAt(reference, "kind");
  if (kind !== "Pod" && kind !== "Secret" && kind !== "Node")
    throw badRequest(`cannot bind token for object of type ${kind}: only Pod, Secret and Node can be bound`);
  const plural = `${kind.toLowerCase()}s`;
  const name = stringAt(reference, "name");
  const object = store.get({ resource: plural, namespace: kind === "Node" ? "" : namespace, name });
  if (object === undefined) throw notFound({ group: "", plural }, name);
  const uid = stringAt(reference, "uid");
  if (uid !== "" && uid !== object.uid)
    throw conflict(
      { group: "", plural },
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  return { kind, name, uid: object.uid };
}

/** `pods/NAME/log`. */
export async function podLogs(
  store: ClusterStore,
  node: NodeAccess | undefined,
  definition: ResourceDefinition,
  namespace: string,
  name: string,
  request: ApiRequest,
): Promise<ApiResponse> {
  const pod = (await getObject(store, definition, namespace, name)).decode();
  const { query } = request;
  const container = containerOf(pod, query.get("container") ?? "");
  const state = [
    ...objectsAt(pod, "status", "containerStatuses"),
    ...objectsAt(pod, "status", "initContainerStatuses"),
  ].find((status) => status["name"] === container);
  const previous = isTrue(query.get("previous"));
  if (previous && !isJsonObject(isJsonObject(state?.["lastState"]) ? state["lastState"]["terminated"] : undefined))
    throw badRequest(
      `previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} not found`,
    );
  const waiting = isJsonObject(state?.["state"]) ? state["state"]["waiting"] : undefined;
  if (!previous && (state === undefined || (isJsonObject(waiting) && (numberAt(state, "restartCount") ?? 0) === 0))) {
    const reason = stringAt(waiting, "reason");
    throw badRequest(
      stringAt(pod, "spec", "nodeName") === ""
        ? `pod ${name} does not have a host assigned`
        : `container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} is waiting to start: ${reason === "" ? "ContainerCreating" : reason}`,
    );
  }
  if (node === undefined) throw serviceUnavailable(`logs of pod ${namespace}/${name}: no node runs pods here`);
  const sinceTime = query.get("sinceTime");
  const aborter = new AbortController();
  const logs = node.logs(
    namespace,
    name,
    container,
    {
      follow: isTrue(query.get("follow")),
      previous,
      timestamps: isTrue(query.get("timestamps")),
      tailLines: count(query, "tailLines"),
      sinceSeconds: count(query, "sinceSeconds"),
      sinceTime: sinceTime === null ? undefined : new Date(sinceTime),
      limitBytes: count(query, "limitBytes"),
    },
    aborter.signal,
  );
  return {
    status: 200,
    headers: { "content-type": "text/plain" },
    body: (sink) => {
      const pump = async (): Promise<void> => {
        try {
          for await (const chunk of logs) {
            if (aborter.signal.aborted) return;
            sink.write(chunk);
          }
        } catch (error) {
          if (!aborter.signal.aborted)
            sink.write(
              Buffer.from(`failed to read the log: ${error instanceof Error ? error.message : String(error)}\n`),
            );
        } finally {
          sink.end();
        }
      };
      void pump();
      return () => aborter.abort();
    },
  };
}

function count(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null || value === "") return undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0)
    throw new ApiError({
      code: 422,
      reason: "Invalid",
      message: `PodLogOptions is invalid: ${name}: must be greater than or equal to 0`,
    });
  return number;
}

/** The container that a request about a pod means; throws in Kubernetes' words when it names none of several. */
export function containerOf(pod: KubernetesObject, asked: string): string {
  const regular = objectsAt(pod, "spec", "containers").map((container) => stringAt(container, "name"));
  const initial = objectsAt(pod, "spec", "initContainers").map((container) => stringAt(container, "name"));
  const name = pod.metadata.name ?? "";
  if (asked !== "") {
    if (!regular.includes(asked) && !initial.includes(asked))
      throw badRequest(`container ${asked} is not valid for pod ${name}`);
    return asked;
  }
  const annotated = pod.metadata.annotations?.["kubectl.kubernetes.io/default-container"];
  if (annotated !== undefined && regular.includes(annotated)) return annotated;
  const [only] = regular;
  if (regular.length !== 1 || only === undefined)
    throw badRequest(
      `a container name must be specified for pod ${name}, choose one of: [${regular.join(" ")}]${initial.length > 0 ? ` or one of the init containers: [${initial.join(" ")}]` : ""}`,
    );
  return only;
}
