// Judges a ValidatingAdmissionPolicy and its bindings before they are stored.
import { type Json, type JsonObject, arrayAt, objectsAt, stringAt, stringsAt, valueAt } from "../../json.ts";
import {
  duplicateField,
  type FieldError,
  forbiddenField,
  invalidField,
  invalidFieldShown,
  requiredField,
  unsupportedField,
} from "../../schema/field-errors.ts";
import { goStrings } from "../../schema/go-format.ts";
import { compilePolicy } from "./compile.ts";

const OPERATIONS = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
const REASONS = ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"];
const ACTIONS = ["Audit", "Deny", "Warn"];

export function validatePolicy(policy: JsonObject): readonly FieldError[] {
  const spec = valueAt(policy, "spec");
  const errors: FieldError[] = [];
  oneOf(spec, "failurePolicy", "spec", ["Fail", "Ignore"], errors);
  const paramKind = valueAt(spec, "paramKind");
  if (paramKind !== undefined)
    for (const field of ["apiVersion", "kind"])
      if (stringAt(paramKind, field) === "") errors.push(requiredField(`spec.paramKind.${field}`));
  const match = valueAt(spec, "matchConstraints");
  if (match === undefined) errors.push(requiredField("spec.matchConstraints"));
  else if (objectsAt(match, "resourceRules").length === 0)
    errors.push(requiredField("spec.matchConstraints.resourceRules"));
  errors.push(...validateMatch(match, "spec.matchConstraints"));
  errors.push(...validateNamed(spec, "matchConditions", "name", "expression"));
  errors.push(...validateNamed(spec, "variables", "name", "expression"));
  for (const [index, variable] of objectsAt(spec, "variables").entries()) {
    const name = stringAt(variable, "name");
    if (name !== "" && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      errors.push(invalidField(`spec.variables[${index}].name`, name, "name is not a valid CEL identifier"));
  }
  const validations = objectsAt(spec, "validations");
  if (validations.length === 0 && arrayAt(spec, "auditAnnotations").length === 0)
    errors.push(
      requiredField("spec.validations", "validations or auditAnnotations must contain at least one validation"),
    );
  for (const [index, validation] of validations.entries())
    errors.push(...validateValidation(validation, `spec.validations[${index}]`));
  errors.push(...validateNamed(spec, "auditAnnotations", "key", "valueExpression"));
  // Empty expressions have been told already.
  for (const issue of compilePolicy(policy).issues)
    if (issue.expression.trim() !== "") errors.push(invalidField(issue.field, issue.expression, issue.detail));
  return errors;
}

export function validateBinding(binding: JsonObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (stringAt(binding, "spec", "policyName") === "") errors.push(requiredField("spec.policyName"));
  const actions = stringsAt(binding, "spec", "validationActions");
  if (actions.length === 0) errors.push(requiredField("spec.validationActions"));
  for (const [index, action] of actions.entries()) {
    const field = `spec.validationActions[${index}]`;
    if (!ACTIONS.includes(action)) errors.push(unsupportedField(field, action, ACTIONS));
    if (actions.indexOf(action) < index) errors.push(duplicateField(field, action));
  }
  if (actions.includes("Deny") && actions.includes("Warn"))
    errors.push(
      invalidFieldShown(
        "spec.validationActions",
        goStrings(actions),
        "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)",
      ),
    );
  const paramRef = valueAt(binding, "spec", "paramRef");
  if (paramRef !== undefined) {
    const hasName = stringAt(paramRef, "name") !== "";
    const hasSelector = valueAt(paramRef, "selector") !== undefined;
    if (hasName && hasSelector)
      errors.push(forbiddenField("spec.paramRef.name", "name and selector are mutually exclusive"));
    if (!hasName && !hasSelector)
      errors.push(requiredField("spec.paramRef", "one of name or selector must be specified"));
    if (stringAt(paramRef, "parameterNotFoundAction") === "")
      errors.push(requiredField("spec.paramRef.parameterNotFoundAction"));
    oneOf(paramRef, "parameterNotFoundAction", "spec.paramRef", ["Allow", "Deny"], errors);
  }
  errors.push(...validateMatch(valueAt(binding, "spec", "matchResources"), "spec.matchResources"));
  return errors;
}

function validateMatch(match: Json | undefined, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  oneOf(match, "matchPolicy", path, ["Equivalent", "Exact"], errors);
  for (const list of ["resourceRules", "excludeResourceRules"])
    for (const [index, rule] of objectsAt(match, list).entries()) {
      const field = `${path}.${list}[${index}]`;
      for (const name of ["operations", "apiGroups", "apiVersions", "resources"])
        if (arrayAt(rule, name).length === 0) errors.push(requiredField(`${field}.${name}`));
      for (const [at, operation] of stringsAt(rule, "operations").entries())
        if (!OPERATIONS.includes(operation))
          errors.push(unsupportedField(`${field}.operations[${at}]`, operation, OPERATIONS));
      oneOf(rule, "scope", field, ["*", "Cluster", "Namespaced"], errors);
    }
  return errors;
}

function validateValidation(validation: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const expression = stringAt(validation, "expression").trim();
  const message = stringAt(validation, "message");
  if (expression === "") errors.push(requiredField(`${path}.expression`, "expression is not specified"));
  if (message !== "" && message.trim() === "")
    errors.push(invalidField(`${path}.message`, message, "message must be non-empty if specified"));
  else if (message.trim().includes("\n"))
    errors.push(invalidField(`${path}.message`, message, "message must not contain line breaks"));
  else if (message === "" && expression.includes("\n"))
    errors.push(requiredField(`${path}.message`, "message must be specified if expression contains line breaks"));
  oneOf(validation, "reason", path, REASONS, errors);
  return errors;
}

function validateNamed(spec: Json | undefined, list: string, name: string, source: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, entry] of objectsAt(spec, list).entries()) {
    const field = `spec.${list}[${index}]`;
    const given = stringAt(entry, name);
    if (given === "") errors.push(requiredField(`${field}.${name}`));
    else if (seen.has(given)) errors.push(duplicateField(`${field}.${name}`, given));
    seen.add(given);
    if (stringAt(entry, source).trim() === "") errors.push(requiredField(`${field}.${source}`));
  }
  return errors;
}

function oneOf(
  parent: Json | undefined,
  field: string,
  path: string,
  allowed: readonly string[],
  errors: FieldError[],
): void {
  const value = stringAt(parent, field);
  if (value !== "" && !allowed.includes(value)) errors.push(unsupportedField(`${path}.${field}`, value, allowed));
}
