import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { toYaml } from "./yaml.ts";

describe("YAML", () => {
  it("reads like kubectl's", () => {
    const spec = {
      initialPrompt: "Fix it\nand say why\n",
      repos: [{ url: "https://github.com/org/repo.git", autoPush: false }, { url: "x" }],
      llmSettings: { temperature: 0.2 },
      environmentVariables: {},
      quoted: ["yes", "1.5", "", "a: b", "# no"],
    };
    expect(toYaml(spec)).toBe(`initialPrompt: |
  Fix it
  and say why
repos:
- url: "https://github.com/org/repo.git"
  autoPush: false
- url: x
llmSettings:
  temperature: 0.2
environmentVariables: {}
quoted:
- "yes"
- "1.5"
- ""
- "a: b"
- "# no"`);
  });

  it("means what it was made of, whatever that is", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        expect(parse(toYaml(plain))).toEqual(plain);
      }),
      { numRuns: 120 },
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), (a, b) => {
        const value = { text: `${a}\n${b}`, list: [[a], { [b]: a }] };
        expect(parse(toYaml(value))).toEqual(value);
      }),
      { numRuns: 120 },
    );
  });
});
