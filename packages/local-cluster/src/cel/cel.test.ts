import { evaluate as judge } from "@marcbachmann/cel-js";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CelCompileError, CelCostError, CelEnvironment, CelEvaluationError, type CelValue } from "./index.ts";
import { BOOL, DYN, INT, listOf, mapOf, objectType, STRING } from "./index.ts";

const repo = objectType("repo", { url: STRING, name: STRING });
const self = objectType("self", {
  name: STRING,
  replicas: INT,
  ready: BOOL,
  tags: listOf(STRING),
  labels: mapOf(STRING, STRING),
  repos: listOf(repo),
  port: DYN,
  nested: objectType("nested", { value: INT, optional: STRING }),
});
const environment = new CelEnvironment({ self, x: DYN, text: STRING });

const map = (entries: Record<string, CelValue>): CelValue => new Map(Object.entries(entries));
const bindings = {
  self: map({
    name: "web",
    replicas: 3n,
    ready: true,
    tags: ["a", "b"],
    labels: map({ app: "web", "with-dash": "1" }),
    repos: [map({ url: "https://one", name: "one" }), map({ url: "https://two" })],
    port: "http",
    nested: map({ value: 1n }),
  }),
  x: map({ list: [1n, 2.5, "three"], n: 5n }),
  text: "héllo 😀",
};

const value = (source: string): CelValue => environment.compile(source).evaluate(bindings).value;

function problem(source: string): string {
  try {
    environment.compile(source);
  } catch (error) {
    if (error instanceof CelCompileError) return error.message;
    throw error;
  }
  throw new Error(`${source} compiled`);
}

