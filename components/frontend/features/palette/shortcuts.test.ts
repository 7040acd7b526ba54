import { describe, expect, it } from "vitest";
import { actionOf } from "./shortcuts.ts";

const press = (
  key: string,
  modifiers: Partial<Record<"metaKey" | "ctrlKey" | "altKey" | "shiftKey", boolean>> = {},
) => ({
  key,
  metaKey: false,
  ctrlKey: false,
  altKey: false,
  shiftKey: false,
  ...modifiers,
});

describe("shortcuts", () => {
  it("open the palette from anywhere", () => {
    expect(actionOf(press("k", { ctrlKey: true }), true)).toBe("palette");
    expect(actionOf(press("K", { metaKey: true }), false)).toBe("palette");
    expect(actionOf(press("k"), false)).toBeUndefined();
  });

  it("leave letters to those who write, and to the browser", () => {
    expect(actionOf(press("n"), false)).toBe("new-session");
    expect(actionOf(press("n"), true)).toBeUndefined();
    expect(actionOf(press("n", { ctrlKey: true }), false)).toBeUndefined();
    expect(actionOf(press("?", { shiftKey: true }), false)).toBe("help");
  });
});
