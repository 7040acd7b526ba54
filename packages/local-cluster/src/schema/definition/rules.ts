// The rules (`x-kubernetes-validations`) of a definition: each must compile where it stands.
import { CelCompileError, type CelEnvironment, type CompiledExpression } from "../../cel/index.ts";
import { isJsonObject, type JsonObject, objectsAt } from "../../json.ts";
import { type FieldError, invalidField, invalidFieldShown, requiredField, unsupportedField } from "../field-errors.ts";
import { goQuote } from "../go-format.ts";
import { ruleEnvironment } from "../rules.ts";
import { ruleType } from "../rule-types.ts";
import { readSchema, type Schema, type ValidationRule } from "../schema.ts";
import { propertiesOf } from "./structure.ts";

const REASONS = ["FieldValueInvalid", "FieldValueForbidden", "FieldValueRequired", "FieldValueDuplicate"];
const KEYWORD = "x-kubernetes-validations";

export function validateRules(schema: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  visit(schema, path, true, undefined, errors);
  return errors;
}

/** `uncorrelatable` is the place of the list or map around, whose members have no former state to compare with. */
function visit(
  source: JsonObject,
  path: string,
  isRoot: boolean,
  uncorrelatable: string | undefined,
  errors: FieldError[],
): void {
  if (objectsAt(source, KEYWORD).length > 0) {
    const schema = readSchema(source);
    for (const [index, rule] of schema.rules.entries())
      errors.push(...validateRule(rule, schema, `${path}.${KEYWORD}[${index}]`, isRoot, uncorrelatable));
  }
  const isAtomic = source["x-kubernetes-map-type"] === "atomic";
  const below = uncorrelatable ?? (isAtomic ? path : undefined);
  for (const [name, property] of propertiesOf(source))
    visit(property, `${path}.properties[${name}]`, false, below, errors);
  const { additionalProperties, items } = source;
  if (isJsonObject(additionalProperties))
    visit(additionalProperties, `${path}.additionalProperties`, false, below, errors);
  if (!isJsonObject(items)) return;
  const isMapList = source["x-kubernetes-list-type"] === "map";
  visit(items, `${path}.items`, false, isMapList ? below : (uncorrelatable ?? `${path}.items`), errors);
}

function validateRule(
  rule: ValidationRule,
  schema: Schema,
  path: string,
  isRoot: boolean,
  uncorrelatable: string | undefined,
): readonly FieldError[] {
  if (rule.rule.trim() === "") return [requiredField(`${path}.rule`, "rule is not specified")];
  const errors = [...validateTexts(rule, path), ...validateFieldPath(rule, schema, path)];
  const self = ruleType(schema, isRoot || schema.embeddedResource);
  if (self === undefined) {
    errors.push(
      invalidFieldShown(
        `${path}.rule`,
        showRule(rule),
        "rules cannot be evaluated here: the type of the value is not known",
      ),
    );
    return errors;
  }
  const environment = ruleEnvironment(self.type, rule.optionalOldSelf === true);
  const fail = (field: string, detail: string): number =>
    errors.push(invalidFieldShown(`${path}.${field}`, showRule(rule), detail));
  const expression = compile(environment, rule.rule, (message) => fail("rule", `compilation failed: ${message}`));
  if (expression !== undefined) {
    if (expression.type.kind !== "bool") fail("rule", "cel expression must evaluate to a bool");
    if (uncorrelatable !== undefined && expression.uses.has("oldSelf"))
      errors.push(
        invalidField(
          `${path}.rule`,
          rule.rule,
          `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`,
        ),
      );
    if (rule.optionalOldSelf !== undefined && !expression.uses.has("oldSelf"))
      errors.push(
        invalidField(`${path}.optionalOldSelf`, rule.optionalOldSelf, "may not be set if oldSelf is not used in rule"),
      );
  }
  if (rule.messageExpression === "") return errors;
  const message = compile(environment, rule.messageExpression, (text) =>
    fail("messageExpression", `messageExpression compilation failed: ${text}`),
  );
  if (message !== undefined && message.type.kind !== "string")
    fail("messageExpression", "messageExpression must evaluate to a string");
  return errors;
}

function compile(
  environment: CelEnvironment,
  source: string,
  fail: (message: string) => void,
): CompiledExpression | undefined {
  try {
    return environment.compile(source);
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    fail(error.message);
    return undefined;
  }
}

function validateTexts(rule: ValidationRule, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { message } = rule;
  if (message !== "" && message.trim() === "")
    errors.push(invalidField(`${path}.message`, message, "message must be non-empty if specified"));
  else if (message.trim().includes("\n"))
    errors.push(invalidField(`${path}.message`, message, "message must not contain line breaks"));
  else if (rule.rule.trim().includes("\n") && message === "")
    errors.push(requiredField(`${path}.message`, "message must be specified if rule contains line breaks"));
  if (rule.reason !== undefined && !REASONS.includes(rule.reason))
    errors.push(unsupportedField(`${path}.reason`, rule.reason, REASONS));
  return errors;
}

/** `.spec.list` or `['a-b']`: must lead to a field of the schema, and not through a list. */
function validateFieldPath(rule: ValidationRule, schema: Schema, path: string): readonly FieldError[] {
  if (rule.fieldPath === "") return [];
  const steps = [...rule.fieldPath.matchAll(/\.([A-Za-z_][A-Za-z0-9_-]*)|\['([^']+)'\]/gy)];
  const isWhole = steps.map(([text]) => text).join("") === rule.fieldPath;
  let current: Schema | undefined = isWhole ? schema : undefined;
  for (const [, name, quoted] of steps) current = current?.properties.get(name ?? quoted ?? "");
  if (current !== undefined) return [];
  return [
    invalidField(
      `${path}.fieldPath`,
      rule.fieldPath,
      "fieldPath must be a valid path: does not refer to a valid field",
    ),
  ];
}

/** The rule as Kubernetes' messages show it. */
function showRule(rule: ValidationRule): string {
  const pointer = (type: string, value: unknown): string =>
    value === undefined ? `(*${type})(nil)` : `(*${type})(0x0)`;
  return (
    `apiextensions.ValidationRule{Rule:${goQuote(rule.rule)}, Message:${goQuote(rule.message)}, ` +
    `MessageExpression:${goQuote(rule.messageExpression)}, ` +
    `Reason:${pointer("apiextensions.FieldValueErrorReason", rule.reason)}, FieldPath:${goQuote(rule.fieldPath)}, ` +
    `OptionalOldSelf:${pointer("bool", rule.optionalOldSelf)}}`
  );
}
