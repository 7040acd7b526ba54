// `x-kubernetes-validations`: compiles the rules of a schema once, and evaluates them over objects. A rule that reads
// `oldSelf` (a transition rule) runs only where there is a former value to compare with.
import {
  CelCostError,
  CelEnvironment,
  CelEvaluationError,
  type CelType,
  CelOptional,
  type CompiledExpression,
  COST_PER_EXPRESSION,
  COST_PER_OBJECT,
  optionalOf,
} from "../cel/index.ts";
import { equalJson, isJsonObject, type Json } from "../json.ts";
import {
  childPath,
  duplicateField,
  type FieldError,
  forbiddenField,
  invalidField,
  NO_FIELD,
  requiredField,
} from "./field-errors.ts";
import { correlatedItem } from "./list-types.ts";
import { type RuleType, ruleType } from "./rule-types.ts";
import type { Schema, ValidationRule } from "./schema.ts";

/** The rules of one place in a schema and of the places below it. */
interface RuleNode {
  readonly schema: Schema;
  readonly values: RuleType | undefined;
  readonly rules: readonly CompiledRule[];
  readonly fields: ReadonlyMap<string, RuleNode>;
  readonly otherFields: RuleNode | undefined;
  readonly items: RuleNode | undefined;
}

interface CompiledRule {
  readonly source: ValidationRule;
  readonly expression: CompiledExpression;
  readonly message: CompiledExpression | undefined;
  readonly readsOld: boolean;
}

export type RuleValidator = (value: Json, old: Json | undefined) => readonly FieldError[];

/** The environment in which a rule at this place of a schema is compiled. */
export function ruleEnvironment(self: CelType, optionalOldSelf: boolean): CelEnvironment {
  return new CelEnvironment({ self, oldSelf: optionalOldSelf ? optionalOf(self) : self });
}

/**
 * A validator of all rules of a schema, or undefined when it has none.
 *
 * @throws CelCompileError for rules that a definition should not have got past its validation with
 */
export function compileRules(schema: Schema): RuleValidator | undefined {
  const root = compileNode(schema, true);
  if (root === undefined) return undefined;
  return (value, old) => {
    const run = new RuleRun();
    run.visit(root, value, old, "");
    return run.errors;
  };
}

function compileNode(schema: Schema, isResource = schema.embeddedResource): RuleNode | undefined {
  const values = schema.rules.length > 0 ? ruleType(schema, isResource) : undefined;
  const rules = values === undefined ? [] : schema.rules.map((rule) => compileRule(rule, values.type));
  const fields = new Map<string, RuleNode>();
  for (const [name, property] of schema.properties) {
    const node = compileNode(property);
    if (node !== undefined) fields.set(name, node);
  }
  const additional = schema.additionalProperties;
  const otherFields = typeof additional === "object" ? compileNode(additional) : undefined;
  const items = schema.items && compileNode(schema.items);
  const isEmpty = rules.length === 0 && fields.size === 0 && otherFields === undefined && items === undefined;
  return isEmpty ? undefined : { schema, values, rules, fields, otherFields, items };
}

function compileRule(source: ValidationRule, self: CelType): CompiledRule {
  const environment = ruleEnvironment(self, source.optionalOldSelf === true);
  const expression = environment.compile(source.rule);
  const message = source.messageExpression === "" ? undefined : environment.compile(source.messageExpression);
  const readsOld = expression.uses.has("oldSelf") || message?.uses.has("oldSelf") === true;
  return { source, expression, message, readsOld };
}

class RuleRun {
  readonly errors: FieldError[] = [];
  private budget = COST_PER_OBJECT;

