// Loops over lists and maps, and the macros that bind one variable. Each step costs, so that no expression over a
// large object runs for long.
import type { Code, Compiler, Evaluate, Scope } from "./compiler.ts";
import { CelEvaluationError } from "./errors.ts";
import { type Frame, spend } from "./frame.ts";
import type { Comprehension, Expression } from "./syntax.ts";
import { BOOL, type CelType, DYN, formatType, INT, listOf, mapOf, optionalOf } from "./types.ts";
import { type CelKey, CelOptional, type CelValue, isList, isMap } from "./values.ts";

type Step = (frame: Frame, visit: (key: CelValue) => boolean) => void;

export function compileComprehension(compiler: Compiler, node: Comprehension, scope: Scope): Code {
  const range = compiler.compile(node.range, scope);
  const types = variableTypes(compiler, range.type, node.variables.length);
  if (types === undefined)
    return compiler.issue(
      node.range.at,
      `expression of type '${formatType(compiler.resolve(range.type))}' cannot be range of a comprehension (must be list, map, or dynamic)`,
    );
  const slots = node.variables.map(() => compiler.newSlot());
  const inner = node.variables.reduce(
    (outer, name, index) => withVariable(outer, name, types[index] ?? DYN, slots[index] ?? 0),
    scope,
  );
  const filter = node.filter && compiler.compile(node.filter, inner);
  const body = compiler.compile(node.body, inner);
  if (filter !== undefined && !compiler.accepts(filter.type, BOOL))
    return compiler.overloadIssue(node.at, "_?_:_", [filter.type]);
  const isPredicate = ["all", "exists", "existsOne", "filter"].includes(node.macro);
  if (isPredicate && !compiler.accepts(body.type, BOOL))
    return compiler.overloadIssue(node.body.at, predicateOperator(node.macro), [BOOL, body.type]);
  const step = steps(range.evaluate, slots, filter?.evaluate);
  return loops[node.macro](compiler, { step, body, range: range.type, element: types[0] ?? DYN });
}

interface Loop {
  readonly step: Step;
  readonly body: Code;
  readonly range: CelType;
  /** The type of the (first) variable. */
  readonly element: CelType;
}

const loops: Readonly<Record<Comprehension["macro"], (compiler: Compiler, loop: Loop) => Code>> = {
  all: (_compiler, loop) => quantifier(loop, false),
  exists: (_compiler, loop) => quantifier(loop, true),
  existsOne: (_compiler, { step, body }) => ({
    type: BOOL,
    evaluate: (frame) => {
      let count = 0;
      step(frame, () => {
        if (isTrue(body.evaluate(frame))) count++;
        return true;
      });
      return count === 1;
    },
  }),
  filter: (_compiler, { step, body, element }) => ({
    type: listOf(element),
    evaluate: (frame) => {
      const kept: CelValue[] = [];
      step(frame, (key) => {
        if (isTrue(body.evaluate(frame))) kept.push(key);
        return true;
      });
      return kept;
    },
  }),
  map: (_compiler, loop) => mapped(loop),
  transformList: (_compiler, loop) => mapped(loop),
  transformMap: (compiler, { step, body, range }) => {
    const type = compiler.shallow(range);
    let keyType: CelType = INT;
    if (type.kind !== "list") keyType = type.kind === "map" ? type.key : DYN;
    return {
      type: mapOf(keyType, body.type),
      evaluate: (frame) => {
        const map = new Map<CelKey, CelValue>();
        step(frame, (key) => {
          if (typeof key === "string" || typeof key === "bigint" || typeof key === "boolean")
            map.set(key, body.evaluate(frame));
          return true;
        });
        return map;
      },
    };
  },
  transformMapEntry: (_compiler, { step, body }) => ({
    type: body.type,
    evaluate: (frame) => {
      const map = new Map<CelKey, CelValue>();
      step(frame, () => {
        const entry = body.evaluate(frame);
        if (!isMap(entry)) throw new CelEvaluationError("no such overload");
        for (const [key, value] of entry) {
          if (map.has(key)) throw new CelEvaluationError(`insert failed: key ${String(key)} already exists`);
          map.set(key, value);
        }
        return true;
      });
      return map;
    },
  }),
};

