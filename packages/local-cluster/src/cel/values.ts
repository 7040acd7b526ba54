// CEL's values as JavaScript ones. An int is a bigint and a double a number, so the two never mix by accident.
import { CelEvaluationError } from "./errors.ts";

export type CelValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | CelUint
  | CelTimestamp
  | CelDuration
  | CelTypeValue
  | CelOptional
  | CelOpaque
  | CelList
  | CelMap;

export type CelList = readonly CelValue[];
export type CelMap = ReadonlyMap<CelKey, CelValue>;
/** Numeric keys are all kept as bigint: `{1: x}` is found under 1, 1u and 1.0 alike. */
export type CelKey = string | bigint | boolean;

export class CelUint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

/** A moment, in nanoseconds since the epoch. */
export class CelTimestamp {
  readonly nanoseconds: bigint;

  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }
}

export class CelDuration {
  readonly nanoseconds: bigint;

  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }
}

/** A type as a value: what type(x) answers, and what the identifier `int` stands for. */
export class CelTypeValue {
  readonly typeName: string;

  constructor(typeName: string) {
    this.typeName = typeName;
  }
}

export class CelOptional {
  static readonly none = new CelOptional(undefined);
  readonly value: CelValue | undefined;

  constructor(value: CelValue | undefined) {
    this.value = value;
  }
}

/** A value of a type that an extension library brings: a URL, a quantity, the authorizer. */
export abstract class CelOpaque {
  abstract readonly typeName: string;

  equals(other: CelOpaque): boolean {
    return this === other;
  }
}

export const isList = (value: CelValue): value is CelList => Array.isArray(value);
export const isMap = (value: CelValue): value is CelMap => value instanceof Map;

export const MAX_INT = 2n ** 63n - 1n;
export const MIN_INT = -(2n ** 63n);
export const MAX_UINT = 2n ** 64n - 1n;

export function toInt(value: bigint): bigint {
  if (value > MAX_INT || value < MIN_INT) throw new CelEvaluationError("integer overflow");
  return value;
}

export function toUint(value: bigint): CelUint {
  if (value > MAX_UINT || value < 0n) throw new CelEvaluationError("unsigned integer overflow");
  return new CelUint(value);
}

/** The number behind an int, uint or double, comparable with < and ==; undefined for anything else. */
export function numericValue(value: CelValue): number | bigint | undefined {
  if (typeof value === "bigint" || typeof value === "number") return value;
  return value instanceof CelUint ? value.value : undefined;
}

/** The form under which a value is looked up in a map; undefined when no map can hold it as a key. */
export function toKey(value: CelValue): CelKey | undefined {
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "bigint") return value;
  if (value instanceof CelUint) return value.value;
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : undefined;
}

/** CEL's ==. Values of different types are unequal, except that numbers compare by value. */
export function celEquals(left: CelValue, right: CelValue): boolean {
  if (left === right) return true;
  const leftNumber = numericValue(left);
  if (leftNumber !== undefined) {
    const rightNumber = numericValue(right);
    // oxlint-disable-next-line eqeqeq -- == compares a bigint with a number by value.
    return rightNumber !== undefined && leftNumber == rightNumber;
  }
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (isList(left))
    return (
      isList(right) &&
      left.length === right.length &&
      left.every((item, index) => {
        const other = right[index];
        return other !== undefined && celEquals(item, other);
      })
    );
  if (isMap(left)) return isMap(right) && mapsEqual(left, right);
  if (left instanceof Uint8Array) return right instanceof Uint8Array && Buffer.compare(left, right) === 0;
  if (left instanceof CelTimestamp) return right instanceof CelTimestamp && left.nanoseconds === right.nanoseconds;
  if (left instanceof CelDuration) return right instanceof CelDuration && left.nanoseconds === right.nanoseconds;
  if (left instanceof CelTypeValue) return right instanceof CelTypeValue && left.typeName === right.typeName;
  if (left instanceof CelOptional) {
    if (!(right instanceof CelOptional)) return false;
    if (left.value === undefined || right.value === undefined) return left.value === right.value;
    return celEquals(left.value, right.value);
  }
  return (
    left instanceof CelOpaque && right instanceof CelOpaque && left.typeName === right.typeName && left.equals(right)
  );
}

function mapsEqual(left: CelMap, right: CelMap): boolean {
  if (left.size !== right.size) return false;
  for (const [key, value] of left) {
    const other = right.get(key);
    if (other === undefined || !celEquals(value, other)) return false;
  }
  return true;
}

export function typeNameOf(value: CelValue): string {
  if (value === null) return "null_type";
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "bigint":
      return "int";
    case "number":
      return "double";
    case "string":
      return "string";
    default:
      break;
  }
  if (isList(value)) return "list";
  if (isMap(value)) return "map";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof CelUint) return "uint";
  if (value instanceof CelTimestamp) return "google.protobuf.Timestamp";
  if (value instanceof CelDuration) return "google.protobuf.Duration";
  if (value instanceof CelTypeValue) return "type";
  if (value instanceof CelOptional) return "optional_type";
  return value.typeName;
}

/** How many units a value counts for when a cost depends on size. */
export function sizeOfValue(value: CelValue): number {
  if (typeof value === "string" || value instanceof Uint8Array || isList(value)) return value.length;
  return isMap(value) ? value.size : 1;
}
