// Parses RE2 syntax (https://github.com/google/re2/wiki/Syntax) as Go's regexp package does. Lookarounds and
// back-references are refused, as they are there: without them every match takes linear time.
import { foldCase, negate, PERL_CLASSES, POSIX_CLASSES, setOf, unicodeClass, unionOf } from "./character-set.ts";
import { type CharacterSet, MAX_CODE_POINT } from "./character-set.ts";
import { RegexSyntaxError, type RegexNode } from "./syntax.ts";

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
  readonly ungreedy: boolean;
}

const MAX_REPEAT = 1000;
const MAX_DEPTH = 1000;
const MAX_NODES = 100_000;
const EMPTY: RegexNode = { kind: "sequence", parts: [] };
const PUNCTUATION = /[!-/:-@[-`{-~]/;
const SIMPLE_ESCAPES: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

export function parseRegex(source: string): RegexNode {
  return new Parser(source).parse();
}

class Parser {
  private readonly source: string;
  private readonly characters: readonly string[];
  private position = 0;
  private depth = 0;
  private flags: Flags = { ignoreCase: false, multiLine: false, dotAll: false, ungreedy: false };

  constructor(source: string) {
    this.source = source;
    this.characters = Array.from(source);
  }

  parse(): RegexNode {
    const node = this.choice();
    if (this.peek() === ")") throw new RegexSyntaxError("unexpected )", this.source);
    if (sizeOf(node) > MAX_NODES) throw new RegexSyntaxError("expression too large", this.source);
    return node;
  }

  private choice(): RegexNode {
    if (++this.depth > MAX_DEPTH) throw new RegexSyntaxError("expression nests too deeply", this.source);
    const options = [this.sequence()];
    while (this.accept("|")) options.push(this.sequence());
    this.depth--;
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { kind: "choice", options };
  }

  private sequence(): RegexNode {
    const parts: RegexNode[] = [];
    for (let next = this.peek(); next !== undefined && next !== "|" && next !== ")"; next = this.peek()) {
      const atom = this.atom();
      if (atom !== undefined) parts.push(this.repeated(atom));
    }
    return { kind: "sequence", parts };
  }

  private repeated(atom: RegexNode): RegexNode {
    let node = atom;
    let before = "";
    for (;;) {
      const start = this.position;
      const range = this.repetition();
      if (range === undefined) return node;
      const greedy = this.accept("?") === this.flags.ungreedy;
      const operator = this.characters.slice(start, this.position).join("");
      if (before !== "") throw new RegexSyntaxError("invalid nested repetition operator", before + operator);
      before = operator;
      node = { kind: "repeat", node, ...range, greedy };
    }
  }

  private repetition(): { min: number; max: number | undefined } | undefined {
    if (this.accept("*")) return { min: 0, max: undefined };
    if (this.accept("+")) return { min: 1, max: undefined };
    if (this.accept("?")) return { min: 0, max: 1 };
    const text = this.countedRepetition();
    if (text === undefined) return undefined;
    const [low = "", high] = text.slice(1, -1).split(",");
    const min = Number(low);
    let max: number | undefined = min;
    if (high !== undefined) max = high === "" ? undefined : Number(high);
    if (min > MAX_REPEAT || (max !== undefined && (max > MAX_REPEAT || max < min)))
      throw new RegexSyntaxError("invalid repeat count", text);
    return { min, max };
  }

  /** `{2}`, `{2,}` or `{2,5}`; any other brace is a literal, as in Perl. */
  private countedRepetition(): string | undefined {
    if (this.peek() !== "{") return undefined;
    const end = this.characters.indexOf("}", this.position);
    if (end < 0) return undefined;
    const text = this.characters.slice(this.position, end + 1).join("");
    if (!/^\{\d+(,\d*)?\}$/.test(text)) return undefined;
    this.position = end + 1;
    return text;
  }

  private atom(): RegexNode | undefined {
    const start = this.position;
    const character = this.take();
    switch (character) {
      case "(":
        return this.group(start);
      case "[":
        return this.set(this.bracket(start));
      case ".":
        return { kind: "set", set: this.flags.dotAll ? setOf([0, MAX_CODE_POINT]) : negate(setOf([0x0a, 0x0a])) };
      case "^":
        return { kind: "assertion", assertion: this.flags.multiLine ? "lineBegin" : "textBegin" };
      case "$":
        return { kind: "assertion", assertion: this.flags.multiLine ? "lineEnd" : "textEnd" };
      case "*":
      case "+":
      case "?":
        throw new RegexSyntaxError("missing argument to repetition operator", character);
      case "{":
        this.position = start;
        if (this.countedRepetition() !== undefined)
          throw new RegexSyntaxError(
            "missing argument to repetition operator",
            this.characters.slice(start, this.position).join(""),
          );
        this.position = start + 1;
        return this.literal("{");
      case "\\":
        return this.escape();
      default:
        return this.literal(character);
    }
  }

  private group(start: number): RegexNode | undefined {
    const outer = this.flags;
    if (this.accept("?")) {
      const rest = this.characters.slice(this.position).join("");
      const name = /^P?<([^>]*)>/.exec(rest);
      if (name !== null && !/^(P?<)[=!]/.test(rest)) {
        if (!/^\w+$/.test(name[1] ?? "")) throw new RegexSyntaxError("invalid named capture", `(?${name[0]}`);
        this.position += Array.from(name[0]).length;
      } else if (this.groupFlags(start) === "standalone") {
        return undefined;
      }
    }
    const node = this.choice();
    if (!this.accept(")")) throw new RegexSyntaxError("missing closing )", this.source);
    this.flags = outer;
    // An empty group still takes a repetition operator, so it stays a node.
    return node.kind === "sequence" && node.parts.length === 0 ? EMPTY : node;
  }

  /** `(?i)` changes the flags up to the end of the enclosing group, `(?i:` up to its own end. */
  private groupFlags(start: number): "standalone" | "scoped" {
    let flags = { ...this.flags };
    let value = true;
    let seen = false;
    for (;;) {
      const character = this.peek();
      const fail = (): RegexSyntaxError =>
        new RegexSyntaxError(
          character === undefined ? "missing closing )" : "invalid or unsupported Perl syntax",
          character === undefined ? this.source : this.characters.slice(start, this.position + 1).join(""),
        );
      if (character === undefined) throw fail();
      if (character === "i") flags = { ...flags, ignoreCase: value };
      else if (character === "m") flags = { ...flags, multiLine: value };
      else if (character === "s") flags = { ...flags, dotAll: value };
      else if (character === "U") flags = { ...flags, ungreedy: value };
      else if (character === "-" && value) {
        value = false;
        seen = false;
        this.position++;
        continue;
      } else if ((character === ":" || character === ")") && (value || seen)) {
        this.position++;
        this.flags = flags;
        return character === ")" ? "standalone" : "scoped";
      } else throw fail();
      seen = true;
      this.position++;
    }
  }

  private escape(): RegexNode {
    const character = this.peek();
    switch (character) {
      case "A":
        this.position++;
        return { kind: "assertion", assertion: "textBegin" };
      case "z":
        this.position++;
        return { kind: "assertion", assertion: "textEnd" };
      case "b":
        this.position++;
        return { kind: "assertion", assertion: "wordBoundary" };
      case "B":
        this.position++;
        return { kind: "assertion", assertion: "notWordBoundary" };
      case "Q": {
        this.position++;
        const parts: RegexNode[] = [];
        while (this.peek() !== undefined) {
          if (this.peek() === "\\" && this.characters[this.position + 1] === "E") {
            this.position += 2;
            break;
          }
          parts.push(this.literal(this.take()));
        }
        return { kind: "sequence", parts };
      }
      default: {
        const set = this.escapedClass();
        if (set !== undefined) return this.set(set);
        const point = this.escapedCodePoint();
        return this.set(setOf([point, point]));
      }
    }
  }

  /** `\d`, `\pL`, `\p{Greek}` and the like, after the backslash; undefined when it is no class. */
  private escapedClass(): CharacterSet | undefined {
    const character = this.peek() ?? "";
    if (Object.hasOwn(PERL_CLASSES, character)) {
      this.position++;
      return PERL_CLASSES[character];
    }
    if (character !== "p" && character !== "P") return undefined;
    const start = this.position - 1;
    this.position++;
    let name = this.take();
    if (name === "{") {
      const end = this.characters.indexOf("}", this.position);
      if (end < 0) throw new RegexSyntaxError("invalid character class range", this.characters.slice(start).join(""));
      name = this.characters.slice(this.position, end).join("");
      this.position = end + 1;
    }
    const caret = name.startsWith("^");
    const found = unicodeClass(caret ? name.slice(1) : name);
    if (found === undefined)
      throw new RegexSyntaxError("invalid character class range", this.characters.slice(start, this.position).join(""));
    return (character === "P") !== caret ? negate(found) : found;
  }

  /** One escaped character, after the backslash. */
  private escapedCodePoint(): number {
    const start = this.position - 1;
    const character = this.peek();
    if (character === undefined) throw new RegexSyntaxError("trailing backslash at end of expression", "");
    const invalid = (): RegexSyntaxError =>
      new RegexSyntaxError("invalid escape sequence", this.characters.slice(start, this.position).join(""));
    this.position++;
    if (PUNCTUATION.test(character)) return character.codePointAt(0) ?? 0;
    const simple = SIMPLE_ESCAPES[character];
    if (simple !== undefined) return simple;
    const rest = this.characters.slice(this.position, this.position + 12).join("");
    const isOctal = /^[1-7]$/.test(character) ? /^[0-7]/.test(rest) : character === "0";
    if (isOctal) {
      const digits = /^[0-7]{0,2}/.exec(rest)?.[0] ?? "";
      this.position += digits.length;
      return Number.parseInt(character + digits, 8);
    }
    if (character === "x") {
      const match = /^(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2}))/.exec(rest);
      if (match === null) throw invalid();
      this.position += match[0].length;
      const point = Number.parseInt(match[1] ?? match[2] ?? "", 16);
      if (point > MAX_CODE_POINT) throw invalid();
      return point;
    }
    throw invalid();
  }

  private bracket(start: number): CharacterSet {
    const negated = this.accept("^");
    const sets: CharacterSet[] = [];
    for (let first = true; first || this.peek() !== "]"; first = false) {
      if (this.peek() === undefined)
        throw new RegexSyntaxError("missing closing ]", this.characters.slice(start).join(""));
      const set = this.posixClass() ?? this.bracketClass();
      sets.push(set ?? this.bracketRange(start));
    }
    this.position++;
    return unionOf(sets, negated);
  }

  private bracketClass(): CharacterSet | undefined {
    if (this.peek() !== "\\") return undefined;
    this.position++;
    const set = this.escapedClass();
    if (set === undefined) this.position--;
    return set;
  }

  private posixClass(): CharacterSet | undefined {
    if (this.peek() !== "[" || this.characters[this.position + 1] !== ":") return undefined;
    const text = this.characters.slice(this.position, this.position + 16).join("");
    const match = /^\[:(\^?)([a-z]*):\]/.exec(text);
    if (match === null) return undefined;
    const found = Object.hasOwn(POSIX_CLASSES, match[2] ?? "") ? POSIX_CLASSES[match[2] ?? ""] : undefined;
    if (found === undefined) throw new RegexSyntaxError("invalid character class range", match[0]);
    this.position += match[0].length;
    return match[1] === "^" ? negate(found) : found;
  }

  private bracketRange(start: number): CharacterSet {
    const from = this.position;
    const low = this.bracketCodePoint(start);
    if (this.peek() !== "-" || this.characters[this.position + 1] === "]") return setOf([low, low]);
    this.position++;
    const high = this.bracketCodePoint(start);
    if (high < low)
      throw new RegexSyntaxError("invalid character class range", this.characters.slice(from, this.position).join(""));
    return setOf([low, high]);
  }

  private bracketCodePoint(start: number): number {
    const character = this.peek();
    if (character === undefined) throw new RegexSyntaxError("missing closing ]", this.characters.slice(start).join(""));
    this.position++;
    return character === "\\" ? this.escapedCodePoint() : (character.codePointAt(0) ?? 0);
  }

  private literal(character: string): RegexNode {
    const point = character.codePointAt(0) ?? 0;
    return this.set(setOf([point, point]));
  }

  private set(set: CharacterSet): RegexNode {
    return { kind: "set", set: this.flags.ignoreCase ? foldCase(set) : set };
  }

  private peek(): string | undefined {
    return this.characters[this.position];
  }

  private take(): string {
    const character = this.characters[this.position];
    if (character === undefined) throw new RegexSyntaxError("missing closing )", this.source);
    this.position++;
    return character;
  }

  private accept(character: string): boolean {
    if (this.peek() !== character) return false;
    this.position++;
    return true;
  }
}

/** How many instructions the expression compiles to: counted repetitions multiply. */
function sizeOf(node: RegexNode): number {
  switch (node.kind) {
    case "set":
    case "assertion":
      return 1;
    case "sequence":
      return node.parts.reduce((sum, part) => sum + sizeOf(part), 0);
    case "choice":
      return node.options.reduce((sum, option) => sum + sizeOf(option) + 1, 0);
    case "repeat":
      return sizeOf(node.node) * Math.max(node.min, node.max ?? node.min + 1, 1);
  }
}
