// Type inference for the checker: which types the parameters of a generic function stand for.
import { type CelType, DYN } from "./types.ts";

/** What the inference variables stand for so far. Tried out on a copy, kept when the trial succeeds. */
export type Substitution = ReadonlyMap<number, CelType>;

/** The type with every known variable replaced; one that is still unknown becomes dyn. */
export function resolveType(type: CelType, substitution: Substitution): CelType {
  switch (type.kind) {
    case "variable": {
      const known = substitution.get(type.id);
      return known === undefined ? DYN : resolveType(known, substitution);
    }
    case "list":
    case "optional":
      return { kind: type.kind, element: resolveType(type.element, substitution) };
    case "map":
      return { kind: "map", key: resolveType(type.key, substitution), value: resolveType(type.value, substitution) };
    default:
      return type;
  }
}

/** Replaces the parameters of a declaration by inference variables. */
export function instantiate(type: CelType, variables: ReadonlyMap<string, CelType>): CelType {
  switch (type.kind) {
    case "parameter":
      return variables.get(type.name) ?? DYN;
    case "list":
    case "optional":
      return { kind: type.kind, element: instantiate(type.element, variables) };
    case "map":
      return { kind: "map", key: instantiate(type.key, variables), value: instantiate(type.value, variables) };
    default:
      return type;
  }
}

/**
 * May a value of type `given` stand where `wanted` is asked for? Answers what the variables then stand for.
 * dyn goes with everything, and null with types that may be absent.
 */
export function assign(given: CelType, wanted: CelType, substitution: Substitution): Substitution | undefined {
  const left = walk(given, substitution);
  const right = walk(wanted, substitution);
  if (left.kind === "variable" && right.kind === "variable" && left.id === right.id) return substitution;
  if (right.kind === "variable") return bind(right.id, left, substitution);
  if (left.kind === "variable") return bind(left.id, right, substitution);
  if (left.kind === "dyn" || right.kind === "dyn") return substitution;
  if (left.kind === "null" && acceptsNull(right)) return substitution;
  if (left.kind === "list" && right.kind === "list") return assign(left.element, right.element, substitution);
  if (left.kind === "optional" && right.kind === "optional") return assign(left.element, right.element, substitution);
  if (left.kind === "map" && right.kind === "map") {
    const keys = assign(left.key, right.key, substitution);
    return keys && assign(left.value, right.value, keys);
  }
  if (left.kind === "object" && right.kind === "object") return left === right ? substitution : undefined;
  if (left.kind === "opaque" && right.kind === "opaque") return left.name === right.name ? substitution : undefined;
  return left.kind === right.kind ? substitution : undefined;
}

/** The wider of two types when one may stand for the other, or undefined. */
export function join(left: CelType, right: CelType, substitution: Substitution): Substitution | undefined {
  return assign(left, right, substitution) ?? assign(right, left, substitution);
}

function walk(type: CelType, substitution: Substitution): CelType {
  let current = type;
  while (current.kind === "variable") {
    const known = substitution.get(current.id);
    if (known === undefined) return current;
    current = known;
  }
  return current;
}

function bind(id: number, type: CelType, substitution: Substitution): Substitution | undefined {
  if (occurs(id, type, substitution)) return undefined;
  return new Map(substitution).set(id, type);
}

function occurs(id: number, type: CelType, substitution: Substitution): boolean {
  const found = walk(type, substitution);
  switch (found.kind) {
    case "variable":
      return found.id === id;
    case "list":
    case "optional":
      return occurs(id, found.element, substitution);
    case "map":
      return occurs(id, found.key, substitution) || occurs(id, found.value, substitution);
    default:
      return false;
  }
}

function acceptsNull(type: CelType): boolean {
  return type.kind === "object" || type.kind === "opaque" || type.kind === "timestamp" || type.kind === "duration";
}
