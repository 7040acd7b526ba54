// What a running expression sees: its variables, and how much it may still spend.
import { CelCostError, CelEvaluationError } from "./errors.ts";
import type { CelValue } from "./values.ts";

/** A variable's value, or a function that makes it when the expression asks (once per evaluation). */
export type Bindings = Readonly<Record<string, CelValue | (() => CelValue)>>;

export class Frame {
  /** The variables of comprehensions, by slot. */
  readonly locals: CelValue[] = [];
  readonly limit: number;
  spent = 0;
  private readonly bindings: Bindings;
  private readonly made = new Map<string, CelValue>();

  constructor(bindings: Bindings, limit: number) {
    this.bindings = bindings;
    this.limit = limit;
  }

  variable(name: string): CelValue {
    spend(this, 1);
    const bound = Object.hasOwn(this.bindings, name) ? this.bindings[name] : undefined;
    if (bound === undefined) throw new CelEvaluationError(`no such attribute(s): ${name}`);
    if (typeof bound !== "function") return bound;
    const known = this.made.get(name);
    if (known !== undefined) return known;
    const value = bound();
    this.made.set(name, value);
    return value;
  }
}

export function spend(frame: Frame, units: number): void {
  frame.spent += units;
  if (frame.spent > frame.limit) throw new CelCostError();
}
