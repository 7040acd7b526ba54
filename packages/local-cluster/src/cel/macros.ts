// The calls that are not calls: has(), all(), exists(), map() and their kin, recognised by name and shape.
import type { CompileIssue } from "./errors.ts";
import type { Expression, MacroName } from "./syntax.ts";

interface Shape {
  readonly macro: MacroName;
  readonly variables: 1 | 2;
  readonly filtered: boolean;
}

/** By name, then by the number of parameters. */
const COMPREHENSIONS: Readonly<Record<string, Readonly<Record<number, Shape>>>> = {
  all: { 2: shape("all", 1), 3: shape("all", 2) },
  exists: { 2: shape("exists", 1), 3: shape("exists", 2) },
  exists_one: { 2: shape("existsOne", 1) },
  existsOne: { 2: shape("existsOne", 1), 3: shape("existsOne", 2) },
  map: { 2: shape("map", 1), 3: shape("map", 1, true) },
  filter: { 2: shape("filter", 1) },
  transformList: { 3: shape("transformList", 2), 4: shape("transformList", 2, true) },
  transformMap: { 3: shape("transformMap", 2), 4: shape("transformMap", 2, true) },
  transformMapEntry: { 3: shape("transformMapEntry", 2), 4: shape("transformMapEntry", 2, true) },
};

/** The expansion, an issue when the call has a macro's name but not its shape, or undefined for an ordinary call. */
export function expandMacro(
  name: string,
  at: number,
  target: Expression | undefined,
  parameters: readonly Expression[],
): Expression | CompileIssue | undefined {
  const [first, second, third] = parameters;
  if (target === undefined) {
    if (name !== "has" || parameters.length !== 1 || first === undefined) return undefined;
    if (first.kind !== "select" || first.optional) return { at, message: "invalid argument to has() macro" };
    return { kind: "has", at, select: first };
  }
  const isCelNamespace = target.kind === "identifier" && target.name === "cel";
  if (isCelNamespace && name === "bind" && first !== undefined && second !== undefined && third !== undefined) {
    if (first.kind !== "identifier")
      return { at: first.at, message: "cel.bind() variable names must be simple identifiers" };
    return { kind: "bind", at, variable: first.name, value: second, body: third };
  }
  if ((name === "optMap" || name === "optFlatMap") && first !== undefined && second !== undefined) {
    if (first.kind !== "identifier")
      return { at: first.at, message: `${name}() variable name must be a simple identifier` };
    return {
      kind: "optionalMap",
      at,
      operand: target,
      variable: first.name,
      body: second,
      flat: name === "optFlatMap",
    };
  }
  const found = Object.hasOwn(COMPREHENSIONS, name) ? COMPREHENSIONS[name]?.[parameters.length] : undefined;
  return found === undefined ? undefined : comprehension(found, at, target, parameters);
}

function comprehension(
  found: Shape,
  at: number,
  range: Expression,
  parameters: readonly Expression[],
): Expression | CompileIssue {
  const [first, second] = parameters;
  const body = parameters.at(-1);
  const filter = found.filtered ? parameters.at(-2) : undefined;
  if (first?.kind !== "identifier") return { at: first?.at ?? at, message: "argument must be a simple name" };
  if (body === undefined) return { at, message: "argument is missing" };
  if (found.variables === 1)
    return { kind: "comprehension", at, macro: found.macro, range, variables: [first.name], filter, body };
  if (second?.kind !== "identifier") return { at: second?.at ?? at, message: "argument must be a simple name" };
  if (first.name === second.name) return { at: second.at, message: "duplicate variable name" };
  return { kind: "comprehension", at, macro: found.macro, range, variables: [first.name, second.name], filter, body };
}

function shape(macro: MacroName, variables: 1 | 2, filtered = false): Shape {
  return { macro, variables, filtered };
}
