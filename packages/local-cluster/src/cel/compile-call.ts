// Calls of functions and methods: which overloads fit the static types, and which one fits the values at run time.
import type { Code, Compiler, Evaluate, Scope } from "./compiler.ts";
import { CelEvaluationError, noSuchOverload } from "./errors.ts";
import { spend } from "./frame.ts";
import type { Overload } from "./functions.ts";
import { readDuration, readTimestamp } from "./library/time-format.ts";
import { regularExpression, RegexSyntaxError } from "./regular-expression/index.ts";
import { type Call, type Expression, qualifiedName } from "./syntax.ts";
import { type CelType, DYN, formatType, valueMatches } from "./types.ts";
import { assign, instantiate, type Substitution } from "./unify.ts";
import type { CelValue } from "./values.ts";

export function compileCall(compiler: Compiler, node: Call, scope: Scope): Code {
  const namespaced = namespacedName(compiler, node, scope);
  const name = namespaced ?? node.name;
  const target = namespaced === undefined ? node.target : undefined;
  const isMethod = target !== undefined;
  const parts = (target === undefined ? node.parameters : [target, ...node.parameters]).map((part) =>
    name === "format" && part.kind === "list"
      ? compiler.list(part.elements, scope, true)
      : compiler.compile(part, scope),
  );
  const declared = compiler.functions.get(name);
  if (declared === undefined) return compiler.issue(node.at, `undeclared reference to '${name}' (in container '')`);
  const candidates = declared.filter(
    (overload) => overload.isMethod === isMethod && overload.parameters.length === parts.length,
  );
  const given = parts.map((part) => part.type);
  const fitting = resolveOverloads(compiler, candidates, given);
  if (fitting === undefined) return overloadProblem(compiler, node, name, given, isMethod);
  const problem = literalProblem(name, node);
  if (problem !== undefined) return compiler.issue(problem.at, problem.message);
  return {
    type: fitting.type,
    evaluate: caller(
      fitting.overloads,
      parts.map((part) => part.evaluate),
    ),
  };
}

/** `optional.of(x)` and `sets.contains(a, b)` are functions whose names have a dot, unless the prefix is a variable. */
function namespacedName(compiler: Compiler, node: Call, scope: Scope): string | undefined {
  const prefix = node.target && qualifiedName(node.target);
  if (prefix === undefined || scope.lookup(prefix.split(".", 1)[0] ?? "") !== undefined) return undefined;
  const name = `${prefix}.${node.name}`;
  return compiler.functions.has(name) ? name : undefined;
}

function resolveOverloads(
  compiler: Compiler,
  candidates: readonly Overload[],
  given: readonly CelType[],
): { readonly overloads: readonly Overload[]; readonly type: CelType } | undefined {
  const before = compiler.substitution;
  const overloads: Overload[] = [];
  let type: CelType | undefined;
  let substitution: Substitution = before;
  for (const overload of candidates) {
    const variables = new Map<string, CelType>();
    for (const parameter of [...overload.parameters, overload.result])
      for (const name of parameterNames(parameter))
        if (!variables.has(name)) variables.set(name, compiler.newVariable());
    const trial = overload.parameters.reduce<Substitution | undefined>((known, parameter, index) => {
      const actual = given[index];
      return known && actual && assign(actual, instantiate(parameter, variables), known);
    }, before);
    if (trial === undefined) continue;
    overloads.push(overload);
    substitution = trial;
    const result = instantiate(overload.result, variables);
    type = type === undefined || formatType(type) === formatType(result) ? result : DYN;
  }
  if (type === undefined) return undefined;
  // Several fitting overloads say nothing certain about the variables: one of the arguments is dyn.
  if (overloads.length === 1) compiler.substitution = substitution;
  return { overloads, type };
}

function parameterNames(type: CelType): readonly string[] {
  switch (type.kind) {
    case "parameter":
      return [type.name];
    case "list":
    case "optional":
      return parameterNames(type.element);
    case "map":
      return [...parameterNames(type.key), ...parameterNames(type.value)];
    default:
      return [];
  }
}

function overloadProblem(
  compiler: Compiler,
  node: Call,
  name: string,
  given: readonly CelType[],
  isMethod: boolean,
): Code {
  if (!isMethod) return compiler.overloadIssue(node.at, name, given);
  const [receiver = DYN, ...rest] = given.map((type) => compiler.resolve(type));
  const shown = `${formatType(receiver)}.(${rest.map(formatType).join(", ")})`;
  return compiler.issue(node.at, `found no matching overload for '${name}' applied to '${shown}'`);
}

function caller(overloads: readonly Overload[], parts: readonly Evaluate[]): Evaluate {
  const [only] = overloads;
  if (overloads.length === 1 && only !== undefined) {
    const { parameters } = only;
    return (frame) => {
      const values = parts.map((part) => part(frame));
      if (!fits(values, parameters)) throw noSuchOverload();
      spend(frame, only.cost?.(...values) ?? 1);
      return only.run(...values);
    };
  }
  return (frame) => {
    const values = parts.map((part) => part(frame));
    const overload = overloads.find((candidate) => fits(values, candidate.parameters));
    if (overload === undefined) throw noSuchOverload();
    spend(frame, overload.cost?.(...values) ?? 1);
    return overload.run(...values);
  };
}

function fits(values: readonly CelValue[], parameters: readonly CelType[]): boolean {
  for (let index = 0; index < values.length; index++) {
    const [value, parameter] = [values[index], parameters[index]];
    if (value === undefined || parameter === undefined) throw new CelEvaluationError("no such overload");
    if (!valueMatches(value, parameter)) return false;
  }
  return true;
}

/** Literals that can only fail when they are used are refused at once, as Kubernetes does. */
function literalProblem(name: string, node: Call): { readonly at: number; readonly message: string } | undefined {
  const literal = (part: Expression | undefined): string | undefined =>
    part?.kind === "literal" && typeof part.value === "string" ? part.value : undefined;
  const last = node.parameters.at(name === "matches" || node.target === undefined ? -1 : 0);
  const text = literal(last);
  if (text === undefined || last === undefined) return undefined;
  if (name === "duration" && readDuration(text) === undefined)
    return { at: last.at, message: "invalid duration argument" };
  if (name === "timestamp" && readTimestamp(text) === undefined)
    return { at: last.at, message: "invalid timestamp argument" };
  if (name !== "matches" && name !== "find" && name !== "findAll") return undefined;
  try {
    regularExpression(text);
    return undefined;
  } catch (error) {
    if (error instanceof RegexSyntaxError) return { at: last.at, message: "invalid matches argument" };
    throw error;
  }
}