/** An error in one element is absorbed when another element decides. */
function quantifier({ step, body }: Loop, decisive: boolean): Code {
  const evaluate: Evaluate = (frame) => {
    let problem: CelEvaluationError | undefined;
    let decided = false;
    step(frame, () => {
      try {
        decided = isTrue(body.evaluate(frame)) === decisive;
      } catch (error) {
        if (!(error instanceof CelEvaluationError)) throw error;
        problem ??= error;
      }
      return !decided;
    });
    if (decided) return decisive;
    if (problem !== undefined) throw problem;
    return !decisive;
  };
  return { type: BOOL, evaluate };
}

function mapped({ step, body }: Loop): Code {
  const evaluate: Evaluate = (frame) => {
    const results: CelValue[] = [];
    step(frame, () => {
      results.push(body.evaluate(frame));
      return true;
    });
    return results;
  };
  return { type: listOf(body.type), evaluate };
}

/** Walks the range, sets the variables and visits each element that passes the filter, until the visitor says no. */
function steps(range: Evaluate, slots: readonly number[], filter: Evaluate | undefined): Step {
  const [first = 0, second] = slots;
  return (frame, visit) => {
    const collection = range(frame);
    const visitOne = (key: CelValue, value: CelValue): boolean => {
      spend(frame, 1);
      frame.locals[first] = key;
      if (second !== undefined) frame.locals[second] = value;
      if (filter !== undefined && !isTrue(filter(frame))) return true;
      return visit(key);
    };
    if (isList(collection)) {
      for (const [index, value] of collection.entries())
        if (!visitOne(second === undefined ? value : BigInt(index), value)) return;
    } else if (isMap(collection)) {
      for (const [key, value] of collection) if (!visitOne(key, value)) return;
    } else throw new CelEvaluationError("no such overload");
  };
}

function isTrue(value: CelValue): boolean {
  if (typeof value !== "boolean") throw new CelEvaluationError("no such overload");
  return value;
}

function variableTypes(compiler: Compiler, range: CelType, count: number): readonly CelType[] | undefined {
  const type = compiler.shallow(range);
  switch (type.kind) {
    case "dyn":
    case "variable":
      return [DYN, DYN];
    case "list":
      return count === 1 ? [type.element] : [INT, type.element];
    case "map":
      return [type.key, type.value];
    default:
      return undefined;
  }
}

function predicateOperator(macro: Comprehension["macro"]): string {
  if (macro === "all") return "_&&_";
  return macro === "exists" ? "_||_" : "_?_:_";
}

function withVariable(outer: Scope, name: string, type: CelType, slot: number): Scope {
  return { lookup: (wanted) => (wanted === name ? { type, slot } : outer.lookup(wanted)) };
}

/** cel.bind(), optMap() and optFlatMap(). */
export function compileWithVariable(
  compiler: Compiler,
  node: Extract<Expression, { kind: "bind" | "optionalMap" }>,
  scope: Scope,
): Code {
  const slot = compiler.newSlot();
  if (node.kind === "bind") {
    const value = compiler.compile(node.value, scope);
    const body = compiler.compile(node.body, withVariable(scope, node.variable, value.type, slot));
    const evaluate: Evaluate = (frame) => {
      frame.locals[slot] = value.evaluate(frame);
      return body.evaluate(frame);
    };
    return { type: body.type, evaluate };
  }
  const operand = compiler.compile(node.operand, scope);
  const element = compiler.newVariable();
  if (!compiler.accepts(operand.type, optionalOf(element)))
    return compiler.overloadIssue(node.at, node.flat ? "optFlatMap" : "optMap", [operand.type]);
  const body = compiler.compile(node.body, withVariable(scope, node.variable, element, slot));
  if (node.flat && !compiler.accepts(body.type, optionalOf(compiler.newVariable())))
    return compiler.overloadIssue(node.at, "optFlatMap", [operand.type, body.type]);
  const evaluate: Evaluate = (frame) => {
    const holder = operand.evaluate(frame);
    if (!(holder instanceof CelOptional)) throw new CelEvaluationError("no such overload");
    if (holder.value === undefined) return holder;
    frame.locals[slot] = holder.value;
    const value = body.evaluate(frame);
    return node.flat ? value : new CelOptional(value);
  };
  return { type: node.flat ? body.type : optionalOf(body.type), evaluate };
}
