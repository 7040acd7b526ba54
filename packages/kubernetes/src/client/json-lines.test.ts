import { array, assert, asyncProperty, integer, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { readText, splitLines } from "./json-lines.ts";

async function* chunksOf(text: string, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text, "utf8");
  let start = 0;
  for (const cut of cuts.map((value) => value % (bytes.length + 1)).toSorted((left, right) => left - right)) {
    yield bytes.subarray(start, cut);
    start = cut;
  }
  yield bytes.subarray(start);
}

describe("lines", () => {
  it("come out as they went in, wherever the network cuts them", async () => {
    const line = string({ unit: "binary", minLength: 1 }).map((text) => JSON.stringify(text));
    await assert(
      asyncProperty(array(line), array(integer({ min: 0, max: 5000 })), async (lines, cuts) => {
        const text = lines.map((entry) => `${entry}\n`).join("");
        expect(await Array.fromAsync(splitLines(chunksOf(text, cuts)))).toEqual(lines);
        expect(await readText(chunksOf(text, cuts))).toBe(text);
      }),
    );
  });

  it("include a last one without an end, and leave out empty ones", async () => {
    expect(await Array.fromAsync(splitLines(chunksOf("a\n\nb", [1])))).toEqual(["a", "b"]);
  });
});
