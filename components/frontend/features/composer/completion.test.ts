import { describe, expect, it } from "vitest";
import { bestMatches, complete, matchScore, triggerAt } from "./completion.ts";

describe("triggerAt", () => {
  it.each([
    ["/", 1, "command", ""],
    ["/sh", 3, "command", "sh"],
    ["look at @src/in", 15, "file", "src/in"],
    ["@", 1, "file", ""],
  ] as const)("of %j at %i is a %s", (text, caret, kind, query) =>
    expect(triggerAt(text, caret)).toMatchObject({ kind, query }),
  );

  it.each([
    ["a /sh", 5],
    ["mail me@example.com", 19],
    ["/sh now", 7],
    ["plain", 5],
  ])("of %j at %i is nothing", (text, caret) => expect(triggerAt(text, caret)).toBeUndefined());

  it("covers the whole word around the caret", () =>
    expect(triggerAt("see @src/a.ts there", 8)).toEqual({ kind: "file", query: "src", from: 4, to: 13 }));
});

describe("complete", () => {
  const at = (text: string) => {
    const trigger = triggerAt(text, text.length);
    if (trigger === undefined) throw new Error("nothing to complete");
    return trigger;
  };
  it("ends a file with a space, and lets a folder go on", () => {
    expect(complete("see @in", at("see @in"), "src/index.js", false)).toEqual({
      text: "see @src/index.js ",
      caret: 18,
    });
    expect(complete("see @s", at("see @s"), "src/", true)).toEqual({ text: "see @src/", caret: 9 });
  });
  it("does not double a space that is there", () => {
    const text = "@in and more";
    const trigger = triggerAt(text, 3);
    expect(trigger && complete(text, trigger, "src/index.js", false)).toEqual({
      text: "@src/index.js and more",
      caret: 14,
    });
  });
});

describe("bestMatches", () => {
  const files = ["src/auth/login.ts", "src/auth/session.ts", "README.md", "test/login.test.ts"];
  it("prefers the beginning of a file's name over the middle of its path", () =>
    expect(bestMatches(files, (file) => file, "log", 9)).toEqual(["src/auth/login.ts", "test/login.test.ts"]));
  it("finds letters in order", () =>
    expect(bestMatches(files, (file) => file, "sases", 9)).toEqual(["src/auth/session.ts"]));
  it("leaves out what does not fit", () => expect(matchScore("README.md", "xyz")).toBeUndefined());
});
