// Optional values: what `a.?b` and `a[?b]` answer.
import { CelEvaluationError } from "../errors.ts";
import { A, bool, fn, type FunctionTable, method, optional } from "../functions.ts";
import { CelOptional, type CelValue, CelUint, isList, isMap } from "../values.ts";

function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === 0n || value === 0 || value === "") return true;
  if (value instanceof Uint8Array || isList(value)) return value.length === 0;
  return isMap(value) ? value.size === 0 : value instanceof CelUint && value.value === 0n;
}

export const optionals: FunctionTable = {
  "optional.of": [fn([A], optional(A), (value) => new CelOptional(value))],
  "optional.none": [fn([], optional(A), () => CelOptional.none)],
  "optional.ofNonZeroValue": [
    fn([A], optional(A), (value) => (isZero(value) ? CelOptional.none : new CelOptional(value))),
  ],
  hasValue: [method([optional(A)], bool, (holder) => holder.value !== undefined)],
  value: [
    method([optional(A)], A, (holder) => {
      if (holder.value === undefined) throw new CelEvaluationError("optional.none() dereference");
      return holder.value;
    }),
  ],
  or: [
    method([optional(A), optional(A)], optional(A), (holder, other) => (holder.value === undefined ? other : holder)),
  ],
  orValue: [method([optional(A), A], A, (holder, other) => holder.value ?? other)],
};
