// A Kubernetes API in memory, quick enough for thousands of histories: versions, conflicts, merge patches, finalizers
// and graceful deletion as the real one does them; no schemas, no RBAC. Time is the caller's.
import { randomUUID } from "node:crypto";
import type { KubernetesObject, Stored, Transport, TransportRequest, TransportResponse } from "@pilothouse/kubernetes";

type Stuff = Stored<KubernetesObject> & { spec?: Record<string, unknown>; status?: Record<string, unknown> };
export type Fault = "none" | "conflict" | "throttled" | "error" | "lost-request" | "lost-answer";

/** `/api(s)/GROUP/VERSION/namespaces/NS/PLURAL/NAME/SUBRESOURCE` */
const PATH = /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/;
/** The only kind without a namespace that anybody here asks for. */
const NAMESPACES = /^\/api\/v1\/(namespaces)(?:\/([^/]+))?$/;

export class MemoryApi implements Transport {
  readonly #objects = new Map<string, Map<string, Stuff>>();
  #version = 0;
  now = 0;
  /** Writes that changed something, since the start. */
  writes = 0;
  /** No further Job is let in. */
  quotaFull = false;
  /** What happens to the next request. */
  fault: () => Fault = () => "none";
  /** Told of each change of a stored object, before and after. */
  onChange: (plural: string, before: Stuff | undefined, after: Stuff | undefined) => void = () => {};

  list(plural: string, namespace?: string): Stuff[] {
    const all = Array.from(this.#kind(plural).values());
    return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
  }

  /** Without a namespace: the first of that name. */
  get(plural: string, name: string, namespace?: string): Stuff | undefined {
    if (namespace !== undefined) return this.#kind(plural).get(`${namespace}/${name}`);
    return this.list(plural).find((object) => object.metadata.name === name);
  }

  /** Every object of every kind, by kind and key. */
  everything(): [string, Stuff][] {
    return Array.from(this.#objects).flatMap(([plural, objects]) =>
      Array.from(objects, ([key, object]): [string, Stuff] => [`${plural}/${key}`, object]),
    );
  }

  /** Changes an object as another client of the API would. */
  change(plural: string, name: string, edit: (object: Stuff) => void, namespace?: string): void {
    const before = this.get(plural, name, namespace);
    if (before === undefined) return;
    const after = structuredClone(before);
    edit(after);
    this.#store(plural, before, after);
  }

  add(plural: string, object: KubernetesObject): Stuff {
    const stored = structuredClone(object) as Stuff;
    const stamp = { uid: randomUUID(), generation: 1, creationTimestamp: this.#time() };
    stored.metadata = { ...stored.metadata, ...stamp, resourceVersion: "" };
    if (plural === "jobs" || plural === "pods") stored.status ??= {};
    this.#store(plural, undefined, stored);
    return this.#kind(plural).get(keyOf(stored)) ?? stored;
  }

  /** Graceful for pods (a grace of 0 removes them), at once for all else that no finalizer holds. */
  remove(plural: string, name: string, graceSeconds = 5, namespace?: string): void {
    const object = this.get(plural, name, namespace);
    if (object === undefined) return;
    const graceful = plural === "pods" && graceSeconds > 0;
    const held = (object.metadata.finalizers ?? []).length > 0;
    if (!graceful && !held) {
      this.#drop(plural, object);
      return;
    }
    if (object.metadata.deletionTimestamp !== undefined) return;
    const leave = ({ metadata }: Stuff): void => {
      metadata.deletionTimestamp = new Date(this.now + (graceful ? graceSeconds * 1000 : 0)).toISOString();
    };
    this.change(plural, name, leave, object.metadata.namespace);
  }

  async request(request: TransportRequest): Promise<TransportResponse> {
    const fault = this.fault();
    if (fault === "lost-request") throw new Error("connection lost before the request");
    const mutating = request.method !== "GET";
    if (fault === "conflict" && mutating) return answer(409, status(409, "Conflict"));
    if (fault === "throttled") return answer(429, status(429, "TooManyRequests"));
    if (fault === "error") return answer(500, status(500, "InternalError"));
    const response = this.#serve(request);
    if (fault === "lost-answer") throw new Error("connection lost after the request");
    return response;
  }

  async close(): Promise<void> {}

  #kind(plural: string): Map<string, Stuff> {
    const known = this.#objects.get(plural);
    if (known !== undefined) return known;
    const made = new Map<string, Stuff>();
    this.#objects.set(plural, made);
    return made;
  }

  #time(): string {
    return new Date(this.now).toISOString();
  }

