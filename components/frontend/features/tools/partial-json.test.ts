import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseArguments } from "./partial-json.ts";

describe("parseArguments", () => {
  it.each([
    ["", {}],
    ["{", {}],
    ['{"comm', {}],
    ['{"command": "npm ru', { command: "npm ru" }],
    ['{"command": "a\\', { command: "a" }],
    ['{"command": "a\\u00e', { command: "a" }],
    ['{"a": 1, "b": [1, {"c": "x', { a: 1, b: [1, { c: "x" }] }],
    ['{"a": "x", "b', { a: "x" }],
    [
      '{"todos": [{"content": "one", "status": "done"}, {"content": "tw',
      { todos: [{ content: "one", status: "done" }, { content: "tw" }] },
    ],
    ["[1, 2]", { value: [1, 2] }],
    ["not json", {}],
  ])("reads %j", (text, expected) => expect(parseArguments(text)).toEqual(expected));

  it("never throws, and reads the whole when it is whole", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (value, cut) => {
        const text = JSON.stringify(value);
        expect(parseArguments(text)).toEqual(JSON.parse(text));
        expect(() => parseArguments(text.slice(0, cut % (text.length + 1)))).not.toThrow();
      }),
    );
  });
});
