import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyPatch } from "./json-patch.ts";

describe("applyPatch", () => {
  it.each([
    ["adds a field", { a: 1 }, [{ op: "add", path: "/b", value: 2 }], { a: 1, b: 2 }],
    ["adds at the end of a list", { a: [1] }, [{ op: "add", path: "/a/-", value: 2 }], { a: [1, 2] }],
    ["inserts into a list", [1, 3], [{ op: "add", path: "/1", value: 2 }], [1, 2, 3]],
    [
      "replaces in depth",
      { a: { b: [{ c: 1 }] } },
      [{ op: "replace", path: "/a/b/0/c", value: 2 }],
      { a: { b: [{ c: 2 }] } },
    ],
    ["replaces the whole", { a: 1 }, [{ op: "replace", path: "", value: [] }], []],
    ["removes from a list", [1, 2, 3], [{ op: "remove", path: "/1" }], [1, 3]],
    ["moves", { a: 1 }, [{ op: "move", from: "/a", path: "/b" }], { b: 1 }],
    ["copies", { a: { x: 1 } }, [{ op: "copy", from: "/a", path: "/b" }], { a: { x: 1 }, b: { x: 1 } }],
    [
      "reads escaped names",
      { "a/b": { "~": 1 } },
      [{ op: "replace", path: "/a~1b/~0", value: 2 }],
      { "a/b": { "~": 2 } },
    ],
    [
      "leaves out what does not fit",
      { a: 1 },
      [
        { op: "remove", path: "/x/y" },
        { op: "add", path: "/b", value: 2 },
      ],
      { a: 1, b: 2 },
    ],
    ["does not move a value into itself", { a: { b: 1 } }, [{ op: "move", from: "/a", path: "/a/b" }], { a: { b: 1 } }],
  ])("%s", (_, document, operations, expected) => {
    expect(applyPatch(document, operations)).toEqual(expected);
  });

  it("does not touch prototypes", () => {
    applyPatch({}, [{ op: "add", path: "/__proto__/polluted", value: true }]);
    expect({}).not.toHaveProperty("polluted");
  });

  it("never throws and never changes its input", () => {
    const path = fc
      .array(fc.constantFrom("a", "b", "0", "1", "-", "~1"), { maxLength: 4 })
      .map((parts) => parts.map((part) => `/${part}`).join(""));
    const operation = fc.record({
      op: fc.constantFrom("add", "remove", "replace", "move", "copy", "test"),
      path,
      from: path,
      value: fc.jsonValue(),
    });
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.oneof(operation, fc.jsonValue())), (document, operations) => {
        const before = JSON.stringify(document);
        applyPatch(document, operations);
        expect(JSON.stringify(document)).toBe(before);
      }),
    );
  });
});
