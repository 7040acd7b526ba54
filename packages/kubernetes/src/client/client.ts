// The Kubernetes API, typed by resource descriptors. A client is an identity over a transport: `withToken`
// makes another identity over the same connections, and costs one small object.
import { staticToken, type TokenSource } from "../config/token-source.ts";
import { ConnectionError, KubernetesError, errorFromResponse } from "../errors.ts";
import { pods } from "../resources/core.ts";
import {
  apiVersionOf,
  type KubernetesList,
  type KubernetesObject,
  type ListMeta,
  type ObjectKey,
  type ResourceType,
  type Stored,
} from "../resources/meta.ts";
import type { Transport, TransportRequest, TransportResponse } from "../transport/transport.ts";
import { readText, splitLines } from "./json-lines.ts";
import type {
  CallOptions,
  CreateOptions,
  DeleteOptions,
  GetOptions,
  ListOptions,
  LogOptions,
  Patch,
  WatchOptions,
  WriteOptions,
} from "./options.ts";
import { collectionPath, objectPath, withQuery, type QueryValue } from "./paths.ts";
import { DEFAULT_RETRY, withRetry, type RetryPolicy } from "./retry.ts";
import { asStored, parseWatchEvent, type WatchEvent } from "./watch-event.ts";

export interface KubernetesClientOptions {
  readonly transport: Transport;
  /** Without it requests carry no token: the transport's own identity (certificate, in-process) speaks. */
  readonly token?: TokenSource;
  readonly userAgent?: string;
  readonly retry?: RetryPolicy;
}

export interface RawRequest extends CallOptions {
  readonly method: TransportRequest["method"];
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless it is bytes or `headers` name another content type. */
  readonly body?: unknown;
  readonly streaming?: boolean;
}

const PATCH_CONTENT_TYPE: Readonly<Record<Patch["type"], string>> = {
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  json: "application/json-patch+json",
  // JSON is YAML; API servers from 1.16 on take apply patches under this type.
  apply: "application/apply-patch+yaml",
};

export class KubernetesClient {
  readonly #transport: Transport;
  readonly #token: TokenSource | undefined;
  readonly #userAgent: string;
  readonly #retry: RetryPolicy;

  constructor(options: KubernetesClientOptions) {
    this.#transport = options.transport;
    this.#token = options.token;
    this.#userAgent = options.userAgent ?? "pilothouse";
    this.#retry = options.retry ?? DEFAULT_RETRY;
  }

  /** The same connections under another identity. Nothing of this client's own identity is carried over. */
  withToken(token: string): KubernetesClient {
    if (token === "" || /[\r\n]/.test(token)) throw new TypeError("a bearer token must be one non-empty line");
    return new KubernetesClient({
      transport: this.#transport,
      token: staticToken(token),
      userAgent: this.#userAgent,
      retry: this.#retry,
    });
  }

