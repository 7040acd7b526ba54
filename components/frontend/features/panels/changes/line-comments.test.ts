import { describe, expect, it } from "vitest";
import { type LineComment, messageOfComments, withComment } from "./line-comments.ts";

const comment = (path: string, line: number, text: string, more: Partial<LineComment> = {}): LineComment => ({
  repo: "web",
  path,
  side: "new",
  line,
  quote: "  const a = 1;",
  text,
  ...more,
});

describe("comments on lines", () => {
  it("replace one another on the same line, and go when emptied", () => {
    const one = withComment([], comment("a.ts", 3, "Why?"));
    const two = withComment(one, comment("a.ts", 3, "Why?", { side: "old" }));
    expect(two).toHaveLength(2);
    expect(withComment(two, comment("a.ts", 3, " Because ")).map(({ text }) => text)).toEqual(["Because", "Why?"]);
    expect(withComment(two, comment("a.ts", 3, "  "))).toEqual([two[1]]);
  });

  it("become one message, by file and in order of lines", () => {
    const comments = [
      comment("b.ts", 9, "Name it\nbetter"),
      comment("a.ts", 3, "Why?", { quote: "`x`" }),
      comment("b.ts", 2, "Keep this", { side: "old", quote: "" }),
    ];
    expect(messageOfComments(comments, "Please look at these:")).toBe(
      [
        "Please look at these:",
        "",
        "**b.ts**",
        "- line 2 (removed) (empty): Keep this",
        "- line 9 `const a = 1;`: Name it",
        "  better",
        "",
        "**a.ts**",
        "- line 3 `` `x` ``: Why?",
      ].join("\n"),
    );
  });

  it("name the repository where there are several", () => {
    const message = messageOfComments([comment("a.ts", 1, "x"), comment("a.ts", 1, "y", { repo: "api" })], "");
    expect(message).toContain("**web/a.ts**");
    expect(message).toContain("**api/a.ts**");
  });
});
