// a.b, a.?b, a[b], a[?b] and has(a.b).
import type { Code, Compiler, Evaluate, Scope } from "./compiler.ts";
import { CelEvaluationError } from "./errors.ts";
import { spend } from "./frame.ts";
import type { Expression, Select } from "./syntax.ts";
import { BOOL, type CelType, DYN, formatType, INT, optionalOf, STRING } from "./types.ts";
import { CelOptional, type CelValue, isList, isMap, numericValue, toKey } from "./values.ts";

const noSuchKey = (key: string): CelEvaluationError => new CelEvaluationError(`no such key: ${key}`);

export function compileSelect(compiler: Compiler, node: Select, scope: Scope): Code {
  const operand = compiler.compile(node.operand, scope);
  const given = compiler.shallow(operand.type);
  const isChained = given.kind === "optional";
  const container = isChained ? compiler.shallow(given.element) : given;
  const type = fieldType(compiler, node, container);
  if (type === undefined) return compiler.issue(node.at, fieldProblem(compiler, container, node.field));
  const { field } = node;
  const optional = node.optional || isChained;
  const evaluate: Evaluate = (frame) => {
    const value = operand.evaluate(frame);
    spend(frame, 1);
    if (optional || value instanceof CelOptional) return optionalOfField(value, field);
    const found = isMap(value) ? value.get(field) : undefined;
    if (found === undefined) throw noSuchKey(field);
    return found;
  };
  return { type: optional ? optionalOf(type) : type, evaluate };
}

export function compileHas(compiler: Compiler, node: Select, scope: Scope): Code {
  const operand = compiler.compile(node.operand, scope);
  const given = compiler.shallow(operand.type);
  const container = given.kind === "optional" ? compiler.shallow(given.element) : given;
  if (fieldType(compiler, node, container) === undefined)
    return compiler.issue(node.at, fieldProblem(compiler, container, node.field));
  const { field } = node;
  const evaluate: Evaluate = (frame) => {
    const value = operand.evaluate(frame);
    spend(frame, 1);
    const inner = value instanceof CelOptional ? value.value : value;
    return inner !== undefined && isMap(inner) && inner.has(field);
  };
  return { type: BOOL, evaluate };
}

export function compileIndex(compiler: Compiler, node: Extract<Expression, { kind: "index" }>, scope: Scope): Code {
  const operand = compiler.compile(node.operand, scope);
  const key = compiler.compile(node.key, scope);
  const given = compiler.shallow(operand.type);
  const isChained = given.kind === "optional";
  const container = isChained ? compiler.shallow(given.element) : given;
  const type = elementType(compiler, container, key.type);
  if (type === undefined) return compiler.overloadIssue(node.at, "_[_]", [operand.type, key.type]);
  const optional = node.optional || isChained;
  const evaluate: Evaluate = (frame) => {
    const value = operand.evaluate(frame);
    const index = key.evaluate(frame);
    spend(frame, 1);
    if (!optional && !(value instanceof CelOptional)) return elementOf(value, index);
    const inner = value instanceof CelOptional ? value.value : value;
    const found = inner === undefined ? undefined : lookUp(inner, index);
    return found === undefined ? CelOptional.none : new CelOptional(found);
  };
  return { type: optional ? optionalOf(type) : type, evaluate };
}

function optionalOfField(value: CelValue, field: string): CelOptional {
  const inner = value instanceof CelOptional ? value.value : value;
  const found = inner !== undefined && isMap(inner) ? inner.get(field) : undefined;
  return found === undefined ? CelOptional.none : new CelOptional(found);
}

/** The type of a field, or undefined when this type has no such field. */
function fieldType(compiler: Compiler, node: Select, container: CelType): CelType | undefined {
  switch (container.kind) {
    case "dyn":
    case "variable":
      return DYN;
    case "object":
      return container.fields.get(node.field);
    case "map":
      return compiler.accepts(STRING, container.key) ? container.value : undefined;
    default:
      return undefined;
  }
}

function fieldProblem(compiler: Compiler, container: CelType, field: string): string {
  if (container.kind === "object") return `undefined field '${field}'`;
  return `type '${formatType(compiler.resolve(container))}' does not support field selection`;
}

function elementType(compiler: Compiler, container: CelType, key: CelType): CelType | undefined {
  switch (container.kind) {
    case "dyn":
    case "variable":
      return DYN;
    case "list":
      return compiler.accepts(key, INT) ? container.element : undefined;
    case "map":
      return compiler.accepts(key, container.key) ? container.value : undefined;
    default:
      return undefined;
  }
}

function elementOf(container: CelValue, key: CelValue): CelValue {
  const found = lookUp(container, key);
  if (found !== undefined) return found;
  const shown = typeof key === "string" || typeof key === "boolean" ? String(key) : String(numericValue(key) ?? "");
  if (isList(container)) throw new CelEvaluationError(`index out of bounds: ${shown}`);
  if (isMap(container)) throw noSuchKey(shown);
  throw new CelEvaluationError("no such overload");
}

function lookUp(container: CelValue, key: CelValue): CelValue | undefined {
  if (isList(container)) {
    const index = numericValue(key);
    if (index === undefined) throw new CelEvaluationError("no such overload");
    return container[Number(index)];
  }
  const found = toKey(key);
  return isMap(container) && found !== undefined ? container.get(found) : undefined;
}