describe("expressions", () => {
  it.each([
    // literals, arithmetic, precedence
    ["1 + 2 * 3 == 7", true],
    ["-7 / 2 == -3 && -7 % 2 == -1", true],
    ["0x1F == 31 && 3u + 4u == 7u && 1.5e2 == 150.0", true],
    ["-9223372036854775808 < 0", true],
    ["1 < 1.5 && 2u > 1 && 3 >= 3.0", true],
    ["'a' + \"b\" == r'a' + '''b'''", true],
    ["'\\u00e9\\x41\\n'", "éA\n"],
    ["b'\\xff\\x00' == b'\\377\\000'", true],
    ["'a' < 'b' && 'Z' < 'a' && '\\uffff' < '😀'", true],
    ["!true || !!true", true],
    ["- -1", 1n],
    ["true ? 'yes' : 'no'", "yes"],
    ["[1, 2] + [3] == [1, 2, 3]", true],
    ["{'a': 1, 'b': 2}['b'] // a comment", 2n],
    ["2 in [1, 2] && 'app' in self.labels && !('z' in self.tags)", true],
    ["[[1], [2]] == [[1], [2]] && {'a': [1]} == {'a': [1]}", true],
    ["dyn(1) == dyn(1.0) && dyn(1) != dyn('1')", true],
    // fields, presence, optionals
    ["self.name == 'web' && self.repos[1].url == 'https://two'", true],
    ["has(self.repos[0].name) && !has(self.repos[1].name) && !has(self.nested.optional)", true],
    ["self.labels['with-dash']", "1"],
    ["self.labels.app", "web"],
    ["self.repos[1].?name.orValue('none')", "none"],
    ["self.?nested.?optional.hasValue()", false],
    ["self.labels[?'app'].value() + self.labels[?'none'].orValue('!')", "web!"],
    ["optional.of(1).or(optional.of(2)).value() + optional.none().orValue(5)", 6n],
    ["self.nested.?optional.optMap(o, o + '!').orValue('nothing')", "nothing"],
    ["optional.of('a').optFlatMap(o, optional.of(o + 'b')).value()", "ab"],
    ["[1, ?optional.none(), ?optional.of(3)]", [1n, 3n]],
    ["x.n + 1 == 6 && x.list[1] == 2.5 && size(x.list) == 3", true],
    ["type(self.port) == string && type(x.n) == int && type(null) == null_type", true],
    ["self.port == 'http' || self.port > 5", true],
    // macros
    ["self.tags.all(t, t.size() == 1) && self.tags.exists(t, t == 'b')", true],
    ["self.tags.exists_one(t, t == 'a') && !self.tags.exists_one(t, true)", true],
    ["self.repos.map(r, r.url)", ["https://one", "https://two"]],
    ["[1, 2, 3].map(n, n > 1, n * 10)", [20n, 30n]],
    ["[1, 2, 3].filter(n, n % 2 == 1).sum()", 4n],
    ["self.labels.all(key, self.labels[key] != '')", true],
    ["self.labels.exists(key, value, key == 'app' && value == 'web')", true],
    ["[5, 6].transformList(i, v, i + v)", [5n, 7n]],
    ["{'a': 1}.transformMap(k, v, v + 1) == {'a': 2}", true],
    ["{'a': 1}.transformMapEntry(k, v, {v: k}) == {1: 'a'}", true],
    ["self.repos.all(a, self.repos.exists_one(b, a.url == b.url))", true],
    ["cel.bind(n, self.replicas * 2, n + n)", 12n],
    ["[1, 2].all(n, [n].all(n, n > 0) && n > 0)", true],
    // errors are absorbed where another operand decides
    ["false && self.repos[9].url == '' || true", true],
    ["(1 / 0 > 0) || true", true],
    ["[1, 0].exists(n, 1 / n > 0)", true],
    ["![0, 1].all(n, 1 / n > 2)", true],
    // strings count code points
    ["text.size() == 7 && size(text) == 7", true],
    ["text.charAt(6) + text.substring(1, 3)", "😀él"],
    ["text.indexOf('😀') == 6 && text.lastIndexOf('l') == 3 && text.indexOf('l', 3) == 3", true],
    ["text.startsWith('hé') && text.endsWith('😀') && text.contains('llo')", true],
    ["'AbÉ'.lowerAscii() + 'aé'.upperAscii()", "abÉAé"],
    ["' a '.trim().replace('a', 'bb') + 'aaa'.replace('a', 'b', 2)", "bbbba"],
    ["'a,b,c'.split(',', 2)", ["a", "b,c"]],
    ["['a', 'b'].join('-') + ['c'].join()", "a-bc"],
    ["'foobar'.matches('^fo+') && matches('x', '[a-z]')", true],
    ["'a1b22'.findAll('[0-9]+') == ['1', '22'] && 'a1'.find('[0-9]') == '1'", true],
    ["'%s has %d of %.2f: %s'.format(['web', 3, 1.5, [1, 2]])", "web has 3 of 1.50: [1, 2]"],
    ["'%x %X %o %b %e%%'.format([255, 'hi', 8, 5, 1234.5])", "ff 6869 10 101 1.234500e+03%"],
    ["strings.quote('a\"b\\n')", '"a\\"b\\n"'],
    // conversions
    ["int('42') + int(4.9) + int(7u)", 53n],
    ["string(1.0) + string(1e21) + string(true) + string(5u)", "11000000000000000000000true5"],
    ["double('1.5') == 1.5 && uint(3) == 3u && bool('true')", true],
    ["string(bytes('é')) == 'é' && bytes('é').size() == 2", true],
    // time
    ["duration('1h30m') > duration('89m') && duration('90s').getMinutes() == 1", true],
    ["timestamp('2026-02-28T23:00:00Z') + duration('2h')", "2026-03-01T01:00:00Z"],
    ["timestamp('2026-07-01T23:30:00Z').getHours('Europe/Berlin')", 1n],
    ["timestamp('2026-07-01T23:30:00.5Z').getDayOfMonth('+02:00') == 1", true],
    ["timestamp('2026-12-31T00:00:00Z').getDayOfYear() == 364", true],
    ["timestamp('2026-01-02T00:00:00Z') - timestamp('2026-01-01T00:00:00Z') == duration('24h')", true],
    ["string(duration('-1.5s')) + string(timestamp('1969-12-31T23:59:59.25Z'))", "-1.5s1969-12-31T23:59:59.25Z"],
    // Kubernetes' extensions
    ["[3, 1, 2].max() == 3 && ['a', 'b'].min() == 'a' && [1, 2].isSorted() && ![2, 1].isSorted()", true],
    ["['a', 'b', 'a'].indexOf('a') == 0 && ['a', 'b', 'a'].lastIndexOf('a') == 2", true],
    ["sets.contains([1, 2, 3], [2]) && sets.equivalent([1, 1], [1]) && !sets.intersects([1], [2])", true],
    ["isURL('https://a.b:80/c?d=e') && !isURL('../a')", true],
    ["url('https://a.b:80/c?d=e&d=f').getHost() + url('https://a.b/c').getEscapedPath()", "a.b:80/c"],
    ["url('https://a.b:80/c?d=e&d=f').getQuery()['d']", ["e", "f"]],
    ["quantity('1.5Gi').isGreaterThan(quantity('1G')) && quantity('200m').add(quantity('0.8')).asInteger() == 1", true],
    ["isQuantity('10Ki') && !isQuantity('ten') && quantity('1k').compareTo(quantity('1000')) == 0", true],
    ["ip('10.0.0.1').family() == 4 && isIP('::1') && !isIP('10.0.0.01') && ip('::1').isLoopback()", true],
    ["cidr('10.0.0.0/8').containsIP('10.1.2.3') && !cidr('10.0.0.0/8').containsCIDR('10.0.0.0/7')", true],
    ["string(cidr('192.168.5.9/16').masked()) == '192.168.0.0/16' && cidr('::/0').prefixLength() == 0", true],
  ])("%s", (source, expected) => {
    const result = value(source);
    const shown = typeof result === "object" && result !== null && "nanoseconds" in result;
    expect(shown ? value(`string(${source})`) : result).toEqual(expected);
  });

  it.each([
    ["1 / 0", "division by zero"],
    ["1 % 0", "modulus by zero"],
    ["9223372036854775807 + 1", "integer overflow"],
    ["1u - 2u", "unsigned integer overflow"],
    ["self.nested.optional", "no such key: optional"],
    ["self.tags[5]", "index out of bounds: 5"],
    ["self.labels['none']", "no such key: none"],
    ["x.n + 'a'", "no such overload"],
    ["x.n ? 1 : 2", "no such overload"],
    ["int('4x')", "type conversion error from 'string' to 'int'"],
    ["'abc'.substring(4)", "index out of range: 4"],
    ["optional.none().value()", "optional.none() dereference"],
    ["{x.n: 1, 5: 2}", "Failed with repeated key: 5"],
    ["'a'.matches(self.name + '(')", "error parsing regexp: missing closing ): `web(`"],
    ["[].min()", "min called on empty list"],
  ])("%s fails: %s", (source, message) => {
    const compiled = environment.compile(source);
    expect(() => compiled.evaluate(bindings)).toThrow(new CelEvaluationError(message));
  });
});

