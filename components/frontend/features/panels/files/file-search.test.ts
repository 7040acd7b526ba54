import type { WorkspaceEntry } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { searchFiles } from "./file-search.ts";

const entry = (path: string, isDir: boolean): WorkspaceEntry => ({
  name: path.split("/").at(-1) ?? "",
  path,
  isDir,
  size: 1,
  modifiedAt: "2026-01-01T00:00:00Z",
});

function workspace(files: readonly string[]) {
  const listed: string[] = [];
  const list = async (folder: string): Promise<WorkspaceEntry[]> => {
    listed.push(folder);
    const inside = files.filter((file) => folder === "" || file.startsWith(`${folder}/`));
    const names = new Set(inside.map((file) => file.slice(folder === "" ? 0 : folder.length + 1).split("/")[0] ?? ""));
    return [...names].map((name) => {
      const path = folder === "" ? name : `${folder}/${name}`;
      return entry(path, !files.includes(path));
    });
  };
  return { listed, list };
}
const { signal } = new AbortController();

describe("the search for files", () => {
  it("looks into folders, level by level, and not into what others installed", async () => {
    const { list, listed } = workspace(["a/deep/button.tsx", "button.md", "a/node_modules/button.js", "a/other.ts"]);
    const { items, isPartial } = await searchFiles("BUTTON", list, signal);
    expect(items.map(({ path }) => path)).toEqual(["button.md", "a/deep/button.tsx"]);
    expect(isPartial).toBe(false);
    expect(listed).not.toContain("a/node_modules");
  });

  it("wants each word somewhere in the path", async () => {
    const { list } = workspace(["src/login/form.ts", "src/form.ts", "login/readme"]);
    const { items } = await searchFiles("form login", list, signal);
    expect(items.map(({ path }) => path)).toEqual(["src/login/form.ts"]);
  });

  it("stops at its bounds, and when nobody waits any more", async () => {
    const many = workspace(Array.from({ length: 900 }, (_, index) => `f${index}/x`));
    expect((await searchFiles("nothing", many.list, signal)).isPartial).toBe(true);
    expect(many.listed.length).toBeLessThanOrEqual(400);
    await expect(searchFiles("x", many.list, AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
  });
});