  /** The same identity with another patience. */
  withRetry(retry: RetryPolicy): KubernetesClient {
    return new KubernetesClient({ transport: this.#transport, token: this.#token, userAgent: this.#userAgent, retry });
  }

  async get<T extends KubernetesObject>(
    resource: ResourceType<T>,
    key: ObjectKey,
    options: GetOptions = {},
  ): Promise<Stored<T>> {
    const path = objectPath(resource, key, options.subresource);
    const query = { resourceVersion: options.resourceVersion };
    return asStored<T>(await this.request({ ...call(options), method: "GET", path, query }), `GET ${path}`);
  }

  /** As {@link get}, but an absent object is undefined. */
  async find<T extends KubernetesObject>(
    resource: ResourceType<T>,
    key: ObjectKey,
    options: GetOptions = {},
  ): Promise<Stored<T> | undefined> {
    try {
      return await this.get(resource, key, options);
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** One page: all objects, or `limit` of them and a `metadata.continue`. */
  async list<T extends KubernetesObject>(
    resource: ResourceType<T>,
    options: ListOptions = {},
  ): Promise<KubernetesList<T>> {
    const path = collectionPath(resource, options.namespace);
    const { labelSelector, fieldSelector, limit, resourceVersion, resourceVersionMatch } = options;
    const query = {
      labelSelector,
      fieldSelector,
      limit,
      continue: options.continue,
      resourceVersion,
      resourceVersionMatch,
    };
    const answer = await this.request({ ...call(options), method: "GET", path, query });
    const { metadata, items } = answer as { metadata?: ListMeta; items?: unknown[] | null };
    const apiVersion = apiVersionOf(resource);
    return {
      metadata: metadata ?? {},
      items: (items ?? []).map((item) => {
        const object = asStored<T>(item, `GET ${path}`);
        // Items of built-in lists come without their type.
        object.apiVersion ??= apiVersion;
        object.kind ??= resource.kind;
        return object;
      }),
    };
  }

  /**
   * All objects, fetched page by page as they are consumed.
   *
   * @example for await (const pod of client.iterate(pods, { namespace: "default" })) names.push(pod.metadata.name);
   */
  async *iterate<T extends KubernetesObject>(
    resource: ResourceType<T>,
    options: ListOptions = {},
  ): AsyncGenerator<Stored<T>, void> {
    let page: ListOptions = { limit: 500, ...options };
    for (;;) {
      const list = await this.list(resource, page);
      yield* list.items;
      const next = list.metadata.continue;
      if (next === undefined || next === "") return;
      // A continue token fixes the version itself; naming one as well is an error.
      page = { ...page, continue: next, resourceVersion: undefined, resourceVersionMatch: undefined };
    }
  }

  /**
   * Events from `resourceVersion` on, until the server ends the stream (as it does every few minutes), the signal
   * aborts, or the consumer stops. An ERROR event is thrown as KubernetesError.
   */
  async *watch<T extends KubernetesObject>(
    resource: ResourceType<T>,
    options: WatchOptions = {},
  ): AsyncGenerator<WatchEvent<T>, void> {
    const path = collectionPath(resource, options.namespace);
    const { labelSelector, fieldSelector, resourceVersion, resourceVersionMatch, sendInitialEvents, timeoutSeconds } =
      options;
    const allowWatchBookmarks = options.allowWatchBookmarks ?? true;
    const selection = { labelSelector, fieldSelector, resourceVersion, resourceVersionMatch };
    const query = { watch: true, ...selection, sendInitialEvents, timeoutSeconds, allowWatchBookmarks };
    const response = await this.stream({ ...call(options), method: "GET", path, query });
    for await (const line of splitLines(response.body)) yield parseWatchEvent<T>(line, `watch ${path}`);
  }

  async create<T extends KubernetesObject>(
    resource: ResourceType<T>,
    object: T,
    options: CreateOptions = {},
  ): Promise<Stored<T>> {
    const namespace = options.namespace ?? object.metadata?.namespace;
    if (resource.namespaced && namespace === undefined) throw new TypeError(`create ${resource.plural}: no namespace`);
    const path = collectionPath(resource, namespace);
    const body = typed(resource, object);
    return asStored<T>(
      await this.request({ ...call(options), method: "POST", path, query: write(options), body }),
      `POST ${path}`,
    );
  }

  /** POST to a subresource that is a request of its own: `token`, `eviction`. */
  async createSubresource(
    resource: ResourceType,
    key: ObjectKey,
    subresource: string,
    body: KubernetesObject,
    options: WriteOptions = {},
  ): Promise<unknown> {
    return this.request({
      ...call(options),
      method: "POST",
      path: objectPath(resource, key, subresource),
      query: write(options),
      body,
    });
  }

  /** Posts an object that is a question and never stored (reviews), and returns it with its answer in `status`. */
  async review<T extends KubernetesObject>(
    resource: ResourceType<T>,
    object: T,
    options: CallOptions = {},
  ): Promise<T> {
    const answer = await this.request({
      ...options,
      method: "POST",
      path: collectionPath(resource),
      body: typed(resource, object),
    });
    return answer as T;
  }

  /** Replaces the object; its resourceVersion, when given, must still be the current one. */
  async update<T extends KubernetesObject>(
    resource: ResourceType<T>,
    object: T,
    options: WriteOptions = {},
  ): Promise<Stored<T>> {
    const { name, namespace } = object.metadata ?? {};
    if (name === undefined) throw new TypeError(`update ${resource.plural}: no name`);
    const path = objectPath(resource, { namespace, name }, options.subresource);
    const body = typed(resource, object);
    return asStored<T>(
      await this.request({ ...call(options), method: "PUT", path, query: write(options), body }),
      `PUT ${path}`,
    );
  }

  async patch<T extends KubernetesObject>(
    resource: ResourceType<T>,
    key: ObjectKey,
    patch: Patch,
    options: WriteOptions = {},
  ): Promise<Stored<T>> {
    const path = objectPath(resource, key, options.subresource);
    const force = patch.type === "apply" ? patch.force : undefined;
    const headers = { "content-type": PATCH_CONTENT_TYPE[patch.type] };
    const query = { ...write(options), force };
    return asStored<T>(
      await this.request({ ...call(options), method: "PATCH", path, query, headers, body: patch.body }),
      `PATCH ${path}`,
    );
  }

  /** Resolves once the deletion is accepted; finalizers and grace periods may keep the object for a while. */
  async delete(resource: ResourceType, key: ObjectKey, options: DeleteOptions = {}): Promise<void> {
    await this.request({
      ...call(options),
      method: "DELETE",
      path: objectPath(resource, key),
      body: deleteBody(options),
    });
  }

  async deleteCollection(resource: ResourceType, selection: ListOptions, options: DeleteOptions = {}): Promise<void> {
    const { labelSelector, fieldSelector } = selection;
    const path = collectionPath(resource, selection.namespace);
    await this.request({
      ...call(options),
      method: "DELETE",
      path,
      query: { labelSelector, fieldSelector },
      body: deleteBody(options),
    });
  }

  /** The log of one container as bytes; with `follow` it ends when the container does. */
  async *logs(key: ObjectKey, options: LogOptions = {}): AsyncGenerator<Uint8Array, void> {
    const { container, follow, previous, timestamps, tailLines, sinceSeconds, limitBytes } = options;
    const query = { container, follow, previous, timestamps, tailLines, sinceSeconds, limitBytes };
    yield* (await this.stream({ ...call(options), method: "GET", path: objectPath(pods, key, "log"), query })).body;
  }

  /** Any request; the answer's JSON, or undefined when there is no body. */
  async request(raw: RawRequest): Promise<unknown> {
    const response = await this.stream(raw);
    const context = `${raw.method} ${raw.path}`;
    const body = await readText(response.body);
    if (body === "") return undefined;
    try {
      return JSON.parse(body);
    } catch (error) {
      throw new ConnectionError("BAD_RESPONSE", `${context}: the answer is not JSON`, { cause: error });
    }
  }

  /** Any request; the answer as it comes. A status of 400 and above is thrown as KubernetesError. */
  async stream(raw: RawRequest): Promise<TransportResponse> {
    const { signal } = raw;
    signal?.throwIfAborted();
    const readOnly = raw.method === "GET" || raw.method === "HEAD";
    const streaming = raw.streaming ?? (raw.query?.["watch"] === true || raw.query?.["follow"] === true);
    const path = withQuery(raw.path, raw.query ?? {});
    const body = raw.body === undefined || raw.body instanceof Uint8Array ? raw.body : JSON.stringify(raw.body);
    const headers: Record<string, string> = { accept: "application/json", "user-agent": this.#userAgent };
    if (body !== undefined) headers["content-type"] = "application/json";
    for (const [name, value] of Object.entries(raw.headers ?? {})) headers[name.toLowerCase()] = value;

    const attempt = async (): Promise<TransportResponse> => {
      const token = await this.#token?.token();
      const authorized = token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` };
      const response = await this.#transport.request({
        method: raw.method,
        path,
        headers: authorized,
        body,
        signal,
        streaming,
      });
      if (response.status < 400) return response;
      if (response.status === 401) this.#token?.invalidate();
      throw errorFromResponse(
        response.status,
        response.headers,
        await readText(response.body),
        `${raw.method} ${raw.path}`,
      );
    };
    return withRetry(attempt, { readOnly, policy: raw.retry ?? this.#retry, signal });
  }

  /** Closes the transport, and with it every client that shares it. */
  async close(): Promise<void> {
    await this.#transport.close();
  }
}

function call(options: CallOptions): CallOptions {
  return { signal: options.signal, retry: options.retry };
}

function write(options: WriteOptions): Record<string, QueryValue> {
  const { fieldManager, fieldValidation, dryRun } = options;
  return { fieldManager, fieldValidation, dryRun: dryRun === true ? "All" : undefined };
}

function typed<T extends KubernetesObject>(resource: ResourceType<T>, object: T): T {
  return { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind };
}

function deleteBody(options: DeleteOptions): unknown {
  const { propagationPolicy, gracePeriodSeconds, preconditions, dryRun } = options;
  const dry = dryRun === true ? ["All"] : undefined;
  return { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy, gracePeriodSeconds, preconditions, dryRun: dry };
}
