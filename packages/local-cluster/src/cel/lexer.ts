// Cuts an expression into tokens (https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax).
import { CelCompileError } from "./errors.ts";
import { type CelValue, CelUint, MAX_INT, MAX_UINT } from "./values.ts";

export interface Token {
  readonly kind: "identifier" | "quoted" | "literal" | "symbol" | "end";
  readonly text: string;
  readonly at: number;
  readonly value?: CelValue;
}

const SYMBOLS = ["&&", "||", "==", "!=", "<=", ">=", ...Array.from("()[]{}.,?:+-*/%!<>")];
const SPACE = /(?:[\s\f]|\/\/[^\n]*)+/y;
const IDENTIFIER = /[A-Za-z_][A-Za-z0-9_]*/y;
const QUOTED_IDENTIFIER = /`([A-Za-z0-9_.\-/ ]+)`/y;
const NUMBER = /(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)([uU]?)/y;
const STRING_START = /([rR]?[bB]?|[bB][rR])("""|'''|"|')/y;
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "?": "?",
  '"': '"',
  "'": "'",
  "`": "`",
};

export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const matchAt = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };
  for (;;) {
    at += matchAt(SPACE)?.[0].length ?? 0;
    if (at >= source.length) break;
    const string = matchAt(STRING_START);
    if (string !== null) {
      const [opening, prefix = "", quote = ""] = string;
      const literal = readString(source, at, at + opening.length, prefix.toLowerCase(), quote);
      tokens.push({ kind: "literal", text: source.slice(at, literal.end), at, value: literal.value });
      at = literal.end;
      continue;
    }
    const token = readWord(matchAt, source, at);
    tokens.push(token);
    at += token.text.length;
  }
  tokens.push({ kind: "end", text: "<EOF>", at: source.length });
  return tokens;
}

function readWord(matchAt: (pattern: RegExp) => RegExpExecArray | null, source: string, at: number): Token {
  const identifier = matchAt(IDENTIFIER);
  if (identifier !== null) return wordToken(identifier[0], at);
  const quoted = matchAt(QUOTED_IDENTIFIER);
  if (quoted !== null) return { kind: "quoted", text: quoted[0], at };
  const number = matchAt(NUMBER);
  if (number !== null) return { kind: "literal", text: number[0], at, value: readNumber(source, at, number) };
  const symbol = SYMBOLS.find((candidate) => source.startsWith(candidate, at));
  if (symbol !== undefined) return { kind: "symbol", text: symbol, at };
  throw new CelCompileError(source, [
    { at, message: `Syntax error: token recognition error at: '${String.fromCodePoint(source.codePointAt(at) ?? 0)}'` },
  ]);
}

function wordToken(text: string, at: number): Token {
  if (text === "true" || text === "false") return { kind: "literal", text, at, value: text === "true" };
  if (text === "null") return { kind: "literal", text, at, value: null };
  return { kind: text === "in" ? "symbol" : "identifier", text, at };
}

function readNumber(source: string, at: number, match: RegExpExecArray): CelValue {
  const [text, suffix] = match;
  const isHex = /^0[xX]/.test(text);
  const digits = suffix === "" ? text : text.slice(0, -1);
  const fail = (kind: string): CelCompileError =>
    new CelCompileError(source, [{ at, message: `Syntax error: invalid ${kind} literal` }]);
  if (!isHex && /[.eE]/.test(digits)) {
    if (suffix !== "") throw fail("uint");
    return Number(digits);
  }
  const value = BigInt(digits);
  if (suffix !== "") {
    if (value > MAX_UINT) throw fail("uint");
    return new CelUint(value);
  }
  // One more than the largest int is let through here: it is the lowest int once the parser has seen its minus.
  if (value > MAX_INT + 1n) throw fail("int");
  return value;
}

function readString(
  source: string,
  start: number,
  bodyStart: number,
  prefix: string,
  quote: string,
): { readonly value: CelValue; readonly end: number } {
  const isRaw = prefix.includes("r");
  const isBytes = prefix.includes("b");
  const fail = (at: number, message: string): CelCompileError =>
    new CelCompileError(source, [{ at, message: `Syntax error: ${message}` }]);
  let text = "";
  const bytes: number[] = [];
  const push = (part: string): void => {
    if (isBytes) bytes.push(...Buffer.from(part, "utf8"));
    else text += part;
  };
  for (let at = bodyStart; ;) {
    if (source.startsWith(quote, at)) return { value: isBytes ? Uint8Array.from(bytes) : text, end: at + quote.length };
    const character = source[at];
    if (character === undefined || (quote.length === 1 && (character === "\n" || character === "\r")))
      throw fail(start, `token recognition error at: '${source.slice(start, at)}'`);
    if (character !== "\\" || isRaw) {
      const point = String.fromCodePoint(source.codePointAt(at) ?? 0);
      push(point);
      at += point.length;
      continue;
    }
    const escape = readEscape(source.slice(at + 1, at + 10), isBytes);
    if (escape === undefined) throw fail(at, "invalid escape sequence");
    if (typeof escape.value === "number" && isBytes) bytes.push(escape.value);
    else push(typeof escape.value === "number" ? String.fromCodePoint(escape.value) : escape.value);
    at += 1 + escape.length;
  }
}

function readEscape(
  rest: string,
  isBytes: boolean,
): { readonly value: string | number; readonly length: number } | undefined {
  const simple = SIMPLE_ESCAPES[rest[0] ?? ""];
  if (simple !== undefined && Object.hasOwn(SIMPLE_ESCAPES, rest[0] ?? "")) return { value: simple, length: 1 };
  const code = /^(?:[xX]([0-9a-fA-F]{2})|([0-3][0-7]{2}))/.exec(rest);
  if (code !== null)
    return {
      value: code[1] === undefined ? Number.parseInt(code[2] ?? "", 8) : Number.parseInt(code[1], 16),
      length: code[0].length,
    };
  const unicode = /^(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(rest);
  if (unicode === null || isBytes) return undefined;
  const point = Number.parseInt(unicode[1] ?? unicode[2] ?? "", 16);
  const isSurrogate = point >= 0xd800 && point <= 0xdfff;
  return isSurrogate || point > 0x10ffff ? undefined : { value: point, length: unicode[0].length };
}
