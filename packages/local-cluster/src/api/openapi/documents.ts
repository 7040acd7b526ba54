// OpenAPI: version 3 per group and version, version 2 as one document. Built on demand, kept until the catalog changes.
import { createHash } from "node:crypto";
import type { Json, JsonObject } from "../../json.ts";
import type { Catalog } from "../../resources/catalog.ts";
import { groupVersion, type ResourceDefinition } from "../../resources/definition.ts";
import { noSuchPath } from "../errors.ts";
import { json, jsonBytes, type ApiRequest, type ApiResponse } from "../http.ts";
import { addKind, gvk, kindSchemaName, type Reference } from "./schemas.ts";

const INFO: JsonObject = { title: "Kubernetes", version: "v1.34.0" };

/** The schema in the definition of a custom resource's version. */
export type CustomSchemaOf = (definition: ResourceDefinition) => Json | undefined;

export class OpenApi {
  readonly #catalog: Catalog;
  readonly #customSchema: CustomSchemaOf;
  #generation = -1;
  #documents = new Map<string, { readonly body: Buffer; readonly hash: string }>();

  constructor(catalog: Catalog, customSchema: CustomSchemaOf) {
    this.#catalog = catalog;
    this.#customSchema = customSchema;
  }

  respond(request: ApiRequest): ApiResponse {
    if (this.#generation !== this.#catalog.generation) {
      this.#documents = new Map();
      this.#generation = this.#catalog.generation;
    }
    const [, version = "", ...rest] = request.path.split("/").filter((segment) => segment !== "");
    if (version === "v2") return this.#serve(request, "v2", () => this.#version2());
    if (version !== "v3") throw noSuchPath();
    if (rest.length === 0) return json(200, { paths: this.#index() });
    const path = rest.join("/");
    const resources = this.#byPath().get(path);
    if (resources === undefined) throw noSuchPath();
    return this.#serve(request, path, () => this.#version3(resources));
  }

  #byPath(): ReadonlyMap<string, readonly ResourceDefinition[]> {
    const found = new Map<string, readonly ResourceDefinition[]>();
    for (const { group, versions } of this.#catalog.groups())
      for (const { version, resources } of versions)
        found.set(group === "" ? `api/${version}` : `apis/${group}/${version}`, resources);
    return found;
  }

  #index(): JsonObject {
    const paths: JsonObject = {};
    for (const [path, resources] of this.#byPath()) {
      const { hash } = this.#document(path, () => this.#version3(resources));
      paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
    }
    return paths;
  }

  #document(key: string, build: () => JsonObject): { readonly body: Buffer; readonly hash: string } {
    let document = this.#documents.get(key);
    if (document === undefined) {
      const body = Buffer.from(JSON.stringify(build()), "utf8");
      document = { body, hash: createHash("sha256").update(body).digest("hex").toUpperCase() };
      this.#documents.set(key, document);
    }
    return document;
  }

  #serve(request: ApiRequest, key: string, build: () => JsonObject): ApiResponse {
    const { body, hash } = this.#document(key, build);
    const headers = { etag: `"${hash}"`, vary: "Accept" };
    if (request.headers["if-none-match"] === headers.etag) return { status: 304, headers, body: Buffer.alloc(0) };
    return jsonBytes(200, body, headers);
  }

  #version3(resources: readonly ResourceDefinition[]): JsonObject {
    const reference: Reference = (name) => ({ allOf: [{ $ref: `#/components/schemas/${name}` }], default: {} });
    const schemas: JsonObject = {};
    const paths: JsonObject = {};
    for (const definition of resources) {
      addKind(definition, this.#customSchema(definition), schemas, reference);
      Object.assign(paths, resourcePaths(definition));
    }
    return { openapi: "3.0.0", info: INFO, paths, components: { schemas } };
  }

  #version2(): JsonObject {
    const reference: Reference = (name) => ({ $ref: `#/definitions/${name}` });
    const definitions: JsonObject = {};
    for (const definition of this.#catalog.all())
      addKind(definition, this.#customSchema(definition), definitions, reference);
    return { swagger: "2.0", info: INFO, paths: {}, definitions };
  }
}

/** What clients look for in paths: which kind a path is about, and that `fieldValidation` and `dryRun` are understood. */
function resourcePaths(definition: ResourceDefinition): JsonObject {
  const root = definition.group === "" ? `/api/${definition.version}` : `/apis/${groupVersion(definition)}`;
  const collection = `${root}/${definition.namespaced ? "namespaces/{namespace}/" : ""}${definition.plural}`;
  const response = {
    "200": {
      description: "OK",
      content: { "application/json": { schema: { $ref: `#/components/schemas/${kindSchemaName(definition)}` } } },
    },
  };
  const operation = (action: string, writes: boolean): JsonObject => ({
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": gvk(definition),
    parameters: writes ? ["dryRun", "fieldManager", "fieldValidation"].map(parameter) : [],
    responses: response,
  });
  const paths: JsonObject = {};
  const { verbs } = definition;
  paths[collection] = {
    ...(verbs.includes("list") ? { get: operation("list", false) } : {}),
    ...(verbs.includes("create") ? { post: operation("post", true) } : {}),
  };
  if (verbs.includes("get"))
    paths[`${collection}/{name}`] = {
      get: operation("get", false),
      put: operation("put", true),
      patch: operation("patch", true),
      delete: operation("delete", false),
    };
  return paths;
}

function parameter(name: string): JsonObject {
  return { name, in: "query", schema: { type: "string", uniqueItems: true } };
}
