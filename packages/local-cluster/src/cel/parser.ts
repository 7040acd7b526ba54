// Parses an expression by recursive descent and expands nothing: macros stay visible in the tree, so that they can
// be checked, costed and compiled as the loops that they are.
import { CelCompileError } from "./errors.ts";
import { type Token, tokenize } from "./lexer.ts";
import { expandMacro } from "./macros.ts";
import type { Element, Entry, Expression } from "./syntax.ts";
import { MAX_INT } from "./values.ts";

const MAX_DEPTH = 250;
const RELATIONS = new Set(["==", "!=", "<", "<=", ">", ">=", "in"]);
const RESERVED = new Set([
  "as",
  "break",
  "const",
  "continue",
  "else",
  "for",
  "function",
  "if",
  "import",
  "let",
  "loop",
  "package",
  "namespace",
  "return",
  "var",
  "void",
  "while",
]);

export function parseExpression(source: string): Expression {
  return new Parser(source).parse();
}

class Parser {
  private readonly source: string;
  private readonly tokens: readonly Token[];
  private position = 0;
  private depth = 0;

  constructor(source: string) {
    this.source = source;
    this.tokens = tokenize(source);
  }

  parse(): Expression {
    const expression = this.expression();
    if (this.next.kind !== "end") throw this.unexpected();
    return expression;
  }

  private expression(): Expression {
    if (++this.depth > MAX_DEPTH)
      throw this.error(this.next.at, `Syntax error: expression nests deeper than ${MAX_DEPTH}`);
    const condition = this.disjunction();
    const question = this.accept("?");
    let result = condition;
    if (question !== undefined) {
      const ifTrue = this.disjunction();
      this.expect(":");
      result = { kind: "conditional", at: question.at, condition, ifTrue, ifFalse: this.expression() };
    }
    this.depth--;
    return result;
  }

  private disjunction(): Expression {
    let left = this.conjunction();
    for (let token = this.accept("||"); token !== undefined; token = this.accept("||"))
      left = { kind: "or", at: token.at, left, right: this.conjunction() };
    return left;
  }

  private conjunction(): Expression {
    let left = this.relation();
    for (let token = this.accept("&&"); token !== undefined; token = this.accept("&&"))
      left = { kind: "and", at: token.at, left, right: this.relation() };
    return left;
  }

  private relation(): Expression {
    let left = this.sum();
    while (this.next.kind === "symbol" && RELATIONS.has(this.next.text)) {
      const token = this.take();
      const name = token.text === "in" ? "@in" : `_${token.text}_`;
      left = operator(name, token.at, left, this.sum());
    }
    return left;
  }

  private sum(): Expression {
    let left = this.product();
    for (let token = this.accept("+", "-"); token !== undefined; token = this.accept("+", "-"))
      left = operator(`_${token.text}_`, token.at, left, this.product());
    return left;
  }

  private product(): Expression {
    let left = this.unary();
    for (let token = this.accept("*", "/", "%"); token !== undefined; token = this.accept("*", "/", "%"))
      left = operator(`_${token.text}_`, token.at, left, this.unary());
    return left;
  }

  private unary(): Expression {
    const token = this.accept("!", "-");
    if (token === undefined) return this.member();
    let count = 1;
    while (this.accept(token.text) !== undefined) count++;
    const literal = this.next;
    if (token.text === "-" && count === 1 && literal.kind === "literal") {
      if (typeof literal.value === "bigint" && literal.value === MAX_INT + 1n) {
        this.position++;
        return this.suffixes({ kind: "literal", at: token.at, value: -literal.value });
      }
      if (typeof literal.value === "bigint" || typeof literal.value === "number") {
        this.position++;
        return this.suffixes({ kind: "literal", at: token.at, value: -literal.value });
      }
    }
    const operand = this.member();
    if (count % 2 === 0) return operand;
    return { kind: "call", at: token.at, name: `${token.text}_`, target: undefined, parameters: [operand] };
  }

  private member(): Expression {
    return this.suffixes(this.primary());
  }

