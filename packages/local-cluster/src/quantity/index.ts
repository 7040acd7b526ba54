/** Kubernetes quantities ("500m", "128Mi", "1e3"): parsed to exact numbers for comparing, adding and printing. */

const decimalExponents: Record<string, number> = { n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binaryExponents: Record<string, number> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const pattern = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i))?$/;

/** How a quantity is printed: the family of suffixes that its author used. */
export type QuantityFormat = "decimal" | "binary" | "exponent";

export interface Quantity {
  /** In thousand-millionths (nano), so that sums of milli and micro values stay exact. */
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

const NANO = 1_000_000_000n;

/** Parses a quantity as the API accepts it: a string, or a bare number. Answers undefined when it is not one. */
export function parseQuantity(value: string | number): Quantity | undefined {
  const match = pattern.exec(String(value).trim());
  if (!match) return undefined;
  const [, sign, digits = "", exponent, suffix = ""] = match;
  const [whole = "", fraction = ""] = digits.split(".");
  let format: QuantityFormat = "decimal";
  let nano: bigint;
  if (suffix in binaryExponents) {
    format = "binary";
    nano = scaleDecimal(whole, fraction, 9) << BigInt(binaryExponents[suffix] ?? 0);
  } else {
    if (exponent) format = "exponent";
    nano = scaleDecimal(whole, fraction, 9 + (exponent ? Number(exponent.slice(1)) : (decimalExponents[suffix] ?? 0)));
  }
  return { nano: sign === "-" ? -nano : nano, format };
}

/** digits × 10^exponent, rounded up as Kubernetes does with what is finer than a nano. */
function scaleDecimal(whole: string, fraction: string, exponent: number): bigint {
  const digits = BigInt(`${whole}${fraction}` || "0");
  const shift = exponent - fraction.length;
  if (shift >= 0) return digits * 10n ** BigInt(Math.min(shift, 64));
  const divisor = 10n ** BigInt(Math.min(-shift, 512));
  return (digits + divisor - 1n) / divisor;
}

/** The canonical text: the largest suffix of its family that needs no fraction ("1024Mi" → "1Gi", "1000m" → "1"). */
export function formatQuantity(quantity: Quantity): string {
  const negative = quantity.nano < 0n;
  const absolute = negative ? -quantity.nano : quantity.nano;
  const sign = negative ? "-" : "";
  if (absolute === 0n) return "0";
  if (quantity.format === "binary" && absolute % NANO === 0n) {
    const value = absolute / NANO;
    for (const [suffix, exponent] of Object.entries(binaryExponents).reverse()) {
      const unit = 1n << BigInt(exponent);
      if (value % unit === 0n) return `${sign}${value / unit}${suffix}`;
    }
    return `${sign}${value}`;
  }
  for (const [suffix, exponent] of Object.entries(decimalExponents).reverse()) {
    const unit = 10n ** BigInt(exponent + 9);
    if (absolute % unit !== 0n) continue;
    if (quantity.format !== "exponent" || exponent === 0) return `${sign}${absolute / unit}${suffix}`;
    return `${sign}${absolute / unit}e${exponent}`;
  }
  return `${sign}${absolute}n`;
}

/** Whole units, rounded up ("100m" CPU → 1, "1Ki" → 1024); undefined when the text is no quantity. */
export function quantityValue(value: string | number): number | undefined {
  const quantity = parseQuantity(value);
  return quantity && Number(divideUp(quantity.nano, NANO));
}

/** Rounded up division by a unit in nano: what a resourceFieldRef with a divisor answers. */
export function divideQuantity(value: Quantity, divisor: Quantity): bigint {
  return divisor.nano === 0n ? divideUp(value.nano, NANO) : divideUp(value.nano, divisor.nano);
}

export function addQuantities(left: Quantity, right: Quantity): Quantity {
  return { nano: left.nano + right.nano, format: left.nano === 0n ? right.format : left.format };
}

function divideUp(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor > 0n ? quotient + 1n : quotient;
}