  /** Answers whether to go on: a budget that is used up ends the whole validation. */
  visit(node: RuleNode, value: Json | undefined, old: Json | undefined, path: string): boolean {
    // Whether a value may be absent or null is for the rules of the schema around it to say.
    if (value === undefined || value === null) return true;
    if (!this.evaluateAll(node, value, old ?? undefined, path)) return false;
    if (Array.isArray(value)) {
      const { items } = node;
      if (items === undefined) return true;
      return value.every((item, index) =>
        this.visit(items, item, correlatedItem(item, old, node.schema), `${path}[${index}]`),
      );
    }
    if (!isJsonObject(value)) return true;
    const before = isJsonObject(old) && node.schema.mapType !== "atomic" ? old : undefined;
    return Object.entries(value).every(([field, item]) => {
      const child = node.fields.get(field) ?? (node.schema.properties.has(field) ? undefined : node.otherFields);
      const oldItem = before !== undefined && Object.hasOwn(before, field) ? before[field] : undefined;
      return child === undefined || this.visit(child, item, oldItem, childPath(path, field));
    });
  }

  private evaluateAll(node: RuleNode, value: Json, old: Json | undefined, path: string): boolean {
    const { values } = node;
    if (values === undefined) return true;
    const isUnchanged = old !== undefined && equalJson(value, old);
    const self = values.convert(value);
    const oldSelf = old === undefined ? undefined : values.convert(old);
    for (const rule of node.rules) {
      const isOptional = rule.source.optionalOldSelf === true;
      if (rule.readsOld ? oldSelf === undefined && !isOptional : isUnchanged) continue;
      const bindings = {
        self,
        ...(isOptional ? { oldSelf: new CelOptional(oldSelf) } : oldSelf !== undefined && { oldSelf }),
      };
      if (!this.evaluate(rule, bindings, node.schema.type, path)) return false;
    }
    return true;
  }

  private evaluate(
    rule: CompiledRule,
    bindings: Parameters<CompiledExpression["evaluate"]>[0],
    type: string,
    path: string,
  ): boolean {
    const field = path === "" ? NO_FIELD : path;
    const shown = rule.source.rule.trim();
    try {
      const { value, cost } = rule.expression.evaluate(bindings, Math.min(COST_PER_EXPRESSION, this.budget));
      this.budget -= cost;
      if (value !== true) this.errors.push(ruleError(rule, this.message(rule, bindings), type, path));
      return true;
    } catch (error) {
      if (error instanceof CelCostError) {
        const detail =
          this.budget < COST_PER_EXPRESSION
            ? "validation failed due to running out of cost budget, no further validation rules will be run"
            : `'${error.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${shown}`;
        this.errors.push(invalidField(field, type, detail));
        return false;
      }
      if (!(error instanceof CelEvaluationError)) throw error;
      const detail = error.message.startsWith("no such overload")
        ? `'${error.message}': call arguments did not match a supported operator, function or macro signature for rule: ${shown}`
        : `${error.message} evaluating rule: ${shown}`;
      this.errors.push(invalidField(field, type, detail));
      return true;
    }
  }

  /** What the rule says when it fails. An expression that gives no usable message falls back to the fixed one. */
  private message(rule: CompiledRule, bindings: Parameters<CompiledExpression["evaluate"]>[0]): string {
    const { message, messageExpression } = { message: rule.source.message, messageExpression: rule.message };
    const fixed = message === "" ? `failed rule: ${rule.source.rule.trim()}` : message.trim();
    if (messageExpression === undefined) return fixed;
    try {
      const { value, cost } = messageExpression.evaluate(bindings, Math.min(COST_PER_EXPRESSION, this.budget));
      this.budget -= cost;
      const text = typeof value === "string" ? value.trim() : "";
      return text === "" || text.includes("\n") || text.length > 5120 ? fixed : text;
    } catch (error) {
      if (error instanceof CelEvaluationError || error instanceof CelCostError) return fixed;
      throw error;
    }
  }
}

function ruleError(rule: CompiledRule, message: string, type: string, path: string): FieldError {
  const below = rule.source.fieldPath.replace(/^\./, "");
  const whole = below.startsWith("[") ? path + below : childPath(path, below);
  const field = (below === "" ? path : whole) || NO_FIELD;
  switch (rule.source.reason) {
    case "FieldValueForbidden":
      return forbiddenField(field, message);
    case "FieldValueRequired":
      return requiredField(field, message);
    case "FieldValueDuplicate":
      return duplicateField(field, type);
    default:
      return invalidField(field, type, message);
  }
}
