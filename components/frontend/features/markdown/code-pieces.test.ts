import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codePieces } from "./code-pieces.ts";

describe("codePieces", () => {
  it("leaves a short code whole", () => expect(codePieces("a\nb\n")).toEqual(["a\nb\n"]));

  it("cuts at ends of lines, and at the same ones when more follows", () => {
    const line = fc.string({ maxLength: 3_000 });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), line, (lines, more) => {
        const code = lines.join("\n");
        const pieces = codePieces(code);
        expect(pieces.join("\n")).toBe(
          pieces.length > 1 ? code.replace(/\n$/, pieces.at(-1) === "" ? "" : "$&") : code,
        );
        expect(codePieces(`${code}${more}`).slice(0, pieces.length - 1)).toEqual(pieces.slice(0, -1));
      }),
    );
  });
});
