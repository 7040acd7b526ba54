// The API: every request, from whichever door it came in, passes through here.
import { SYSTEM } from "../auth/user.ts";
import type { Authenticator } from "../auth/authenticate.ts";
import type { RbacAuthorizer } from "../auth/rbac/index.ts";
import type { Attributes } from "../auth/rbac/rules.ts";
import { cloneJson, stringAt } from "../json.ts";
import type { KubernetesObject } from "../objects.ts";
import { answerReview } from "../auth/reviews.ts";
import type { ServiceAccountTokens } from "../auth/service-account-tokens.ts";
import type { AdmissionChain } from "../admission/admission.ts";
import type { Catalog } from "../resources/catalog.ts";
import type { ResourceDefinition, Verb } from "../resources/definition.ts";
import type { ObjectKey } from "../storage/stored-object.ts";
import type { ClusterStore } from "../storage/store.ts";
import { applyWish, manageFromTheStart, wishFor, type Application } from "./apply/apply.ts";
import type { Shape } from "./apply/shape.ts";
import { APPLY_PATCH, readWish } from "./apply/wish.ts";
import { mediaType, readDocument, readObject } from "./body.ts";
import { ObjectDeleter, parseDeleteOptions } from "./deletion.ts";
import { ApiError, badRequest, forbidden, methodNotAllowed, noSuchPath, qualified } from "./errors.ts";
import { json, type ApiRequest, type ApiResponse } from "./http.ts";
import type { NodeAccess } from "./node-access.ts";
import { answerPath } from "./paths.ts";
import { parseResourcePath, verbOf, type ResourcePath } from "./path.ts";
import { OpenApi } from "./openapi/documents.ts";
import { readPatch } from "./patch/patch.ts";
import { customSchemaOf } from "../resources/custom/definitions.ts";
import { getObject, listPage, listResponse, objectResponse, readObjectResponse } from "./read.ts";
import { listBytes } from "./representation.ts";
import { nameFromFieldSelector, withWarnings, writeOptions } from "./request-options.ts";
import { bindPod, createToken, podLogs } from "./subresources.ts";
import { watchResponse } from "./watch.ts";
import { podConnection, type PodConnection } from "./streaming/connection.ts";
import { timestamp, type WriteOptions } from "./write-options.ts";
import type { ObjectWriter } from "./write.ts";

export interface ApiParts {
  readonly store: ClusterStore;
  readonly catalog: Catalog;
  readonly admission: AdmissionChain;
  readonly writer: ObjectWriter;
  readonly shapes: (definition: ResourceDefinition) => Shape;
  readonly authenticator: Authenticator;
  readonly authorizer: RbacAuthorizer;
  readonly serviceAccountTokens: ServiceAccountTokens;
  /** Undefined until a kubelet has started. */
  readonly node: () => NodeAccess | undefined;
  readonly onError: (error: unknown, request: ApiRequest) => void;
}

type ResourceAttributes = Extract<Attributes, { kind: "resource" }>;

const NON_RESOURCE_VERBS: Readonly<Record<string, string>> = {
  GET: "get",
  HEAD: "head",
  POST: "post",
  PUT: "put",
  PATCH: "patch",
  DELETE: "delete",
};

export class ApiHandler {
  readonly #parts: ApiParts;
  readonly #writer: ObjectWriter;
  readonly #deleter: ObjectDeleter;
  readonly #openApi: OpenApi;

  constructor(parts: ApiParts) {
    this.#parts = parts;
    this.#writer = parts.writer;
    this.#deleter = new ObjectDeleter(parts.store, parts.admission);
    this.#openApi = new OpenApi(parts.catalog, (definition) => customSchemaOf(parts.store, definition));
  }

  /** Never rejects: what goes wrong becomes a Status. */
  async handle(request: ApiRequest): Promise<ApiResponse> {
    const warnings: string[] = [];
    try {
      const path = parseResourcePath(request.path);
      const response = path === undefined ? this.#nonResource(request) : await this.#resource(request, path, warnings);
      return warnings.length === 0 ? response : withWarnings(response, warnings);
    } catch (error) {
      const response = this.#failure(error, request);
      return warnings.length === 0 ? response : withWarnings(response, warnings);
    }
  }

