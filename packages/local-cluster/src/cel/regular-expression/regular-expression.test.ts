import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { regularExpression } from "./index.ts";

describe("RE2 expressions", () => {
  it.each([
    ["^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", ["a", "a-b", "0"], ["", "-a", "a-", "A", "a\n"]],
    ["abc", ["xabcx"], ["ab"]],
    ["^https://|^git@", ["https://x", "git@y"], ["http://x"]],
    ["^a{2,3}$", ["aa", "aaa"], ["a", "aaaa"]],
    ["^a{,3}$", ["a{,3}"], ["aa"]],
    ["(?i)^straße$", ["STRAßE"], ["strasse"]],
    ["(?i:a)b", ["Ab"], ["AB"]],
    ["a(?i)b", ["aB"], ["AB"]],
    ["^.$", ["😀", "é", "\r"], ["\n", "ab"]],
    ["(?s)^.$", ["\n"], [""]],
    ["(?m)^b$", ["a\nb\nc"], ["ab"]],
    ["^\\s$", [" ", "\t"], ["\v", "\u00a0"]],
    ["^\\w+$", ["a_9"], ["é"]],
    ["^\\pL+$", ["éß"], ["1"]],
    ["^\\p{Greek}$", ["λ"], ["l"]],
    ["^\\PL$", ["1"], ["a"]],
    ["^[[:alpha:]_-]+$", ["a-_"], ["1"]],
    ["^[^[:space:]]+$", ["abc"], ["a b"]],
    ["^[\\d.]+$", ["1.2"], ["a"]],
    ["^[]a]+$", ["]a"], ["b"]],
    ["^[a-]+$", ["a-"], ["b"]],
    ["\\bfoo\\b", ["a foo b"], ["afoob"]],
    ["\\Afoo\\z", ["foo"], ["foo\n"]],
    ["\\Q.*\\E", ["a.*"], ["ab"]],
    ["^\\x{1F600}\\x41\\101$", ["😀AA"], ["x"]],
    ["^(?P<year>\\d{4})-(?<month>\\d\\d)$", ["2026-11"], ["26-11"]],
    ["", ["", "a"], []],
    ["()*|x", ["", "q"], []],
    ["^(a|ab)(c|bcd)$", ["abcd", "ac", "abc"], ["abc d"]],
  ])("%s", (pattern, matching, others) => {
    const expression = regularExpression(pattern);
    for (const text of matching) expect([text, expression.test(text)]).toEqual([text, true]);
    for (const text of others) expect([text, expression.test(text)]).toEqual([text, false]);
  });

  it.each([
    ["a(b", "error parsing regexp: missing closing ): `a(b`"],
    ["a)b", "error parsing regexp: unexpected ): `a)b`"],
    ["[a", "error parsing regexp: missing closing ]: `[a`"],
    ["[b-a]", "error parsing regexp: invalid character class range: `b-a`"],
    ["*a", "error parsing regexp: missing argument to repetition operator: `*`"],
    ["a**", "error parsing regexp: invalid nested repetition operator: `**`"],
    ["a{1001}", "error parsing regexp: invalid repeat count: `{1001}`"],
    ["a{3,2}", "error parsing regexp: invalid repeat count: `{3,2}`"],
    ["\\", "error parsing regexp: trailing backslash at end of expression: ``"],
    ["\\y", "error parsing regexp: invalid escape sequence: `\\y`"],
    ["(a)\\1", "error parsing regexp: invalid escape sequence: `\\1`"],
    ["(?=a)", "error parsing regexp: invalid or unsupported Perl syntax: `(?=`"],
    ["(?<!a)", "error parsing regexp: invalid or unsupported Perl syntax: `(?<`"],
    ["\\p{Nothing}", "error parsing regexp: invalid character class range: `\\p{Nothing}`"],
    ["((a{1000}){1000})", "error parsing regexp: expression too large: `((a{1000}){1000})`"],
  ])("refuses %s", (pattern, message) => {
    expect(() => regularExpression(pattern)).toThrow(message);
  });

  it("takes linear time where a backtracking engine would take forever", () => {
    const started = performance.now();
    expect(regularExpression("^(a+)+$").test(`${"a".repeat(20_000)}!`)).toBe(false);
    expect(regularExpression("^(a|a)*b?c$").test("a".repeat(20_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it.each([
    ["a+", "baaac", "aaa"],
    ["a+?", "baaac", "a"],
    ["foo|foobar", "xfoobar", "foo"],
    ["(?U)a+", "aaa", "a"],
    ["x*", "abc", ""],
  ])("finds the leftmost, preferred match of %s", (pattern, text, match) => {
    expect(regularExpression(pattern).find(text)).toBe(match);
  });

  it("finds all matches", () => {
    expect(regularExpression("[0-9]+").findAll("a1b22c333")).toEqual(["1", "22", "333"]);
    expect(regularExpression("[0-9]+").findAll("a1b22c333", 2)).toEqual(["1", "22"]);
    expect(regularExpression("a*").findAll("baab")).toEqual(["", "aa", ""]);
    expect(regularExpression("z").find("abc")).toBeUndefined();
  });

  // JavaScript's engine agrees with RE2 on this part of the syntax, so it serves as an independent judge.
  const atoms = fc.constantFrom("a", "b", "[ab]", "[^a]", ".", "(a|b)", "(?:ab)", "\\b", "\\d", "c");
  const quantified = fc
    .tuple(atoms, fc.constantFrom("", "*", "+", "?", "{1,2}", "*?", "{2}"))
    .map(([atom, quantifier]) => (atom === "\\b" ? atom : atom + quantifier));
  const sequence = fc.array(quantified, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(""));
  const pattern = fc
    .tuple(fc.constantFrom("", "^"), fc.array(sequence, { minLength: 1, maxLength: 3 }), fc.constantFrom("", "$"))
    .map(([begin, options, end]) => `${begin}(${options.join("|")})${end}`);
  const text = fc.array(fc.constantFrom("a", "b", "c", "1", " "), { maxLength: 12 }).map((parts) => parts.join(""));

  it("agrees with JavaScript's engine where the two dialects agree", () => {
    fc.assert(
      fc.property(pattern, text, (source, subject) => {
        const judge = new RegExp(source).exec(subject);
        const expression = regularExpression(source);
        expect(expression.test(subject)).toBe(judge !== null);
        expect(expression.find(subject)).toBe(judge?.[0]);
      }),
      { numRuns: 2000 },
    );
  });
});
