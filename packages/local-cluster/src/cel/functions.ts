// How functions are declared: static types for the checker, an implementation whose parameters have the matching
// TypeScript types. The evaluator calls an overload only with values that match its declared types.
import { type CelType, listOf, mapOf, opaque, optionalOf, parameter } from "./types.ts";
import * as types from "./types.ts";
import type {
  CelDuration,
  CelList,
  CelMap,
  CelOpaque,
  CelOptional,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  CelValue,
} from "./values.ts";

/** A CEL type together with the TypeScript type of its values. */
export interface Typed<T extends CelValue> {
  readonly type: CelType;
  /** Only for the type checker; never set. */
  readonly sample?: T;
}

export interface Overload {
  /** Of a method, the first is the receiver. */
  readonly parameters: readonly CelType[];
  readonly result: CelType;
  readonly isMethod: boolean;
  run(...values: readonly CelValue[]): CelValue;
  /** What a call costs, in units of about one step; 1 when left out. */
  cost?(...values: readonly CelValue[]): number;
}

export type FunctionTable = Readonly<Record<string, readonly Overload[]>>;

type ValuesOf<P extends readonly Typed<CelValue>[]> = {
  [Index in keyof P]: P[Index] extends Typed<infer T> ? T : never;
};
type Run<P extends readonly Typed<CelValue>[], R extends CelValue> = (...values: ValuesOf<P>) => R;
type Cost<P extends readonly Typed<CelValue>[]> = (...values: ValuesOf<P>) => number;

/** A function, called as f(a, b). */
export function fn<const P extends readonly Typed<CelValue>[], R extends CelValue>(
  parameters: P,
  result: Typed<R>,
  run: Run<P, R>,
  cost?: Cost<P>,
): Overload {
  return declare(parameters, result, run, cost, false);
}

/** A method, called as a.f(b). */
export function method<const P extends readonly Typed<CelValue>[], R extends CelValue>(
  parameters: P,
  result: Typed<R>,
  run: Run<P, R>,
  cost?: Cost<P>,
): Overload {
  return declare(parameters, result, run, cost, true);
}

function declare<const P extends readonly Typed<CelValue>[], R extends CelValue>(
  parameters: P,
  result: Typed<R>,
  run: Run<P, R>,
  cost: Cost<P> | undefined,
  isMethod: boolean,
): Overload {
  return {
    parameters: parameters.map((one) => one.type),
    result: result.type,
    isMethod,
    // The evaluator has matched the values against `parameters`, so the casts only restore what it has checked.
    run: (...values) => run(...(values as ValuesOf<P>)),
    ...(cost && { cost: (...values: readonly CelValue[]) => cost(...(values as ValuesOf<P>)) }),
  };
}

export const dyn: Typed<CelValue> = { type: types.DYN };
export const bool: Typed<boolean> = { type: types.BOOL };
export const int: Typed<bigint> = { type: types.INT };
export const uint: Typed<CelUint> = { type: types.UINT };
export const double: Typed<number> = { type: types.DOUBLE };
export const string: Typed<string> = { type: types.STRING };
export const bytes: Typed<Uint8Array> = { type: types.BYTES };
export const timestamp: Typed<CelTimestamp> = { type: types.TIMESTAMP };
export const duration: Typed<CelDuration> = { type: types.DURATION };
export const typeValue: Typed<CelTypeValue> = { type: types.TYPE };

/** The type parameters A and B. */
export const A: Typed<CelValue> = { type: parameter("A") };
export const B: Typed<CelValue> = { type: parameter("B") };

/** The elements are not checked when a call is made: see stringsIn. */
export const list = (element: Typed<CelValue>): Typed<CelList> => ({ type: listOf(element.type) });
export const map = (key: Typed<CelValue>, value: Typed<CelValue>): Typed<CelMap> => ({
  type: mapOf(key.type, value.type),
});
export const optional = (element: Typed<CelValue>): Typed<CelOptional> => ({ type: optionalOf(element.type) });

/** The type of an extension's values: those of one class with that type name. */
export const opaqueType = <T extends CelOpaque>(name: string): Typed<T> => ({ type: opaque(name) });

/** String functions read their text: a tenth of a unit per character, as Kubernetes counts it. */
export const textCost = (...texts: readonly { readonly length: number }[]): number =>
  1 + Math.ceil(texts.reduce((sum, text) => sum + text.length, 0) / 10);

export const sizeCost = (collection: { readonly length: number }): number => 1 + collection.length;