describe("compile errors", () => {
  it.each([
    ["self.missing == 1", "ERROR: <input>:1:5: undefined field 'missing'\n | self.missing == 1\n | ....^"],
    ["has(self.missing)", "ERROR: <input>:1:9: undefined field 'missing'\n | has(self.missing)\n | ........^"],
    [
      "self.repos.all(r, has(r.branch))",
      "ERROR: <input>:1:24: undefined field 'branch'\n | self.repos.all(r, has(r.branch))\n | .......................^",
    ],
    ["other > 1", "ERROR: <input>:1:1: undeclared reference to 'other' (in container '')\n | other > 1\n | ^"],
    ["foo(1)", "ERROR: <input>:1:4: undeclared reference to 'foo' (in container '')\n | foo(1)\n | ...^"],
    [
      "self.replicas == 'a'",
      "ERROR: <input>:1:15: found no matching overload for '_==_' applied to '(int, string)'\n | self.replicas == 'a'\n | ..............^",
    ],
    [
      "self.replicas.startsWith('a')",
      "ERROR: <input>:1:25: found no matching overload for 'startsWith' applied to 'int.(string)'\n | self.replicas.startsWith('a')\n | ........................^",
    ],
    [
      "self.name && true",
      "ERROR: <input>:1:11: found no matching overload for '_&&_' applied to '(string, bool)'\n | self.name && true\n | ..........^",
    ],
    ["[1, 'a']", "ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, 'a']\n | ....^"],
    ["'a'.matches('(')", "ERROR: <input>:1:13: invalid matches argument\n | 'a'.matches('(')\n | ............^"],
    [
      "self.name.first",
      "ERROR: <input>:1:10: type 'string' does not support field selection\n | self.name.first\n | .........^",
    ],
    [
      "self.",
      "ERROR: <input>:1:6: Syntax error: mismatched input '<EOF>' expecting an expression\n | self.\n | .....^",
    ],
    ["1 +\n  * 2", "ERROR: <input>:2:3: Syntax error: mismatched input '*' expecting an expression\n |   * 2\n | ..^"],
    ["has(self)", "ERROR: <input>:1:4: invalid argument to has() macro\n | has(self)\n | ...^"],
    ["'open", "ERROR: <input>:1:1: Syntax error: token recognition error at: ''open'\n | 'open\n | ^"],
    ["9223372036854775808", "ERROR: <input>:1:1: Syntax error: invalid int literal\n | 9223372036854775808\n | ^"],
  ])("%s", (source, message) => {
    expect(problem(source)).toBe(message);
  });

  it("tells all type errors of an expression at once", () => {
    expect(problem("self.a == 1 && self.b == 2").match(/undefined field/g)).toHaveLength(2);
  });

  it("refuses expressions that nest too deeply rather than overflowing the stack", () => {
    expect(problem(`${"(".repeat(5000)}1${")".repeat(5000)}`)).toContain("nests deeper");
    expect(problem("[".repeat(5000))).toContain("nests deeper");
    expect(problem(Array.from({ length: 20_000 }, () => "1").join(" + "))).toContain("too long");
  });
});

