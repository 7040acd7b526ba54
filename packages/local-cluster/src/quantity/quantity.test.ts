import { describe, expect, it } from "vitest";
import { addQuantities, divideQuantity, formatQuantity, parseQuantity, type Quantity, quantityValue } from "./index.ts";

function parsed(text: string | number): Quantity {
  const quantity = parseQuantity(text);
  if (!quantity) throw new Error(`${text} is no quantity`);
  return quantity;
}

describe("quantity", () => {
  it.each([
    ["1Gi", 1024 ** 3],
    ["128Mi", 128 * 1024 ** 2],
    ["1.5Gi", 1.5 * 1024 ** 3],
    ["2k", 2000],
    ["1e3", 1000],
    ["100m", 1],
    ["0", 0],
    [4, 4],
    [0.5, 1],
  ])("reads %s as %d units, rounded up", (text, value) => {
    expect(quantityValue(text)).toBe(value);
  });

  it.each(["", "Mi", "1 Gi x", "1KiB", "--1", "1e"])("refuses %j", (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });

  it.each([
    ["1024Mi", "1Gi"],
    ["1500Mi", "1500Mi"],
    ["1000m", "1"],
    ["1500m", "1500m"],
    ["0.5", "500m"],
    ["2000", "2k"],
    ["1e3", "1e3"],
    ["-1Gi", "-1Gi"],
    ["0.5Gi", "512Mi"],
  ])("prints %s as %s", (text, canonical) => {
    expect(formatQuantity(parsed(text))).toBe(canonical);
  });

  it("adds in the format of the first non-zero operand", () => {
    expect(formatQuantity(addQuantities(parsed("0"), parsed("512Mi")))).toBe("512Mi");
    expect(formatQuantity(addQuantities(parsed("512Mi"), parsed("512Mi")))).toBe("1Gi");
    expect(formatQuantity(addQuantities(parsed("250m"), parsed("0.75")))).toBe("1");
  });

  it("divides as a resourceFieldRef does: rounded up", () => {
    expect(divideQuantity(parsed("100Mi"), parsed("1Mi"))).toBe(100n);
    expect(divideQuantity(parsed("250m"), parsed("1"))).toBe(1n);
    expect(divideQuantity(parsed("250m"), parsed("1m"))).toBe(250n);
  });
});
