// Label and field selectors: parsed once per request, then asked of every object.
import { isJsonObject, objectsAt, stringMapAt, stringsAt, type Json } from "../json.ts";
import type { StoredObject } from "../storage/stored-object.ts";
import { validateLabels } from "../resources/names.ts";
import { badRequest } from "./errors.ts";

export interface LabelRequirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "GreaterThan" | "LessThan";
  readonly values: readonly string[];
}

export interface FieldRequirement {
  readonly field: string;
  readonly equal: boolean;
  readonly value: string;
}

type Labels = Readonly<Record<string, string>>;

const KEY = /^([A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const SET = /^([^\s=!,()<>]+)\s+(in|notin)\s*\(([^()]*)\)$/;
const EQUALITY = /^([^\s=!,()<>]+)\s*(==|!=|=|>|<)\s*([^\s=!,()<>]*)$/;

export function parseLabelSelector(text: string): LabelRequirement[] {
  if (text.trim() === "") return [];
  return splitOutsideParentheses(text).map((part) => {
    const requirement = parseLabelRequirement(part.trim());
    if (requirement === undefined || !KEY.test(requirement.key))
      throw badRequest(`unable to parse requirement: found '${part.trim()}' in the label selector "${text}"`);
    const { key, operator, values } = requirement;
    if (operator === "In" || operator === "NotIn") {
      const [wrong] = values.flatMap((value) => validateLabels({ [key]: value }, key));
      if (wrong !== undefined) throw badRequest(`unable to parse requirement: ${wrong.message}: at key: "${key}"`);
    }
    return requirement;
  });
}

function parseLabelRequirement(part: string): LabelRequirement | undefined {
  const set = SET.exec(part);
  if (set !== null) {
    const [, key = "", operator, list = ""] = set;
    return {
      key,
      operator: operator === "in" ? "In" : "NotIn",
      values: list.split(",").map((value) => value.trim()),
    };
  }
  const equality = EQUALITY.exec(part);
  if (equality !== null) {
    const [, key = "", sign, value = ""] = equality;
    if (sign === ">" || sign === "<") {
      if (!/^-?\d+$/.test(value)) return undefined;
      return { key, operator: sign === ">" ? "GreaterThan" : "LessThan", values: [value] };
    }
    return { key, operator: sign === "!=" ? "NotIn" : "In", values: [value] };
  }
  if (part.startsWith("!")) return { key: part.slice(1).trim(), operator: "DoesNotExist", values: [] };
  return { key: part, operator: "Exists", values: [] };
}

function splitOutsideParentheses(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === "(") depth++;
    else if (text[index] === ")") depth--;
    else if (text[index] === "," && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

export function matchesLabels(requirements: readonly LabelRequirement[], labels: Labels): boolean {
  return requirements.every((requirement) => matchesLabel(requirement, labels));
}

function matchesLabel({ key, operator, values }: LabelRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "GreaterThan":
      return value !== undefined && Number.parseInt(value, 10) > Number.parseInt(values[0] ?? "", 10);
    case "LessThan":
      return value !== undefined && Number.parseInt(value, 10) < Number.parseInt(values[0] ?? "", 10);
  }
}

/** A LabelSelector object (`matchLabels`, `matchExpressions`) as requirements. */
export function labelSelectorRequirements(selector: Json | undefined): LabelRequirement[] {
  if (!isJsonObject(selector)) return [];
  const requirements: LabelRequirement[] = [];
  for (const [key, value] of Object.entries(stringMapAt(selector, "matchLabels")))
    requirements.push({ key, operator: "In", values: [value] });
  for (const expression of objectsAt(selector, "matchExpressions")) {
    const { key, operator } = expression;
    if (typeof key !== "string") continue;
    if (operator === "In" || operator === "NotIn" || operator === "Exists" || operator === "DoesNotExist")
      requirements.push({ key, operator, values: stringsAt(expression, "values") });
  }
  return requirements;
}

/** `selectable`: the fields that this resource can be selected by, besides metadata.name and metadata.namespace. */
export function parseFieldSelector(text: string, selectable: readonly string[]): FieldRequirement[] {
  const requirements: FieldRequirement[] = [];
  for (const part of text.split(/(?<!\\),/)) {
    if (part.trim() === "") continue;
    const match = /^([^=!]+)(==|!=|=)(.*)$/s.exec(part.trim());
    if (match === null) throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
    const [, field = "", sign, value = ""] = match;
    if (field !== "metadata.name" && field !== "metadata.namespace" && !selectable.includes(field))
      throw badRequest(
        selectable.length === 0
          ? `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`
          : `field label not supported: ${field}`,
      );
    requirements.push({ field, equal: sign !== "!=", value: value.replaceAll(/\\([,=\\])/g, "$1") });
  }
  return requirements;
}

function matchesField({ field, equal, value }: FieldRequirement, object: StoredObject): boolean {
  if (field === "metadata.name") return (object.name === value) === equal;
  if (field === "metadata.namespace") return (object.namespace === value) === equal;
  return ((object.fields[field] ?? "") === value) === equal;
}

export class Selection {
  readonly labels: readonly LabelRequirement[];
  readonly fields: readonly FieldRequirement[];

  constructor(labels: readonly LabelRequirement[], fields: readonly FieldRequirement[]) {
    this.labels = labels;
    this.fields = fields;
  }

  get empty(): boolean {
    return this.labels.length === 0 && this.fields.length === 0;
  }

  /** The one name that can match, when the field selector says so: `metadata.name=NAME`. */
  get name(): string | undefined {
    return this.fields.find((requirement) => requirement.field === "metadata.name" && requirement.equal)?.value;
  }

  matches(object: StoredObject): boolean {
    for (const requirement of this.fields) if (!matchesField(requirement, object)) return false;
    return this.labels.length === 0 || matchesLabels(this.labels, object.labels);
  }
}
