// The syntax tree of an expression. Operators are calls of functions with the names that cel-go gives them.
// `at` is an offset in the source: where a message about this node points.
import type { CelValue } from "./values.ts";

export type Expression =
  | { readonly kind: "literal"; readonly at: number; readonly value: CelValue }
  | { readonly kind: "identifier"; readonly at: number; readonly name: string }
  | Select
  | {
      readonly kind: "index";
      readonly at: number;
      readonly operand: Expression;
      readonly key: Expression;
      readonly optional: boolean;
    }
  | { readonly kind: "has"; readonly at: number; readonly select: Select }
  | Call
  | { readonly kind: "and" | "or"; readonly at: number; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: "conditional";
      readonly at: number;
      readonly condition: Expression;
      readonly ifTrue: Expression;
      readonly ifFalse: Expression;
    }
  | { readonly kind: "list"; readonly at: number; readonly elements: readonly Element[] }
  | { readonly kind: "map"; readonly at: number; readonly entries: readonly Entry[] }
  | Comprehension
  | {
      /** cel.bind(variable, value, body). */
      readonly kind: "bind";
      readonly at: number;
      readonly variable: string;
      readonly value: Expression;
      readonly body: Expression;
    }
  | {
      /** operand.optMap(variable, body), or optFlatMap when the body itself answers an optional. */
      readonly kind: "optionalMap";
      readonly at: number;
      readonly operand: Expression;
      readonly variable: string;
      readonly body: Expression;
      readonly flat: boolean;
    };

export interface Select {
  readonly kind: "select";
  readonly at: number;
  readonly operand: Expression;
  readonly field: string;
  readonly optional: boolean;
}

export interface Call {
  readonly kind: "call";
  readonly at: number;
  readonly name: string;
  readonly target: Expression | undefined;
  readonly parameters: readonly Expression[];
}

export interface Element {
  readonly value: Expression;
  /** `[?x]`: left out when x holds nothing. */
  readonly optional: boolean;
}

export interface Entry {
  readonly key: Expression;
  readonly value: Expression;
  readonly optional: boolean;
}

export type MacroName =
  | "all"
  | "exists"
  | "existsOne"
  | "map"
  | "filter"
  | "transformList"
  | "transformMap"
  | "transformMapEntry";

export interface Comprehension {
  readonly kind: "comprehension";
  readonly at: number;
  readonly macro: MacroName;
  readonly range: Expression;
  /** One name for the element (a map's key), or two for index and element (a map's key and value). */
  readonly variables: readonly [string] | readonly [string, string];
  readonly filter: Expression | undefined;
  readonly body: Expression;
}

/** `a.b.c` as text, when the expression is nothing but names. */
export function qualifiedName(node: Expression): string | undefined {
  if (node.kind === "identifier") return node.name;
  if (node.kind !== "select" || node.optional) return undefined;
  const operand = qualifiedName(node.operand);
  return operand === undefined ? undefined : `${operand}.${node.field}`;
}
