import { describe, expect, it } from "vitest";
import { highlight, loadGrammar } from "./highlight.ts";

describe("highlight", () => {
  it("colours a language once its grammar is there, by any of its names", async () => {
    expect(highlight("const a = 1", "tsx")).toBeUndefined();
    await loadGrammar("ts");
    const [first] = highlight("const a = 1", "tsx")?.children ?? [];
    expect(first).toMatchObject({ type: "element", properties: { className: ["hljs-keyword"] } });
  });

  it("leaves alone what it does not know, and what is too long", async () => {
    await loadGrammar("klingon");
    expect(highlight("x", "klingon")).toBeUndefined();
    expect(highlight("x", "constructor")).toBeUndefined();
    await loadGrammar("json");
    expect(highlight(`"${"x".repeat(40_000)}"`, "json")).toBeUndefined();
  });

  it.each([
    "sh",
    "h",
    "c++",
    "css",
    "patch",
    "docker",
    "go",
    "toml",
    "java",
    "jsx",
    "json",
    "md",
    "py",
    "rb",
    "rs",
    "sql",
    "html",
    "yml",
  ])("has a grammar for %s", async (language) => {
    await loadGrammar(language);
    expect(highlight("a = 1", language)).toBeDefined();
  });
});
