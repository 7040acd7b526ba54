import * as fc from "fast-check";
import { type Token, type Tokens, lexer } from "marked";
import { describe, expect, it } from "vitest";
import { emptyMarkdown, parseMarkdown, safeHref } from "./blocks.ts";

/** What a block says without any markup: of a token that has parts, what the parts say. */
const plainText = (token: Token): unknown => {
  if (token.type === "list") return (token as Tokens.List).items.map((item) => item.tokens.map(plainText));
  return token.type === "text" && !("tokens" in token && token.tokens !== undefined)
    ? token.raw
    : "tokens" in token && token.tokens?.map(plainText);
};

describe("parseMarkdown", () => {
  it("keeps the blocks before the last one", () => {
    const first = parseMarkdown("# Title\n\nOne paragraph.\n\nThe next");
    const second = parseMarkdown("# Title\n\nOne paragraph.\n\nThe next one.", first);
    expect(second.blocks[0]).toBe(first.blocks[0]);
    expect(second.blocks[2]).toBe(first.blocks[2]);
    expect(second.blocks.at(-1)?.raw).toBe("The next one.");
  });

  it("keeps all but the last piece of a paragraph or list that does not end", () => {
    for (const sentence of [
      "The **cause** is in `store.ts`, which the [link](https://a.example/) tells.\n",
      "- an *entry*\n",
      "only words, and nothing else ",
    ]) {
      const long = sentence.repeat(2_000);
      const before = parseMarkdown(long);
      const after = parseMarkdown(`${long}and more`, before);
      expect(after.blocks.length).toBeGreaterThan(2);
      expect(after.blocks.slice(0, before.settled)).toEqual(before.blocks.slice(0, before.settled));
      before.blocks.slice(0, before.settled).forEach((block, index) => expect(after.blocks[index]).toBe(block));
      expect(after.text.length - after.settledLength).toBeLessThan(10_000);
      expect(after.blocks.map((block) => block.raw).join("")).toBe(`${long}and more`);
      expect(JSON.stringify(after.blocks.map(plainText))).not.toMatch(/[*`]/);
      expect(after.blocks.slice(1).every((block) => block.continues === true)).toBe(true);
    }
  });

  it("lengthens an open code block, and sees where it ends", () => {
    const open = parseMarkdown(`Look:\n\n\`\`\`ts\n${"const a = 1;\n".repeat(1_000)}`);
    const longer = parseMarkdown(`${open.text}const b = 2;\n\`\``, open);
    expect(longer.blocks.at(-1)).toMatchObject({ type: "code", lang: "ts" });
    expect(longer.blocks.at(-1)).toHaveProperty("text", expect.stringMatching(/const b = 2;\n``$/));
    const closed = parseMarkdown(`${longer.text}\`\n\nDone.`, longer);
    expect(closed.blocks.map((block) => block.type)).toEqual(["paragraph", "space", "code", "space", "paragraph"]);
    expect(closed.blocks[2]).toHaveProperty("text", expect.stringMatching(/const b = 2;$/));
  });

  it("takes a long text in steps, and gets to the same", () => {
    const text = "One paragraph.\n\n> quoted\n\n```\ncode\n```\n\n".repeat(1_000);
    let parsed = parseMarkdown(text, emptyMarkdown, () => true);
    expect(parsed.isWhole).toBe(false);
    let steps = 1;
    while (!parsed.isWhole) {
      parsed = parseMarkdown(text, parsed, () => true);
      steps += 1;
    }
    expect(steps).toBeGreaterThan(3);
    expect(parsed.blocks).toEqual(parseMarkdown(text).blocks);
    expect(parsed.blocks.map((block) => block.type)).toEqual(lexer(text).map((block) => block.type));
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
      "\r\n",
      "``",
      "`",
      "~~~\n",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        let parsed = emptyMarkdown;
        let text = "";
        for (const next of pieces) parsed = parseMarkdown((text += next), parsed);
        const shapeOf = (blocks: readonly { type: string; raw: string }[]) =>
          blocks.map(({ type, raw }) => [type, raw]);
        expect(shapeOf(parsed.blocks)).toEqual(shapeOf(lexer(text)));
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