  #store(plural: string, before: Stuff | undefined, after: Stuff): void {
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(after)) return;
    this.#version += 1;
    this.writes += 1;
    after.metadata.resourceVersion = String(this.#version);
    if (before !== undefined && JSON.stringify(before.spec) !== JSON.stringify(after.spec)) {
      after.metadata.generation = (before.metadata.generation ?? 1) + 1;
    }
    const released = after.metadata.deletionTimestamp !== undefined && (after.metadata.finalizers ?? []).length === 0;
    if (released && plural !== "pods") {
      this.#drop(plural, after);
      return;
    }
    this.#kind(plural).set(keyOf(after), after);
    this.onChange(plural, before, after);
  }

  #drop(plural: string, object: Stuff): void {
    this.#kind(plural).delete(keyOf(object));
    this.#version += 1;
    this.writes += 1;
    this.onChange(plural, object, undefined);
  }

  #serve(request: TransportRequest): TransportResponse {
    const [path = "", query = ""] = request.path.split("?");
    const [, ownPlural, ownName] = NAMESPACES.exec(path) ?? [];
    const [, namespace, plural = ownPlural ?? "", name = ownName, subresource] = PATH.exec(path) ?? [];
    const parameters = new URLSearchParams(query);
    const body =
      typeof request.body === "string" ? (JSON.parse(request.body) as Partial<Stuff> & Record<string, unknown>) : {};
    if (request.method === "POST") {
      if (this.get(plural, body.metadata?.name ?? "", namespace) !== undefined)
        return answer(409, status(409, "AlreadyExists"));
      if (this.quotaFull && plural === "jobs")
        return answer(403, status(403, "Forbidden", "exceeded quota: pilothouse"));
      return answer(201, this.add(plural, { ...body, metadata: { ...body.metadata, namespace } }));
    }
    if (name === undefined)
      return answer(200, { metadata: {}, items: this.#select(plural, namespace, parameters.get("labelSelector")) });
    const object = this.get(plural, name, namespace);
    if (object === undefined) return answer(404, status(404, "NotFound"));
    if (request.method === "GET") return answer(200, object);
    if (request.method === "DELETE") {
      const { preconditions, gracePeriodSeconds } = body as {
        preconditions?: { uid?: string };
        gracePeriodSeconds?: number;
      };
      if (preconditions?.uid !== undefined && preconditions.uid !== object.metadata.uid)
        return answer(409, status(409, "Conflict"));
      this.remove(plural, name, gracePeriodSeconds, namespace);
      return answer(200, status(200, "Success"));
    }
    const version = body.metadata?.resourceVersion;
    if (version !== undefined && version !== object.metadata.resourceVersion)
      return answer(409, status(409, "Conflict"));
    const after = structuredClone(object);
    if (subresource === "status") after.status = merge(after.status, body.status) as Record<string, unknown>;
    else if (request.method === "PUT") Object.assign(after, body, { status: after.status });
    else Object.assign(after, merge({ ...after }, { ...body, status: undefined }), { status: after.status });
    this.#store(plural, object, after);
    return answer(200, this.get(plural, name, namespace) ?? after);
  }

  #select(plural: string, namespace: string | undefined, selector: string | null): Stuff[] {
    const [label = "", value] = (selector ?? "").split("=");
    return this.list(plural, namespace).filter(
      (object) => selector === null || object.metadata.labels?.[label] === value,
    );
  }
}

function keyOf({ metadata }: Stuff): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** RFC 7386. */
function merge(target: unknown, patch: unknown): unknown {
  if (patch === undefined) return target;
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> =
    typeof target === "object" && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else if (value !== undefined) result[name] = merge(result[name], value);
  }
  return result;
}

function status(code: number, reason: string, message = reason): unknown {
  return {
    kind: "Status",
    apiVersion: "v1",
    status: code < 400 ? "Success" : "Failure",
    code,
    reason,
    message,
  };
}

function answer(code: number, body: unknown): TransportResponse {
  const bytes = Buffer.from(JSON.stringify(body));
  return {
    status: code,
    headers: {},
    body: (async function* () {
      yield bytes;
    })(),
  };
}
