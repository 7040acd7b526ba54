// Kubernetes' quantity extension: quantity("500m") and its arithmetic.
import { addQuantities, parseQuantity, type Quantity } from "../../quantity/index.ts";
import { CelEvaluationError } from "../errors.ts";
import { bool, double, fn, type FunctionTable, int, method, opaqueType, type Overload, string } from "../functions.ts";
import { textCost } from "../functions.ts";
import { CelOpaque, MAX_INT, MIN_INT } from "../values.ts";

class CelQuantity extends CelOpaque {
  readonly typeName = "kubernetes.Quantity";
  readonly quantity: Quantity;

  constructor(quantity: Quantity) {
    super();
    this.quantity = quantity;
  }

  override equals(other: CelOpaque): boolean {
    return other instanceof CelQuantity && other.quantity.nano === this.quantity.nano;
  }
}

const NANO = 1_000_000_000n;
const quantity = opaqueType<CelQuantity>("kubernetes.Quantity");

function parse(text: string): CelQuantity {
  const parsed = text === text.trim() ? parseQuantity(text) : undefined;
  if (parsed === undefined)
    throw new CelEvaluationError(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  return new CelQuantity(parsed);
}

const isInteger = (value: CelQuantity): boolean => {
  const whole = value.quantity.nano / NANO;
  return value.quantity.nano % NANO === 0n && whole <= MAX_INT && whole >= MIN_INT;
};

function sumOf(left: CelQuantity, nano: bigint): CelQuantity {
  return new CelQuantity(addQuantities(left.quantity, { nano, format: left.quantity.format }));
}

const combined = (sign: 1n | -1n): readonly Overload[] => [
  method([quantity, quantity], quantity, (left, right) => sumOf(left, sign * right.quantity.nano)),
  method([quantity, int], quantity, (left, right) => sumOf(left, sign * right * NANO)),
];

export const quantities: FunctionTable = {
  quantity: [fn([string], quantity, parse, textCost)],
  isQuantity: [fn([string], bool, (text) => text === text.trim() && parseQuantity(text) !== undefined, textCost)],
  isInteger: [method([quantity], bool, isInteger)],
  asInteger: [
    method([quantity], int, (value) => {
      if (!isInteger(value)) throw new CelEvaluationError("cannot convert value to integer");
      return value.quantity.nano / NANO;
    }),
  ],
  asApproximateFloat: [method([quantity], double, (value) => Number(value.quantity.nano) / Number(NANO))],
  sign: [
    method([quantity], int, (value) => {
      if (value.quantity.nano === 0n) return 0n;
      return value.quantity.nano < 0n ? -1n : 1n;
    }),
  ],
  compareTo: [
    method([quantity, quantity], int, (left, right) => {
      const difference = left.quantity.nano - right.quantity.nano;
      if (difference === 0n) return 0n;
      return difference < 0n ? -1n : 1n;
    }),
  ],
  isGreaterThan: [method([quantity, quantity], bool, (left, right) => left.quantity.nano > right.quantity.nano)],
  isLessThan: [method([quantity, quantity], bool, (left, right) => left.quantity.nano < right.quantity.nano)],
  add: combined(1n),
  sub: combined(-1n),
};
