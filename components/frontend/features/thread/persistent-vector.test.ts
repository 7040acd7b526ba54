import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PersistentVector } from "./persistent-vector.ts";

describe("PersistentVector", () => {
  it("behaves like an array, and leaves every former version as it was", () => {
    const step = fc.oneof(fc.record({ push: fc.integer() }), fc.record({ set: fc.nat(), to: fc.integer() }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const versions: { vector: PersistentVector<number>; array: number[] }[] = [
          { vector: PersistentVector.empty<number>(), array: [] },
        ];
        for (const step of steps) {
          const last = versions.at(-1);
          if (last === undefined) throw new Error("there is always a first version");
          if ("push" in step) versions.push({ vector: last.vector.push(step.push), array: [...last.array, step.push] });
          else if (last.array.length > 0) {
            const index = step.set % last.array.length;
            versions.push({ vector: last.vector.set(index, step.to), array: last.array.with(index, step.to) });
          }
        }
        for (const { vector, array } of versions) expect([...vector]).toEqual(array);
      }),
    );
  });

  it("holds more than three levels", () => {
    const vector = PersistentVector.from(Array.from({ length: 40_000 }, (_, index) => index)).set(33_333, -1);
    expect(vector.length).toBe(40_000);
    expect(vector.get(33_332)).toBe(33_332);
    expect(vector.get(33_333)).toBe(-1);
    expect(vector.get(39_999)).toBe(39_999);
    expect(vector.get(40_000)).toBeUndefined();
  });

  it("refuses to write where nothing is", () => {
    expect(() => PersistentVector.from([1]).set(1, 2)).toThrow("index 1 of 1");
  });
});
