// Checks an expression's types and turns it into closures, in one walk over the tree. Type errors are collected, so
// that an author sees all of them at once; a node that has one gets the type dyn and never runs.
import { compileCall } from "./compile-call.ts";
import { compileComprehension, compileWithVariable } from "./compile-comprehension.ts";
import { CelEvaluationError, type CompileIssue } from "./errors.ts";
import { type Frame, spend } from "./frame.ts";
import type { Functions } from "./library/index.ts";
import { compileHas, compileIndex, compileSelect } from "./compile-select.ts";
import { type Element, type Entry, type Expression, qualifiedName } from "./syntax.ts";
import { BOOL, type CelType, DYN, formatType, listOf, mapOf, optionalOf, TYPE } from "./types.ts";
import * as types from "./types.ts";
import { assign, join, resolveType, type Substitution } from "./unify.ts";
import { type CelKey, CelOptional, CelTypeValue, type CelValue, CelUint, toKey } from "./values.ts";

export type Evaluate = (frame: Frame) => CelValue;

export interface Code {
  readonly type: CelType;
  readonly evaluate: Evaluate;
}

/** The variables in scope: those of the environment, and those of the comprehensions around. */
export interface Scope {
  lookup(name: string): { readonly type: CelType; readonly slot: number | undefined } | undefined;
}

const TYPE_NAMES = new Set([
  "bool",
  "bytes",
  "double",
  "duration",
  "int",
  "list",
  "map",
  "null_type",
  "string",
  "timestamp",
  "type",
  "uint",
  "google.protobuf.Duration",
  "google.protobuf.Timestamp",
]);

const never: Evaluate = () => {
  throw new CelEvaluationError("the expression did not compile");
};

export class Compiler {
  readonly functions: Functions;
  readonly issues: CompileIssue[] = [];
  /** The variables of the environment that the expression reads. */
  readonly used = new Set<string>();
  substitution: Substitution = new Map();
  private nextVariable = 0;
  private nextSlot = 0;

  constructor(functions: Functions) {
    this.functions = functions;
  }

  compile(node: Expression, scope: Scope): Code {
    switch (node.kind) {
      case "literal":
        return { type: typeOfLiteral(node.value), evaluate: () => node.value };
      case "identifier":
        return this.identifier(node.at, node.name, scope);
      case "select": {
        const name = qualifiedName(node);
        // A variable's name may have a dot in it: `authorizer.requestResource`.
        if (name !== undefined && scope.lookup(name) !== undefined) return this.identifier(node.at, name, scope);
        const isType = name !== undefined && TYPE_NAMES.has(name) && scope.lookup(rootOf(name)) === undefined;
        return isType ? typeLiteral(name) : compileSelect(this, node, scope);
      }
      case "index":
        return compileIndex(this, node, scope);
      case "has":
        return compileHas(this, node.select, scope);
      case "call":
        return compileCall(this, node, scope);
      case "and":
      case "or":
        return this.logical(node, scope);
      case "conditional":
        return this.conditional(node, scope);
      case "list":
        return this.list(node.elements, scope);
      case "map":
        return this.map(node.entries, scope);
      case "comprehension":
        return compileComprehension(this, node, scope);
      case "bind":
      case "optionalMap":
        return compileWithVariable(this, node, scope);
    }
  }

  /** Notes a type error; the answer stands in for the code that cannot be made. */
  issue(at: number, message: string): Code {
    this.issues.push({ at, message });
    return { type: DYN, evaluate: never };
  }

  overloadIssue(at: number, name: string, given: readonly CelType[]): Code {
    const shown = given.map((type) => formatType(this.resolve(type))).join(", ");
    return this.issue(at, `found no matching overload for '${name}' applied to '(${shown})'`);
  }

  resolve(type: CelType): CelType {
    return resolveType(type, this.substitution);
  }

  /** The type with what is known filled in, at the outside only: an unknown one stays a variable. */
  shallow(type: CelType): CelType {
    let current = type;
    while (current.kind === "variable") {
      const known = this.substitution.get(current.id);
      if (known === undefined) return current;
      current = known;
    }
    return current;
  }

  /** May a value of `given` stand where `wanted` is asked for? Keeps what that says about variables. */
  accepts(given: CelType, wanted: CelType): boolean {
    const substitution = assign(given, wanted, this.substitution);
    if (substitution === undefined) return false;
    this.substitution = substitution;
    return true;
  }

  newVariable(): CelType {
    return { kind: "variable", id: this.nextVariable++ };
  }

  newSlot(): number {
    return this.nextSlot++;
  }

  private identifier(at: number, name: string, scope: Scope): Code {
    const found = scope.lookup(name);
    if (found === undefined) {
      if (TYPE_NAMES.has(name)) return typeLiteral(name);
      return this.issue(at, `undeclared reference to '${name}' (in container '')`);
    }
    const { slot, type } = found;
    if (slot === undefined) {
      this.used.add(name);
      return { type, evaluate: (frame) => frame.variable(name) };
    }
    return {
      type,
      evaluate: (frame) => {
        spend(frame, 1);
        return frame.locals[slot] ?? null;
      },
    };
  }

