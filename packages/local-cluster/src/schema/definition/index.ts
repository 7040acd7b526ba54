// Judges a CustomResourceDefinition: its names and versions, and the schema of each version.
import {
  equalJson,
  isJsonObject,
  type Json,
  type JsonObject,
  objectsAt,
  stringAt,
  stringsAt,
  valueAt,
} from "../../json.ts";
import { type FieldError, invalidField, invalidFieldShown, requiredField, unsupportedField } from "../field-errors.ts";
import { goStrings } from "../go-format.ts";
import { validateRules } from "./rules.ts";
import { validateStructure } from "./structure.ts";

const LABEL = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_PROBLEM =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN_PROBLEM =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const COLUMN_TYPES = ["boolean", "date", "integer", "number", "string"];

/** Everything that is wrong with a definition, names and metadata.name included; other metadata is not looked at. */
export function validateCustomResourceDefinition(definition: JsonObject): readonly FieldError[] {
  const spec = isJsonObject(definition["spec"]) ? definition["spec"] : {};
  return [
    ...validateNames(definition, spec),
    ...validateVersions(spec),
    ...validateConversion(spec),
    ...objectsAt(spec, "versions").flatMap((version, index) => validateVersion(version, index, spec)),
  ];
}

function validateNames(definition: JsonObject, spec: JsonObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  const name = stringAt(definition, "metadata", "name");
  const group = stringAt(spec, "group");
  if (name !== `${stringAt(spec, "names", "plural")}.${group}`)
    errors.push(invalidField("metadata.name", name, 'must be spec.names.plural+"."+spec.group'));
  if (group === "") errors.push(requiredField("spec.group"));
  else if (!SUBDOMAIN.test(group)) errors.push(invalidField("spec.group", group, SUBDOMAIN_PROBLEM));
  else if (!group.includes("."))
    errors.push(invalidField("spec.group", group, "should be a domain with at least one dot"));
  const scope = stringAt(spec, "scope");
  if (scope === "") errors.push(requiredField("spec.scope"));
  else if (scope !== "Cluster" && scope !== "Namespaced")
    errors.push(unsupportedField("spec.scope", scope, ["Cluster", "Namespaced"]));
  for (const [field, isRequired] of [
    ["plural", true],
    ["singular", false],
    ["kind", true],
    ["listKind", true],
  ] as const) {
    const value = stringAt(spec, "names", field);
    const label = field === "kind" || field === "listKind" ? value.toLowerCase() : value;
    if (value === "" && isRequired) errors.push(requiredField(`spec.names.${field}`));
    else if (value !== "" && !LABEL.test(label)) errors.push(invalidField(`spec.names.${field}`, value, LABEL_PROBLEM));
  }
  for (const field of ["shortNames", "categories"])
    for (const [index, value] of stringsAt(spec, "names", field).entries())
      if (!LABEL.test(value)) errors.push(invalidField(`spec.names.${field}[${index}]`, value, LABEL_PROBLEM));
  const kind = stringAt(spec, "names", "kind");
  if (kind !== "" && kind === stringAt(spec, "names", "listKind"))
    errors.push(invalidField("spec.names.listKind", kind, "kind and listKind may not be the same"));
  if (spec["preserveUnknownFields"] === true)
    errors.push(
      invalidField(
        "spec.preserveUnknownFields",
        true,
        "cannot set to true, set x-preserve-unknown-fields to true in spec.versions[*].schema instead",
      ),
    );
  return errors;
}

function validateVersions(spec: JsonObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  const versions = objectsAt(spec, "versions");
  const names = versions.map((version) => stringAt(version, "name"));
  const shown = goStrings(names);
  if (versions.filter((version) => version["storage"] === true).length !== 1)
    errors.push(invalidFieldShown("spec.versions", shown, "must have exactly one version marked as storage version"));
  if (new Set(names).size < names.length)
    errors.push(invalidFieldShown("spec.versions", shown, "must contain unique version names"));
  for (const [index, name] of names.entries())
    if (!LABEL.test(name)) errors.push(invalidField(`spec.versions[${index}].name`, name, LABEL_PROBLEM));
  return errors;
}

function validateConversion(spec: JsonObject): readonly FieldError[] {
  const strategy = valueAt(spec, "conversion", "strategy");
  if (strategy === undefined || strategy === "None" || strategy === "Webhook") return [];
  return [unsupportedField("spec.conversion.strategy", strategy, ["None", "Webhook"])];
}

function validateVersion(version: JsonObject, index: number, spec: JsonObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  // What all versions have in common is told once, for the definition as a whole (as Kubernetes tells it).
  const place = (field: string, common: string): string | undefined => {
    const versions = objectsAt(spec, "versions");
    if (!versions.every((other) => equalJson(other[field], version[field]))) return `spec.versions[${index}].${field}`;
    return index === 0 ? common : undefined;
  };
  const schema = valueAt(version, "schema", "openAPIV3Schema");
  const schemaPlace = place("schema", "spec.validation");
  if (!isJsonObject(schema))
    errors.push(requiredField(`spec.versions[${index}].schema.openAPIV3Schema`, "schemas are required"));
  else if (schemaPlace !== undefined) errors.push(...validateSchema(schema, `${schemaPlace}.openAPIV3Schema`));
  const columnsPlace = place("additionalPrinterColumns", "spec.additionalPrinterColumns");
  if (columnsPlace !== undefined)
    for (const [at, column] of objectsAt(version, "additionalPrinterColumns").entries())
      errors.push(...validateColumn(column, `${columnsPlace}[${at}]`));
  const subresources = place("subresources", "spec.subresources");
  const scale = valueAt(version, "subresources", "scale");
  if (subresources !== undefined && isJsonObject(scale))
    for (const field of ["specReplicasPath", "statusReplicasPath"])
      if (stringAt(scale, field) === "") errors.push(requiredField(`${subresources}.scale.${field}`));
  return errors;
}

/** Rules are compiled only against a schema that is structural: their types come from it. */
function validateSchema(schema: JsonObject, path: string): readonly FieldError[] {
  const errors = validateStructure(schema, path);
  return errors.length > 0 ? errors : validateRules(schema, path);
}

function validateColumn(column: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (stringAt(column, "name") === "") errors.push(requiredField(`${path}.name`));
  const type = stringAt(column, "type");
  const allowed = `must be one of ${COLUMN_TYPES.join(",")}`;
  if (type === "") errors.push(requiredField(`${path}.type`, allowed));
  else if (!COLUMN_TYPES.includes(type)) errors.push(invalidField(`${path}.type`, type, allowed));
  const jsonPath: Json = stringAt(column, "jsonPath");
  if (jsonPath === "") errors.push(requiredField(`${path}.JSONPath`));
  else if (!jsonPath.startsWith("."))
    errors.push(invalidField(`${path}.JSONPath`, jsonPath, "must be a simple json path starting with ."));
  return errors;
}
