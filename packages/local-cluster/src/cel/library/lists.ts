// Kubernetes' list extension (sum, min, max, isSorted, indexOf) and cel-go's sets extension.
import { CelEvaluationError, noSuchOverload } from "../errors.ts";
import { A, bool, dyn, fn, type FunctionTable, int, list, method, type Overload, sizeCost } from "../functions.ts";
import { CelDuration, type CelList, CelTimestamp, CelUint, type CelValue, celEquals, numericValue } from "../values.ts";
import { toInt, toUint } from "../values.ts";
import { compareText } from "./operators.ts";

function compare(left: CelValue, right: CelValue): number {
  const [leftNumber, rightNumber] = [numericValue(left), numericValue(right)];
  if (leftNumber !== undefined && rightNumber !== undefined) {
    if (leftNumber < rightNumber) return -1;
    return leftNumber > rightNumber ? 1 : 0;
  }
  if (typeof left === "string" && typeof right === "string") return compareText(left, right);
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right);
  const isSpan =
    (left instanceof CelDuration && right instanceof CelDuration) ||
    (left instanceof CelTimestamp && right instanceof CelTimestamp);
  if (isSpan) return Number(left.nanoseconds - right.nanoseconds);
  throw noSuchOverload();
}

function extreme(values: CelList, name: string, isBetter: (order: number) => boolean): CelValue {
  const [first, ...rest] = values;
  if (first === undefined) throw new CelEvaluationError(`${name} called on empty list`);
  return rest.reduce((best, value) => (isBetter(compare(value, best)) ? value : best), first);
}

function sum(values: CelList): CelValue {
  const [first, ...rest] = values;
  if (first === undefined) return 0n;
  return rest.reduce((total, value) => {
    if (typeof total === "bigint" && typeof value === "bigint") return toInt(total + value);
    if (typeof total === "number" && typeof value === "number") return total + value;
    if (total instanceof CelUint && value instanceof CelUint) return toUint(total.value + value.value);
    if (total instanceof CelDuration && value instanceof CelDuration)
      return new CelDuration(toInt(total.nanoseconds + value.nanoseconds));
    throw noSuchOverload();
  }, first);
}

const includes = (values: CelList, wanted: CelValue): boolean => values.some((value) => celEquals(value, wanted));
const containsAll = (values: CelList, wanted: CelList): boolean => wanted.every((value) => includes(values, value));
const productCost = (left: CelList, right: CelList): number => 1 + left.length * right.length;

const search = (find: (values: CelList, wanted: CelValue) => number): readonly Overload[] => [
  method([list(A), A], int, (values, wanted) => BigInt(find(values, wanted)), sizeCost),
];

export const lists: FunctionTable = {
  isSorted: [
    method(
      [list(dyn)],
      bool,
      (values) =>
        values.every((value, index) => {
          const before = values[index - 1];
          return before === undefined || compare(before, value) <= 0;
        }),
      sizeCost,
    ),
  ],
  sum: [method([list(A)], A, sum, sizeCost)],
  min: [method([list(A)], A, (values) => extreme(values, "min", (order) => order < 0), sizeCost)],
  max: [method([list(A)], A, (values) => extreme(values, "max", (order) => order > 0), sizeCost)],
  indexOf: search((values, wanted) => values.findIndex((value) => celEquals(value, wanted))),
  lastIndexOf: search((values, wanted) => values.findLastIndex((value) => celEquals(value, wanted))),
  "sets.contains": [fn([list(A), list(A)], bool, containsAll, productCost)],
  "sets.equivalent": [
    fn(
      [list(A), list(A)],
      bool,
      (left, right) => containsAll(left, right) && containsAll(right, left),
      (left, right) => 2 * productCost(left, right),
    ),
  ],
  "sets.intersects": [
    fn([list(A), list(A)], bool, (left, right) => left.some((value) => includes(right, value)), productCost),
  ],
};
