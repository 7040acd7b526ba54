import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEventParser } from "./server-sent-events.ts";

describe("createEventParser", () => {
  it("reads ids, names, data of several lines, and skips comments", () => {
    const parse = createEventParser();
    expect(parse(": hello\n\nid: 7\nevent: added\ndata: one\ndata:two\n\ndata: {}\n\n")).toEqual([
      { id: "7", event: "added", data: "one\ntwo" },
      { id: "7", event: "message", data: "{}" },
    ]);
  });

  it("gives nothing for an event that is cut off", () => {
    expect(createEventParser()("data: half")).toEqual([]);
  });

  it("reads the same however the text is cut, with any line ending", () => {
    const line = fc.constantFrom("data: a", "data: bc", "id: 1", "event: x", ": comment", "", "data");
    const ending = fc.constantFrom("\n", "\r\n", "\r");
    fc.assert(
      fc.property(fc.array(line), ending, fc.array(fc.nat(50)), (lines, ending, cuts) => {
        const text = [...lines, "", ""].map((line) => line + ending).join("") + "data: end\n";
        const parse = createEventParser();
        const pieces = [...new Set(cuts.map((cut) => Math.min(cut, text.length)))].toSorted((a, b) => a - b);
        const events = [...pieces, text.length].flatMap((cut, index, all) =>
          parse(text.slice(all[index - 1] ?? 0, cut)),
        );
        expect(events).toEqual(createEventParser()(text));
      }),
    );
  });
});
