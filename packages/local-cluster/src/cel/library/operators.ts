// The operators, under the names that cel-go's messages use.
import { CelEvaluationError, noSuchOverload } from "../errors.ts";
import {
  A,
  B,
  bool,
  bytes,
  double,
  duration,
  fn,
  type FunctionTable,
  int,
  list,
  map,
  type Overload,
} from "../functions.ts";
import { string, textCost, timestamp, uint } from "../functions.ts";
import {
  CelDuration,
  CelTimestamp,
  type CelValue,
  celEquals,
  numericValue,
  sizeOfValue,
  toInt,
  toKey,
  toUint,
} from "../values.ts";

const divisor = (value: bigint, problem: string): bigint => {
  if (value === 0n) throw new CelEvaluationError(problem);
  return value;
};

function arithmetic(
  integers: (left: bigint, right: bigint) => bigint,
  doubles?: (left: number, right: number) => number,
): readonly Overload[] {
  return [
    fn([int, int], int, (left, right) => toInt(integers(left, right))),
    fn([uint, uint], uint, (left, right) => toUint(integers(left.value, right.value))),
    ...(doubles === undefined ? [] : [fn([double, double], double, doubles)]),
  ];
}

const numbers = [int, uint, double] as const;

/** Whether the order of two values (negative, zero, positive; NaN when there is none) satisfies an operator. */
function comparison(holds: (order: number) => boolean): readonly Overload[] {
  const ordered = <T extends string | boolean | number | bigint>(left: T, right: T): number => {
    if (left < right) return -1;
    if (left > right) return 1;
    return left === right ? 0 : Number.NaN;
  };
  const result = (order: number): boolean => !Number.isNaN(order) && holds(order);
  const numeric = (left: CelValue, right: CelValue): boolean => {
    const [a, b] = [numericValue(left), numericValue(right)];
    if (a === undefined || b === undefined) throw noSuchOverload();
    if (a < b) return holds(-1);
    if (a > b) return holds(1);
    // oxlint-disable-next-line eqeqeq -- a bigint and a number of the same value are equal; NaN equals nothing.
    return a == b && holds(0);
  };
  return [
    fn([bool, bool], bool, (left, right) => result(ordered(left, right))),
    ...numbers.flatMap((left) => numbers.map((right) => fn([left, right], bool, numeric))),
    fn([string, string], bool, (left, right) => result(compareText(left, right)), textCost),
    fn([bytes, bytes], bool, (left, right) => result(Buffer.compare(left, right)), textCost),
    fn([timestamp, timestamp], bool, (left, right) => result(ordered(left.nanoseconds, right.nanoseconds))),
    fn([duration, duration], bool, (left, right) => result(ordered(left.nanoseconds, right.nanoseconds))),
  ];
}

/** By code point, as Go compares UTF-8; JavaScript's < compares UTF-16 units. */
export function compareText(left: string, right: string): number {
  return left === right ? 0 : Buffer.compare(Buffer.from(left), Buffer.from(right));
}

const equalityCost = (left: CelValue, right: CelValue): number =>
  1 + Math.ceil(Math.min(sizeOfValue(left), sizeOfValue(right)) / 10);

export const operators: FunctionTable = {
  "_==_": [fn([A, A], bool, celEquals, equalityCost)],
  "_!=_": [fn([A, A], bool, (left, right) => !celEquals(left, right), equalityCost)],
  "_<_": comparison((order) => order < 0),
  "_<=_": comparison((order) => order <= 0),
  "_>_": comparison((order) => order > 0),
  "_>=_": comparison((order) => order >= 0),
  "@in": [
    fn(
      [A, list(A)],
      bool,
      (value, values) => values.some((one) => celEquals(value, one)),
      (_value, values) => 1 + values.length,
    ),
    fn([A, map(A, B)], bool, (value, entries) => {
      const key = toKey(value);
      return key !== undefined && entries.has(key);
    }),
  ],
  "!_": [fn([bool], bool, (value) => !value)],
  "-_": [fn([int], int, (value) => toInt(-value)), fn([double], double, (value) => -value)],
  "_+_": [
    ...arithmetic(
      (left, right) => left + right,
      (left, right) => left + right,
    ),
    fn([string, string], string, (left, right) => left + right, textCost),
    fn([bytes, bytes], bytes, (left, right) => Uint8Array.from([...left, ...right]), textCost),
    fn(
      [list(A), list(A)],
      list(A),
      (left, right) => [...left, ...right],
      (left, right) => 1 + left.length + right.length,
    ),
    fn([duration, duration], duration, (left, right) => new CelDuration(toInt(left.nanoseconds + right.nanoseconds))),
    fn([timestamp, duration], timestamp, (left, right) => new CelTimestamp(left.nanoseconds + right.nanoseconds)),
    fn([duration, timestamp], timestamp, (left, right) => new CelTimestamp(left.nanoseconds + right.nanoseconds)),
  ],
  "_-_": [
    ...arithmetic(
      (left, right) => left - right,
      (left, right) => left - right,
    ),
    fn([duration, duration], duration, (left, right) => new CelDuration(toInt(left.nanoseconds - right.nanoseconds))),
    fn([timestamp, duration], timestamp, (left, right) => new CelTimestamp(left.nanoseconds - right.nanoseconds)),
    fn([timestamp, timestamp], duration, (left, right) => new CelDuration(toInt(left.nanoseconds - right.nanoseconds))),
  ],
  "_*_": arithmetic(
    (left, right) => left * right,
    (left, right) => left * right,
  ),
  "_/_": arithmetic(
    (left, right) => left / divisor(right, "division by zero"),
    (left, right) => left / right,
  ),
  "_%_": arithmetic((left, right) => left % divisor(right, "modulus by zero")),
};