describe("types and uses", () => {
  it("infers the type of the result", () => {
    expect(environment.compile("self.tags.map(t, t.size())").type).toEqual(listOf(INT));
    expect(environment.compile("[]").type).toEqual(listOf(DYN));
    expect(environment.compile("self.?name.orValue('')").type).toEqual(STRING);
  });

  it("tells which variables an expression reads", () => {
    expect([...environment.compile("[1].all(self, self > 0) || x.n == 1").uses]).toEqual(["x"]);
  });
});

describe("cost", () => {
  const many = Array.from({ length: 2000 }, (_, index) => BigInt(index));
  const costly = { ...bindings, x: many };

  it("stops nested loops over large data, also inside operators that absorb errors", () => {
    const started = performance.now();
    for (const source of [
      "x.all(a, x.all(b, x.all(c, a + b + c >= 0)))",
      "x.exists(a, x.exists(b, a + b < 0)) || true",
      "x.map(a, x.map(b, a * b)).size() > 0",
    ])
      expect(() => environment.compile(source).evaluate(costly)).toThrow(CelCostError);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it("stops text that doubles", () => {
    const doubled = Array.from({ length: 60 }, (_, depth) => depth).reduceRight(
      (body, depth) => `cel.bind(v${depth + 1}, v${depth} + v${depth}, ${body})`,
      "v60.size()",
    );
    expect(() => environment.compile(`cel.bind(v0, 'abcdefgh', ${doubled})`).evaluate(bindings)).toThrow(CelCostError);
  });

  it("charges what an evaluation used", () => {
    const cheap = environment.compile("self.replicas > 1").evaluate(bindings).cost;
    const dear = environment.compile("self.tags.all(t, t.size() < 10)").evaluate(bindings).cost;
    expect(cheap).toBeGreaterThan(0);
    expect(dear).toBeGreaterThan(cheap);
  });

  it("makes a lazy variable once, and only when it is read", () => {
    let made = 0;
    const lazy = { ...bindings, x: () => BigInt(++made) };
    expect(environment.compile("self.ready || x > 0").evaluate(lazy).value).toBe(true);
    expect(made).toBe(0);
    expect(environment.compile("x + x").evaluate(lazy).value).toBe(2n);
    expect(made).toBe(1);
  });
});

describe("properties", () => {
  const integers = fc.bigInt({ min: -1000n, max: 1000n });

  it("never fails in another way than by its own errors, whatever the text", () => {
    const fragments = fc.constantFrom(
      ..."self . name ( ) [ ] { } , : ? + - * / % ! && || == < in 1 2.5 'a' true null has all map x size".split(" "),
    );
    fc.assert(
      fc.property(fc.array(fragments, { maxLength: 14 }), (parts) => {
        let failure: unknown;
        try {
          environment.compile(parts.join(" ")).evaluate(bindings);
        } catch (error) {
          failure = error;
        }
        const ours = [undefined, CelCompileError, CelEvaluationError, CelCostError];
        expect(ours).toContain(failure instanceof Error ? failure.constructor : failure);
      }),
      { numRuns: 3000 },
    );
  });

  it("orders and adds integers as mathematics does", () => {
    fc.assert(
      fc.property(integers, integers, (a, b) => {
        expect(value(`${a} + ${b} - ${b} == ${a}`)).toBe(true);
        expect(value(`${a} < ${b}`)).toBe(a < b);
        expect(value(`(${a} < ${b}) == !(${a} >= ${b})`)).toBe(true);
      }),
    );
  });

  // Another implementation of CEL as an independent judge, over the part of the language that it has.
  const { expression } = fc.letrec<{ number: string; text: string; truth: string; expression: string }>((tie) => ({
    number: fc.oneof(
      { maxDepth: 4 },
      fc.integer({ min: -9, max: 9 }).map((n) => (n < 0 ? `(${n})` : String(n))),
      fc
        .tuple(tie("number"), fc.constantFrom("+", "-", "*", "/", "%"), tie("number"))
        .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
      tie("text").map((text) => `size(${text})`),
      fc.tuple(tie("truth"), tie("number"), tie("number")).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
    ),
    text: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom("''", "'a'", "'ab'", "'bca'"),
      fc.tuple(tie("text"), tie("text")).map(([a, b]) => `(${a} + ${b})`),
      tie("number").map((n) => `string(${n})`),
    ),
    truth: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom("true", "false"),
      fc.tuple(tie("number"), fc.constantFrom("<", "<=", "==", "!="), tie("number")).map((p) => `(${p.join(" ")})`),
      fc.tuple(tie("truth"), fc.constantFrom("&&", "||"), tie("truth")).map((p) => `(${p.join(" ")})`),
      tie("truth").map((a) => `!${a}`),
      fc
        .tuple(tie("text"), fc.constantFrom("contains", "startsWith", "endsWith"), tie("text"))
        .map(([a, name, b]) => `${a}.${name}(${b})`),
      fc
        .tuple(
          fc.array(tie("number"), { minLength: 1, maxLength: 4 }),
          fc.constantFrom("all", "exists", "exists_one"),
          tie("number"),
        )
        .map(([items, macro, bound]) => `[${items.join(", ")}].${macro}(v, v <= ${bound})`),
    ),
    expression: fc.oneof(tie("number"), tie("text"), tie("truth")),
  }));

  it("agrees with another implementation, in values and in whether there is one", () => {
    const outcome = (evaluate: () => unknown): unknown => {
      try {
        return evaluate();
      } catch {
        return "failed";
      }
    };
    fc.assert(
      fc.property(expression, (source) => {
        expect(outcome(() => value(source))).toEqual(outcome(() => judge(source)));
      }),
      { numRuns: 1500 },
    );
  });

  it("all and exists are each other's negation", () => {
    fc.assert(
      fc.property(fc.array(integers, { maxLength: 8 }), integers, (values, bound) => {
        const list = `[${values.join(", ")}]`;
        expect(value(`${list}.all(v, v < ${bound}) == !${list}.exists(v, v >= ${bound})`)).toBe(true);
      }),
    );
  });

  it("quoting and reading a string back is the identity", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(environment.compile(JSON.stringify(text)).evaluate(bindings).value).toBe(text);
      }),
    );
  });
});