  /** What a request that wants to leave HTTP is to be connected with. Rejects with an ApiError. */
  async connect(request: ApiRequest): Promise<PodConnection> {
    const path = parseResourcePath(request.path);
    if (path?.plural !== "pods" || path.group !== "") throw noSuchPath();
    // Since Kubernetes 1.35 the right to create is asked for however the connection is opened.
    this.#authorize(request, path, "create");
    const definition = this.#parts.catalog.find(path.group, path.version, path.plural);
    if (definition === undefined) throw noSuchPath();
    const pod = (await getObject(this.#parts.store, definition, path.namespace, path.name)).decode();
    return podConnection(pod, path.subresource, request.query, this.#parts.node());
  }

  #failure(error: unknown, request: ApiRequest): ApiResponse {
    if (error instanceof ApiError) return json(error.code, error.toStatus(), error.headers);
    this.#parts.onError(error, request);
    const message = error instanceof Error ? error.message : String(error);
    return json(
      500,
      new ApiError({ code: 500, reason: "InternalError", message: `Internal error occurred: ${message}` }).toStatus(),
    );
  }

  #nonResource(request: ApiRequest): ApiResponse {
    const { path, method } = request;
    const verb = NON_RESOURCE_VERBS[method] ?? method.toLowerCase();
    if (!this.#parts.authorizer.authorize(request.user, { kind: "path", verb, path }).allowed)
      throw forbidden(
        { group: "", plural: "" },
        "",
        `User ${JSON.stringify(request.user.username)} cannot ${verb} path ${JSON.stringify(path)}`,
      );
    return answerPath(request, this.#parts, this.#openApi);
  }

  async #resource(request: ApiRequest, path: ResourcePath, warnings: string[]): Promise<ApiResponse> {
    const verb = verbOf(request.method, path, request.query);
    if (verb === undefined) throw methodNotAllowed();
    this.#authorize(request, path, verb);
    const definition = this.#parts.catalog.find(path.group, path.version, path.plural);
    if (definition === undefined) throw noSuchPath();
    if (definition.namespaced) {
      if (path.namespace === "" && verb !== "list" && verb !== "watch") throw noSuchPath();
    } else if (path.namespace !== "" && definition.table !== "namespaces") throw noSuchPath();
    if (path.subresource !== "") return this.#subresource(request, path, definition, verb, warnings);
    if (!definition.verbs.includes(verb)) throw methodNotAllowed();
    if (path.name === "" && (verb === "update" || verb === "patch")) throw methodNotAllowed();
    const namespace = definition.namespaced ? path.namespace : "";
    const key: ObjectKey = { resource: definition.table, namespace, name: path.name };
    switch (verb) {
      case "get":
        return readObjectResponse(this.#parts.store, request, definition, key);
      case "list":
        return listResponse(this.#parts.store, request, definition, namespace);
      case "watch":
        if (path.name !== "") throw badRequest("watching one object is done with a field selector: metadata.name=NAME");
        return watchResponse(this.#parts.store, request, definition, namespace);
      case "create": {
        if (path.name !== "") throw methodNotAllowed();
        const object = await readObject(request);
        if (definition.verbs.length === 1) {
          // A TokenReview asks about another token than the request's own.
          if (definition.kind === "TokenReview")
            await this.#parts.authenticator.learn(stringAt(object, "spec", "token"));
          answerReview(definition.kind, object, { ...this.#parts, user: request.user, namespace });
          return json(201, object);
        }
        const options = writeOptions(request, warnings);
        const written = await this.#writer.create(definition, namespace, object, options);
        return objectResponse(request, definition, written.object, 201);
      }
      case "update":
        return this.#update(request, definition, key, "", warnings);
      case "patch":
        return this.#patch(request, definition, key, "", warnings);
      case "delete": {
        const wish = parseDeleteOptions(request.query, await readDocument(request));
        const deleted = await this.#deleter.delete(definition, key, wish, writeOptions(request, warnings));
        if (!deleted.gone) return objectResponse(request, definition, deleted.object);
        if (definition.table === "pods") return objectResponse(request, definition, deleted.object);
        return json(200, {
          kind: "Status",
          apiVersion: "v1",
          metadata: {},
          status: "Success",
          details: {
            name: path.name,
            ...(definition.group === "" ? {} : { group: definition.group }),
            kind: definition.plural,
            uid: deleted.object.uid,
          },
        });
      }
      case "deletecollection": {
        const wish = parseDeleteOptions(request.query, await readDocument(request));
        const options = writeOptions(request, warnings);
        const { objects, metadata } = await listPage(this.#parts.store, definition, namespace, request.query);
        for (const object of objects)
          await this.#deleter.delete(definition, object, wish, options).catch((error: unknown) => {
            // Another deletion was quicker: that is what was asked for.
            if (!(error instanceof ApiError && error.code === 404)) throw error;
          });
        return {
          status: 200,
          headers: { "content-type": "application/json" },
          body: listBytes(definition, objects, metadata),
        };
      }
    }
  }

  #authorize(request: ApiRequest, path: ResourcePath, verb: Verb): void {
    const collection = verb === "list" || verb === "watch" || verb === "deletecollection";
    // A list that can only give one object is a question about that object (resourceNames then apply).
    const name = path.name === "" && collection ? nameFromFieldSelector(request.query) : path.name;
    const attributes: ResourceAttributes = {
      kind: "resource",
      verb,
      group: path.group,
      version: path.version,
      resource: path.plural,
      subresource: path.subresource,
      namespace: path.namespace,
      name,
    };
    this.#require(request, attributes);
  }

  #require(request: ApiRequest, attributes: ResourceAttributes): void {
    if (this.#parts.authorizer.authorize(request.user, attributes).allowed) return;
    const { group, resource: plural, subresource, namespace, name, verb } = attributes;
    const resource = { group, plural };
    const what = subresource === "" ? plural : `${plural}/${subresource}`;
    const where =
      namespace === "" || plural === "namespaces"
        ? "at the cluster scope"
        : `in the namespace ${JSON.stringify(namespace)}`;
    throw forbidden(
      resource,
      name,
      `User ${JSON.stringify(request.user.username)} cannot ${verb} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}`,
    );
  }

  async #update(
    request: ApiRequest,
    definition: ResourceDefinition,
    key: ObjectKey,
    subresource: string,
    warnings: string[],
  ): Promise<ApiResponse> {
    const object = await readObject(request);
    const written = await this.#writer.update(
      definition,
      key,
      subresource,
      () => object,
      writeOptions(request, warnings),
    );
    return objectResponse(request, definition, written.object);
  }

  async #patch(
    request: ApiRequest,
    definition: ResourceDefinition,
    key: ObjectKey,
    subresource: string,
    warnings: string[],
  ): Promise<ApiResponse> {
    if (mediaType(request.headers["content-type"]) === APPLY_PATCH)
      return this.#apply(request, definition, key, subresource, warnings);
    const patch = await readPatch(request, definition);
    const options = writeOptions(request, warnings);
    const written = await this.#writer.update(definition, key, subresource, (current) => patch(current), options);
    return objectResponse(request, definition, written.object);
  }

  async #apply(
    request: ApiRequest,
    definition: ResourceDefinition,
    key: ObjectKey,
    subresource: string,
    warnings: string[],
  ): Promise<ApiResponse> {
    const { wish, force, manager } = await readWish(request, definition, key.name);
    const options: WriteOptions = { ...writeOptions(request, warnings), applied: true };
    const mine = wishFor(wish, subresource, definition.strategy.statusSubresource);
    const how: Application = {
      definition,
      shape: this.#parts.shapes(definition),
      writer: { name: manager, operation: "Apply", subresource, time: timestamp(new Date()) },
      force,
    };
    if (this.#parts.store.get(key) === undefined && subresource === "") {
      this.#require(request, { ...attributesOf(definition, key), verb: "create" });
      const object = cloneJson(mine);
      manageFromTheStart(object, mine, how);
      const written = await this.#writer.create(definition, key.namespace, object, options);
      return objectResponse(request, definition, written.object, 201);
    }
    const build = (current: KubernetesObject): KubernetesObject => applyWish(current, mine, how);
    const written = await this.#writer.update(definition, key, subresource, build, options);
    return objectResponse(request, definition, written.object);
  }

  async #subresource(
    request: ApiRequest,
    path: ResourcePath,
    definition: ResourceDefinition,
    verb: Verb,
    warnings: string[],
  ): Promise<ApiResponse> {
    const { subresource } = path;
    const found = Object.hasOwn(definition.subresources, subresource)
      ? definition.subresources[subresource]
      : undefined;
    if (found === undefined) throw noSuchPath();
    if (!found.verbs.includes(verb)) throw methodNotAllowed();
    const namespace = definition.namespaced ? path.namespace : "";
    const key: ObjectKey = { resource: definition.table, namespace, name: path.name };
    const { store } = this.#parts;
    if (subresource === "status" || subresource === "finalize") {
      if (verb === "get")
        return objectResponse(request, definition, await getObject(store, definition, namespace, path.name));
      return verb === "update"
        ? this.#update(request, definition, key, subresource, warnings)
        : this.#patch(request, definition, key, subresource, warnings);
    }
    switch (`${qualified(definition)}/${subresource}`) {
      case "pods/binding": {
        const binding = await readObject(request);
        const options = { ...writeOptions(request, warnings), user: SYSTEM };
        await this.#writer.update(definition, key, "binding", (pod) => bindPod(pod, binding, definition), options);
        return json(201, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 });
      }
      case "pods/log":
        return podLogs(store, this.#parts.node(), definition, namespace, path.name, request);
      case "pods/eviction": {
        const wish = parseDeleteOptions(request.query, (await readObject(request))["deleteOptions"]);
        await this.#deleter.delete(definition, key, wish, writeOptions(request, warnings));
        return json(201, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 });
      }
      case "pods/exec":
      case "pods/attach":
      case "pods/portforward":
        throw badRequest("Upgrade request required");
      case "serviceaccounts/token":
        return json(
          201,
          await createToken(
            store,
            this.#parts.serviceAccountTokens,
            definition,
            namespace,
            path.name,
            await readObject(request),
          ),
        );
      default:
        throw noSuchPath();
    }
  }
}

function attributesOf(definition: ResourceDefinition, key: ObjectKey): Omit<ResourceAttributes, "verb"> {
  const { group, version, plural } = definition;
  return {
    kind: "resource",
    group,
    version,
    resource: plural,
    subresource: "",
    namespace: key.namespace,
    name: key.name,
  };
}
