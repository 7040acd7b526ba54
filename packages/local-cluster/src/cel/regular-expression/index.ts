// Regular expressions with RE2's syntax and RE2's promise: time linear in the text. JavaScript's own engine has
// neither, and a pattern that takes exponential time would let one object stop the API server.
import { Matcher } from "./matcher.ts";
import { parseRegex } from "./parse.ts";
import { compileProgram } from "./program.ts";

export { RegexSyntaxError } from "./syntax.ts";

export interface RegularExpression {
  readonly source: string;
  /** Does the expression match anywhere in the text? */
  test(text: string): boolean;
  /** The first match, or undefined. */
  find(text: string): string | undefined;
  /** All matches that do not overlap, at most `limit` of them when it is not negative. */
  findAll(text: string, limit?: number): readonly string[];
}

const MAX_CACHED = 500;
const cache = new Map<string, RegularExpression>();

/**
 * Compiles, or takes from the cache.
 *
 * @throws RegexSyntaxError with the words of Go's regexp package
 */
export function regularExpression(source: string): RegularExpression {
  const known = cache.get(source);
  if (known !== undefined) return known;
  const compiled = compile(source);
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(source, compiled);
  return compiled;
}

function compile(source: string): RegularExpression {
  const matcher = new Matcher(compileProgram(parseRegex(source)));
  return {
    source,
    test: (text) => matcher.test(text),
    find(text) {
      const match = matcher.find(text);
      return match && text.slice(match.start, match.end);
    },
    findAll(text, limit = -1) {
      const wanted = limit < 0 ? Number.POSITIVE_INFINITY : limit;
      const all: string[] = [];
      let previousEnd = -1;
      for (let from = 0; from <= text.length && all.length < wanted;) {
        const match = matcher.find(text, from);
        if (match === undefined) break;
        // An empty match right behind the one before it does not count (as in Go).
        const isEmpty = match.start === match.end;
        if (!isEmpty || match.start !== previousEnd) all.push(text.slice(match.start, match.end));
        previousEnd = match.end;
        from = isEmpty ? match.end + ((text.codePointAt(match.end) ?? 0) > 0xffff ? 2 : 1) : match.end;
      }
      return all;
    },
  };
}
