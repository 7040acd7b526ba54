// Discovery: which groups, versions and resources there are, as plain lists and as the aggregated document.
import { createHash } from "node:crypto";
import type { JsonObject } from "../json.ts";
import type { Catalog, GroupVersions } from "../resources/catalog.ts";
import type { ResourceDefinition } from "../resources/definition.ts";
import { noSuchPath } from "./errors.ts";
import { json, jsonBytes, type ApiRequest, type ApiResponse } from "./http.ts";

export const VERSION = {
  major: "1",
  minor: "34",
  gitVersion: "v1.34.0+pilothouse",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "node",
  platform: `${process.platform}/${process.arch === "x64" ? "amd64" : process.arch}`,
};

const AGGREGATED = "apidiscovery.k8s.io";

export function discoveryResponse(catalog: Catalog, request: ApiRequest): ApiResponse {
  const segments = request.path.split("/").filter((segment) => segment !== "");
  const [root, group, version] = segments;
  if (root === "api") {
    if (segments.length === 1) {
      const aggregated = aggregatedVersion(request);
      if (aggregated !== undefined) return aggregatedDocument(catalog, request, aggregated, true);
      return json(200, {
        kind: "APIVersions",
        versions: ["v1"],
        serverAddressByClientCIDRs: [],
      });
    }
    return resourceList(catalog, "", group ?? "");
  }
  if (group === undefined) {
    const aggregated = aggregatedVersion(request);
    if (aggregated !== undefined) return aggregatedDocument(catalog, request, aggregated, false);
    return json(200, {
      kind: "APIGroupList",
      apiVersion: "v1",
      groups: namedGroups(catalog).map((each) => apiGroup(each)),
    });
  }
  if (version !== undefined) return resourceList(catalog, group, version);
  const found = namedGroups(catalog).find((each) => each.group === group);
  if (found === undefined) throw noSuchPath();
  return json(200, { kind: "APIGroup", apiVersion: "v1", ...apiGroup(found) });
}

function namedGroups(catalog: Catalog): readonly GroupVersions[] {
  return catalog.groups().filter((each) => each.group !== "");
}

function apiGroup({ group, versions }: GroupVersions): JsonObject {
  const list = versions.map(({ version }) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: list, preferredVersion: list[0] ?? null };
}

function resourceList(catalog: Catalog, group: string, version: string): ApiResponse {
  const found = catalog
    .groups()
    .find((each) => each.group === group)
    ?.versions.find((each) => each.version === version);
  if (found === undefined) throw noSuchPath();
  return json(200, {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: group === "" ? version : `${group}/${version}`,
    resources: found.resources.flatMap(apiResources),
  });
}

function apiResources(definition: ResourceDefinition): JsonObject[] {
  const { plural, namespaced, kind } = definition;
  return [
    {
      name: plural,
      singularName: definition.singular,
      namespaced,
      kind,
      verbs: [...definition.verbs],
      ...(definition.shortNames.length === 0 ? {} : { shortNames: [...definition.shortNames] }),
      ...(definition.categories.length === 0 ? {} : { categories: [...definition.categories] }),
      ...(definition.verbs.includes("get")
        ? { storageVersionHash: createHash("sha256").update(definition.table).digest("base64").slice(0, 11) + "=" }
        : {}),
    },
    ...Object.entries(definition.subresources).map(([name, subresource]): JsonObject => ({
      name: `${plural}/${name}`,
      singularName: "",
      namespaced,
      ...(subresource.group === undefined ? {} : { group: subresource.group, version: subresource.version }),
      kind: subresource.kind ?? kind,
      verbs: [...subresource.verbs],
    })),
  ];
}

/** The version of aggregated discovery that the client prefers over plain JSON, if any. */
function aggregatedVersion(request: ApiRequest): string | undefined {
  for (const part of (request.headers["accept"] ?? "").split(",")) {
    const pieces = part.split(";").map((piece) => piece.trim());
    if (pieces[0] !== "application/json") continue;
    if (!pieces.includes("as=APIGroupDiscoveryList") || !pieces.includes(`g=${AGGREGATED}`)) return undefined;
    const version = pieces.find((piece) => piece.startsWith("v="))?.slice(2);
    if (version === "v2" || version === "v2beta1") return version;
  }
  return undefined;
}

function aggregatedDocument(catalog: Catalog, request: ApiRequest, version: string, core: boolean): ApiResponse {
  const items = catalog
    .groups()
    .filter((each) => (each.group === "") === core)
    .map(({ group, versions }) => ({
      metadata: { ...(group === "" ? {} : { name: group }), creationTimestamp: null },
      versions: versions.map((each) => ({
        version: each.version,
        freshness: "Current",
        resources: each.resources.map(discoveryResource),
      })),
    }));
  const body = Buffer.from(
    JSON.stringify({ kind: "APIGroupDiscoveryList", apiVersion: `${AGGREGATED}/${version}`, metadata: {}, items }),
  );
  const etag = `"${createHash("sha256").update(body).digest("hex").toUpperCase()}"`;
  const headers = {
    "content-type": `application/json;g=${AGGREGATED};v=${version};as=APIGroupDiscoveryList`,
    etag,
    vary: "Accept",
    "cache-control": "public",
  };
  if (request.headers["if-none-match"] === etag) return { status: 304, headers, body: Buffer.alloc(0) };
  return jsonBytes(200, body, headers);
}

function discoveryResource(definition: ResourceDefinition): JsonObject {
  const { group, version, kind } = definition;
  const subresources = Object.entries(definition.subresources).map(([name, subresource]): JsonObject => ({
    subresource: name,
    responseKind: {
      group: subresource.group ?? group,
      version: subresource.version ?? version,
      kind: subresource.kind ?? kind,
    },
    verbs: [...subresource.verbs],
  }));
  return {
    resource: definition.plural,
    responseKind: { group, version, kind },
    scope: definition.namespaced ? "Namespaced" : "Cluster",
    singularResource: definition.singular,
    verbs: [...definition.verbs],
    ...(definition.shortNames.length === 0 ? {} : { shortNames: [...definition.shortNames] }),
    ...(definition.categories.length === 0 ? {} : { categories: [...definition.categories] }),
    ...(subresources.length === 0 ? {} : { subresources }),
  };
}
