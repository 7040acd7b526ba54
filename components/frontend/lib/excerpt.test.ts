import { describe, expect, it } from "vitest";
import { excerpt } from "./excerpt.ts";

describe("the excerpt of a message", () => {
  it.each([
    ["Green in all zones.", "Green in all zones."],
    ["## Done\n\nThe test **passes** now.", "The test passes now."],
    ["## Done", "Done"],
    ["`GET /notes?q=…` works. What it does:", "GET /notes?q=… works. What it does:"],
    ["> a *quoted* word", "a quoted word"],
    ["- [x] first\n- second", "first"],
    ["1. first", "first"],
    ["see [the docs](https://example.org/a_b) and ![a picture](x.png)", "see the docs and a picture"],
    ["```ts\nconst a = 1;\n```\nThat is it.", "That is it."],
    ["| a | b |\n|---|---|\nafter the table", "after the table"],
    ["---\nafter the rule", "after the rule"],
    ["2 * 3 * 4 is 24, and __init__ stays", "2 * 3 * 4 is 24, and __init__ stays"],
    ["#hashtag is no heading", "#hashtag is no heading"],
    ["-5 degrees", "-5 degrees"],
  ])("of %j", (markdown, words) => expect(excerpt(markdown)).toBe(words));

  it.each(["", "\n\n", "```\nonly code\n```", "---"])("is none where nothing is said in words: %j", (markdown) =>
    expect(excerpt(markdown)).toBeUndefined(),
  );
});
