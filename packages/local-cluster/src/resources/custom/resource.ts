// From a CustomResourceDefinition to the resources that it serves, one per served version.
import type { FieldError } from "../../api/errors.ts";
import {
  isJsonObject,
  numberAt,
  objectsAt,
  stringAt,
  stringsAt,
  valueAt,
  type Json,
  type JsonObject,
} from "../../json.ts";
import type { KubernetesObject } from "../../objects.ts";
import { AGE, ageSince, NAME } from "../columns.ts";
import {
  ALL_VERBS,
  PLAIN_STRATEGY,
  STATUS,
  type Column,
  type ResourceDefinition,
  type Strategy,
} from "../definition.ts";

/** What a schema does for the objects of one version. */
export interface CustomSchema {
  /** Removes unknown fields in place and returns their paths. */
  prune(object: KubernetesObject): readonly string[];
  applyDefaults(object: KubernetesObject): void;
  validate(object: KubernetesObject, previous?: KubernetesObject): readonly FieldError[];
}

const NO_SUBRESOURCES: ResourceDefinition["subresources"] = {};

/** From one entry of `spec.versions`. */
export type SchemaCompiler = (version: JsonObject) => CustomSchema;

/** Served versions, the storage version first. */
export function customResources(definition: KubernetesObject, compile: SchemaCompiler): ResourceDefinition[] {
  const spec = isJsonObject(definition["spec"]) ? definition["spec"] : {};
  const names = isJsonObject(spec["names"]) ? spec["names"] : {};
  const versions = objectsAt(spec, "versions")
    .filter((version) => version["served"] === true)
    .toSorted((left, right) => Number(right["storage"] === true) - Number(left["storage"] === true));
  return versions.map((version): ResourceDefinition => {
    const status = isJsonObject(valueAt(version, "subresources", "status"));
    const kind = stringAt(names, "kind");
    return {
      group: stringAt(spec, "group"),
      version: stringAt(version, "name"),
      kind,
      plural: stringAt(names, "plural"),
      singular: stringAt(names, "singular") || kind.toLowerCase(),
      listKind: stringAt(names, "listKind") || `${kind}List`,
      shortNames: stringsAt(names, "shortNames"),
      categories: stringsAt(names, "categories"),
      namespaced: stringAt(spec, "scope") === "Namespaced",
      verbs: ALL_VERBS,
      subresources: status ? { status: STATUS } : NO_SUBRESOURCES,
      table: definition.metadata.name ?? "",
      strategy: customStrategy(version, status, compile(version)),
      columns: customColumns(version),
      custom: true,
    };
  });
}

function customStrategy(version: JsonObject, status: boolean, schema: CustomSchema): Strategy {
  const selectable = objectsAt(version, "selectableFields").map((field) => stringAt(field, "jsonPath"));
  const paths = selectable.map((path) => ({ field: path.replace(/^\./, ""), steps: parsePath(path) }));
  return {
    ...PLAIN_STRATEGY,
    generation: "anything-but-status",
    statusSubresource: status,
    unconditionalUpdate: false,
    selectableFields: paths.map((path) => path.field),
    fields: (object) =>
      Object.fromEntries(paths.map((path) => [path.field, cellText(evaluatePath(object, path.steps)[0])])),
    normalize: (object) => {
      const unknown = schema.prune(object);
      schema.applyDefaults(object);
      return unknown;
    },
    prepareCreate: (object) => {
      if (status) delete object["status"];
    },
    validateCreate: (object) => schema.validate(object),
    validateUpdate: (object, previous) => schema.validate(object, previous),
    validateStatus: (object, previous) => schema.validate(object, previous),
  };
}

function customColumns(version: JsonObject): readonly Column[] {
  const own = objectsAt(version, "additionalPrinterColumns").map((each): Column => {
    const type = stringAt(each, "type");
    const steps = parsePath(stringAt(each, "jsonPath"));
    return {
      name: stringAt(each, "name"),
      type: type === "integer" || type === "number" || type === "boolean" || type === "date" ? type : "string",
      format: stringAt(each, "format"),
      description: stringAt(each, "description"),
      priority: numberAt(each, "priority") ?? 0,
      cell: (object, now) => {
        const [value] = evaluatePath(object, steps);
        if (type === "date") return value === undefined ? "<unknown>" : ageSince(value, now);
        if (value === undefined || value === null) return null;
        if (type === "integer") return typeof value === "number" ? Math.trunc(value) : null;
        if (type === "number") return typeof value === "number" ? value : null;
        if (type === "boolean") return typeof value === "boolean" ? value : null;
        const all = evaluatePath(object, steps);
        return all.length === 1 ? cellText(all[0]) : all.map((item) => cellText(item)).join(",");
      },
    };
  });
  return [NAME, ...(own.length === 0 ? [AGE] : own)];
}

function cellText(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

type Step =
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "all" }
  | { readonly kind: "filter"; readonly field: readonly string[]; readonly value: string };

/** The JSONPath that printer columns use: fields, ['quoted'], [n], [*], [?(@.field=="value")]. */
export function parsePath(path: string): readonly Step[] {
  const steps: Step[] = [];
  const pattern =
    /\.((?:\\.|[^.[\]\\])+)|\[(?:'([^']*)'|"([^"]*)"|(-?\d+)|(\*)|\?\(@((?:\.[^.=\s[\]]+)+)\s*==\s*["']?([^"')]*)["']?\))\]/gy;
  for (let match = pattern.exec(path); match !== null; match = pattern.exec(path)) {
    const [, field, single, double, index, all, filterField, filterValue] = match;
    if (field === "*") steps.push({ kind: "all" });
    else if (field !== undefined) steps.push({ kind: "field", name: field.replaceAll("\\", "") });
    else if (single !== undefined || double !== undefined) steps.push({ kind: "field", name: single ?? double ?? "" });
    else if (index !== undefined) steps.push({ kind: "index", index: Number(index) });
    else if (all !== undefined) steps.push({ kind: "all" });
    else if (filterField !== undefined)
      steps.push({ kind: "filter", field: filterField.slice(1).split("."), value: (filterValue ?? "").trim() });
  }
  return steps;
}

export function evaluatePath(root: Json, steps: readonly Step[]): readonly Json[] {
  let current: readonly Json[] = [root];
  for (const step of steps) current = current.flatMap((value) => follow(value, step));
  return current;
}

function follow(value: Json, step: Step): readonly Json[] {
  switch (step.kind) {
    case "field": {
      const found = valueAt(value, step.name);
      return found === undefined ? [] : [found];
    }
    case "index": {
      const found = Array.isArray(value) ? value.at(step.index) : undefined;
      return found === undefined ? [] : [found];
    }
    case "all":
      if (Array.isArray(value)) return value;
      return isJsonObject(value) ? Object.values(value).filter((item) => item !== undefined) : [];
    case "filter":
      return Array.isArray(value) ? value.filter((item) => cellText(valueAt(item, ...step.field)) === step.value) : [];
  }
}
