/**
 * File names as git writes them into a patch: in quotes with C escapes where they hold anything but printable ASCII,
 * and with a tab behind them where they hold a blank (git's `quote_c_style` and `diff.c`).
 */

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, "\\": 92 };

/** One name, alone on the rest of its line. */
export function gitName(written: string): string {
  const text = written.replace(/\t$/, "");
  if (!text.startsWith('"') || !text.endsWith('"') || text.length < 2) return text;
  const bytes: number[] = [];
  for (const [part, octal, letter] of text.slice(1, -1).matchAll(/\\([0-3][0-7]{2})|\\(.)|[^\\]+/gsu)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (letter !== undefined) bytes.push(ESCAPES[letter] ?? letter.charCodeAt(0));
    else bytes.push(...new TextEncoder().encode(part));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

/** `a/x b/x`, the second of the two; where nothing better follows, both are the same name. */
export function namesOfHeader(rest: string): string {
  const quoted = / ("b\/(?:[^"\\]|\\.)*")$/s.exec(rest)?.[1];
  if (quoted !== undefined) return gitName(quoted).slice(2);
  // Twice the same length, and a blank between: what stands in the middle of a name does not split it.
  const half = rest.slice((rest.length + 1) / 2);
  if (half.startsWith("b/") && rest.startsWith(`a/${half.slice(2)} `)) return half.slice(2);
  const middle = rest.indexOf(" b/");
  return middle === -1 ? rest : rest.slice(middle + 3);
}