  private suffixes(operand: Expression): Expression {
    let result = operand;
    for (let length = 0; ; length++) {
      if (length > 10 * MAX_DEPTH) throw this.error(this.next.at, "Syntax error: expression is too long");
      const dot = this.accept(".");
      if (dot !== undefined) {
        const optional = this.accept("?") !== undefined;
        const field = this.fieldName();
        const open = optional ? undefined : this.accept("(");
        result =
          open === undefined
            ? { kind: "select", at: dot.at, operand: result, field, optional }
            : this.call(field, open.at, result);
        continue;
      }
      const bracket = this.accept("[");
      if (bracket === undefined) return result;
      const optional = this.accept("?") !== undefined;
      const key = this.expression();
      this.expect("]");
      result = { kind: "index", at: bracket.at, operand: result, key, optional };
    }
  }

  private fieldName(): string {
    const token = this.next;
    if (token.kind !== "identifier" && token.kind !== "quoted") throw this.unexpected();
    this.position++;
    return token.kind === "quoted" ? token.text.slice(1, -1) : token.text;
  }

  private primary(): Expression {
    const token = this.take();
    if (token.kind === "literal") {
      if (token.value === MAX_INT + 1n) throw this.error(token.at, "Syntax error: invalid int literal");
      return { kind: "literal", at: token.at, value: token.value ?? null };
    }
    if (token.kind === "identifier") return this.identifier(token);
    switch (token.text) {
      case ".": {
        // A leading dot asks for the root scope, which is the only one here.
        const name = this.take();
        if (name.kind !== "identifier") throw this.unexpected(name);
        return this.identifier(name);
      }
      case "(": {
        const inner = this.expression();
        this.expect(")");
        return inner;
      }
      case "[":
        return { kind: "list", at: token.at, elements: this.elements() };
      case "{":
        return { kind: "map", at: token.at, entries: this.entries() };
      default:
        throw this.unexpected(token);
    }
  }

  private identifier(token: Token): Expression {
    const open = this.accept("(");
    if (open !== undefined) return this.call(token.text, open.at, undefined);
    if (RESERVED.has(token.text)) throw this.error(token.at, `Syntax error: reserved identifier: ${token.text}`);
    return { kind: "identifier", at: token.at, name: token.text };
  }

  private call(name: string, at: number, target: Expression | undefined): Expression {
    const parameters: Expression[] = [];
    while (this.next.text !== ")" || this.next.kind !== "symbol") {
      if (parameters.length > 0) this.expect(",");
      parameters.push(this.expression());
    }
    this.expect(")");
    const expanded = expandMacro(name, at, target, parameters);
    if (expanded !== undefined && "message" in expanded) throw this.error(expanded.at, expanded.message);
    return expanded ?? { kind: "call", at, name, target, parameters };
  }

  private elements(): readonly Element[] {
    const elements: Element[] = [];
    while (this.accept("]") === undefined) {
      if (elements.length > 0) {
        this.expect(",");
        if (this.accept("]") !== undefined) break;
      }
      const optional = this.accept("?") !== undefined;
      elements.push({ value: this.expression(), optional });
    }
    return elements;
  }

  private entries(): readonly Entry[] {
    const entries: Entry[] = [];
    while (this.accept("}") === undefined) {
      if (entries.length > 0) {
        this.expect(",");
        if (this.accept("}") !== undefined) break;
      }
      const optional = this.accept("?") !== undefined;
      const key = this.expression();
      this.expect(":");
      entries.push({ key, value: this.expression(), optional });
    }
    return entries;
  }

  private get next(): Token {
    return this.tokens[this.position] ?? { kind: "end", text: "<EOF>", at: this.source.length };
  }

  private take(): Token {
    const token = this.next;
    if (token.kind !== "end") this.position++;
    return token;
  }

  private accept(...symbols: readonly string[]): Token | undefined {
    const token = this.next;
    if (token.kind !== "symbol" || !symbols.includes(token.text)) return undefined;
    this.position++;
    return token;
  }

  private expect(symbol: string): void {
    if (this.accept(symbol) === undefined)
      throw this.error(this.next.at, `Syntax error: mismatched input '${this.next.text}' expecting '${symbol}'`);
  }

  private unexpected(token: Token = this.next): CelCompileError {
    return this.error(token.at, `Syntax error: mismatched input '${token.text}' expecting an expression`);
  }

  private error(at: number, message: string): CelCompileError {
    return new CelCompileError(this.source, [{ at, message }]);
  }
}

function operator(name: string, at: number, left: Expression, right: Expression): Expression {
  return { kind: "call", at, name, target: undefined, parameters: [left, right] };
}