  /** `&&` and `||` ask both sides when they must: an error on one side is absorbed when the other decides. */
  private logical(node: Extract<Expression, { kind: "and" | "or" }>, scope: Scope): Code {
    const left = this.compile(node.left, scope);
    const right = this.compile(node.right, scope);
    if (!this.accepts(left.type, BOOL) || !this.accepts(right.type, BOOL))
      return this.overloadIssue(node.at, node.kind === "and" ? "_&&_" : "_||_", [left.type, right.type]);
    const decisive = node.kind === "or";
    const evaluate: Evaluate = (frame) => {
      let problem: CelEvaluationError | undefined;
      try {
        const value = left.evaluate(frame);
        if (value === decisive) return decisive;
        if (typeof value !== "boolean") problem = new CelEvaluationError("no such overload");
      } catch (error) {
        if (!(error instanceof CelEvaluationError)) throw error;
        problem = error;
      }
      const value = right.evaluate(frame);
      if (value === decisive) return decisive;
      if (problem !== undefined) throw problem;
      if (typeof value !== "boolean") throw new CelEvaluationError("no such overload");
      return value;
    };
    return { type: BOOL, evaluate };
  }

  private conditional(node: Extract<Expression, { kind: "conditional" }>, scope: Scope): Code {
    const condition = this.compile(node.condition, scope);
    const ifTrue = this.compile(node.ifTrue, scope);
    const ifFalse = this.compile(node.ifFalse, scope);
    const type = this.accepts(condition.type, BOOL) ? this.joined(ifTrue.type, ifFalse.type) : undefined;
    if (type === undefined) return this.overloadIssue(node.at, "_?_:_", [condition.type, ifTrue.type, ifFalse.type]);
    const evaluate: Evaluate = (frame) => {
      spend(frame, 1);
      const decided = condition.evaluate(frame);
      if (typeof decided !== "boolean") throw new CelEvaluationError("no such overload");
      return decided ? ifTrue.evaluate(frame) : ifFalse.evaluate(frame);
    };
    return { type, evaluate };
  }

  /** The type that covers both, or undefined when there is none. */
  private joined(left: CelType, right: CelType): CelType | undefined {
    const [first, second] = [this.shallow(left), this.shallow(right)];
    if (first.kind === "dyn" || second.kind === "dyn") return DYN;
    const substitution = join(first, second, this.substitution);
    if (substitution === undefined) return undefined;
    this.substitution = substitution;
    return first.kind === "null" ? second : first;
  }

  /** The one type of all members of a literal: Kubernetes wants literals to be homogeneous. */
  private commonType(parts: readonly { readonly at: number; readonly type: CelType }[], mayMix = false): CelType {
    const [first, ...rest] = parts;
    if (first === undefined) return this.newVariable();
    let common = first.type;
    for (const part of rest) {
      const type = this.joined(common, part.type);
      if (type === undefined) {
        if (mayMix) return DYN;
        this.issue(
          part.at,
          `expected type '${formatType(this.resolve(common))}' but found '${formatType(this.resolve(part.type))}'`,
        );
        return DYN;
      }
      common = type;
    }
    return common;
  }

  /** A list literal. Only the arguments of format() may be of different types. */
  list(elements: readonly Element[], scope: Scope, mayMix = false): Code {
    const parts = elements.map((element) => this.member(element.value, element.optional, scope));
    const type = listOf(this.commonType(parts, mayMix));
    const evaluate: Evaluate = (frame) => {
      spend(frame, 10);
      const values: CelValue[] = [];
      for (const part of parts) {
        const value = part.read(frame);
        if (value !== undefined) values.push(value);
      }
      return values;
    };
    return { type, evaluate };
  }

  private map(entries: readonly Entry[], scope: Scope): Code {
    const parts = entries.map((entry) => ({
      key: { at: entry.key.at, ...this.compile(entry.key, scope) },
      value: this.member(entry.value, entry.optional, scope),
    }));
    const type = mapOf(
      this.commonType(parts.map((part) => part.key)),
      this.commonType(parts.map((part) => part.value)),
    );
    const evaluate: Evaluate = (frame) => {
      spend(frame, 30);
      const map = new Map<CelKey, CelValue>();
      for (const part of parts) {
        const key = toKey(part.key.evaluate(frame));
        if (key === undefined) throw new CelEvaluationError("unsupported key type");
        if (map.has(key)) throw new CelEvaluationError(`Failed with repeated key: ${String(key)}`);
        const value = part.value.read(frame);
        if (value !== undefined) map.set(key, value);
      }
      return map;
    };
    return { type, evaluate };
  }

  /** A member of a list or map literal: its type, and its value or undefined when an optional one holds nothing. */
  private member(
    node: Expression,
    isOptional: boolean,
    scope: Scope,
  ): { readonly at: number; readonly type: CelType; read(frame: Frame): CelValue | undefined } {
    const code = this.compile(node, scope);
    if (!isOptional) return { at: node.at, type: code.type, read: code.evaluate };
    const element = this.newVariable();
    if (!this.accepts(code.type, optionalOf(element)))
      this.issue(node.at, `expected type 'optional_type' but found '${formatType(this.resolve(code.type))}'`);
    const read = (frame: Frame): CelValue | undefined => {
      const value = code.evaluate(frame);
      if (!(value instanceof CelOptional)) throw new CelEvaluationError("no such overload");
      return value.value;
    };
    return { at: node.at, type: element, read };
  }
}

function rootOf(name: string): string {
  return name.split(".", 1)[0] ?? "";
}

function typeLiteral(name: string): Code {
  const full = name === "timestamp" || name === "duration" ? `google.protobuf.${capitalised(name)}` : name;
  return { type: TYPE, evaluate: () => new CelTypeValue(full) };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function typeOfLiteral(value: CelValue): CelType {
  if (value === null) return types.NULL;
  if (typeof value === "boolean") return BOOL;
  if (typeof value === "bigint") return types.INT;
  if (typeof value === "number") return types.DOUBLE;
  if (typeof value === "string") return types.STRING;
  return value instanceof CelUint ? types.UINT : types.BYTES;
}
