import * as fc from "fast-check";
import { lexer } from "marked";
import { describe, expect, it } from "vitest";
import { emptyMarkdown, parseMarkdown, safeHref } from "./blocks.ts";

describe("parseMarkdown", () => {
  it("keeps the blocks before the last one", () => {
    const first = parseMarkdown("# Title\n\nOne paragraph.\n\nThe next");
    const second = parseMarkdown("# Title\n\nOne paragraph.\n\nThe next one.", first);
    expect(second.blocks[0]).toBe(first.blocks[0]);
    expect(second.blocks[2]).toBe(first.blocks[2]);
    expect(second.blocks.at(-1)?.raw).toBe("The next one.");
  });

  it("reads a growing text as it reads the whole", () => {
    const piece = fc.constantFrom(
      "word ",
      "\n",
      "\n\n",
      "- item\n",
      "```ts\n",
      "```\n",
      "# h\n",
      "| a | b |\n",
      "|---|---|\n",
      "> q\n",
      "---\n",
      "    code\n",
      "**b**",
      "1. x\n",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        let parsed = emptyMarkdown;
        let text = "";
        for (const next of pieces) parsed = parseMarkdown((text += next), parsed);
        expect(parsed.blocks.map((block) => block.raw).join("")).toBe(
          lexer(text)
            .map((block) => block.raw)
            .join(""),
        );
      }),
    );
  });
});

describe("safeHref", () => {
  it.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "/relative",
    "//host/x",
    "java\nscript:alert(1)",
  ])("refuses %s", (href) => expect(safeHref(href)).toBeUndefined());
  it("lets web addresses and mail through", () => {
    expect(safeHref("https://example.com/a?b#c")).toBe("https://example.com/a?b#c");
    expect(safeHref("mailto:a@example.com")).toBe("mailto:a@example.com");
  });
});
