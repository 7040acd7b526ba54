import { describe, expect, it } from "vitest";
import { parseAnsi } from "./ansi.ts";

describe("parseAnsi", () => {
  it("gives colours and weight", () => {
    expect(parseAnsi("\u001b[1;31mfail\u001b[0m ok \u001b[92mgood\u001b[39m!")).toEqual([
      { text: "fail", color: "red", isBold: true, isDim: false },
      { text: " ok ", color: undefined, isBold: false, isDim: false },
      { text: "good", color: "green", isBold: false, isDim: false },
      { text: "!", color: undefined, isBold: false, isDim: false },
    ]);
  });
  it("drops every other sequence", () => {
    expect(
      parseAnsi("a\u001b[2Kb\u001b]8;;https://x\u0007c\u001b[?25ld")
        .map((piece) => piece.text)
        .join(""),
    ).toBe("abcd");
  });
  it("keeps the last state of a progress line", () => {
    expect(parseAnsi("10%\r50%\r100%\ndone\r\n")[0]?.text).toBe("100%\ndone\n");
  });
});
