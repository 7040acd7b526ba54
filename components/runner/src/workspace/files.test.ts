import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WorkspaceFiles } from "./files.ts";

async function* bytes(text: string): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from(text);
}

describe("WorkspaceFiles", () => {
  let base: string;
  let root: string;
  let files: WorkspaceFiles;

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), "files-"));
    root = join(base, "workspace");
    await mkdir(join(root, ".pilothouse", "events"), { recursive: true });
    await mkdir(join(root, "repos"), { recursive: true });
    await writeFile(join(base, "secret"), "outside");
    await writeFile(join(root, "a.txt"), "hello");
    files = await WorkspaceFiles.open(root);
  });
  afterEach(async () => {
    await rm(base, { recursive: true });
  });

  const read = async (path: string): Promise<string> => {
    const { handle } = await files.read(path);
    try {
      return await handle.readFile("utf8");
    } finally {
      await handle.close();
    }
  };

  it("lists, reads, writes and removes", async () => {
    await files.write("repos/new/b.txt", bytes("made"), 100);
    expect(await read("repos/new/b.txt")).toBe("made");
    await files.write("a.txt", bytes("x"), 100);
    expect(await read("/a.txt")).toBe("x");
    expect((await files.list("")).map(({ name, isDir }) => [name, isDir])).toEqual([
      ["repos", true],
      ["a.txt", false],
    ]);
    expect(await files.list("repos/new")).toMatchObject([{ path: "repos/new/b.txt", size: 4 }]);
    await files.remove("repos/new");
    await expect(files.list("repos/new")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it.each([
    "../secret",
    "repos/../../secret",
    "a.txt/../../secret",
    "nul\0",
    ".pilothouse/state.json",
    "./.pilothouse/events",
    "//.pilothouse",
  ])("refuses %j", async (path) => {
    await expect(files.read(path)).rejects.toMatchObject({ code: "PATH_INVALID" });
    await expect(files.write(path, bytes("x"), 10)).rejects.toMatchObject({ code: "PATH_INVALID" });
    await expect(files.remove(path)).rejects.toMatchObject({ code: "PATH_INVALID" });
  });

  it.each([
    ["a link to a file outside", "../secret", "link"],
    ["a link to a folder outside", "..", "link/secret"],
    ["an absolute link", "/etc", "link/hostname"],
    ["a link to the platform's folder", ".pilothouse", "link/events"],
  ])("refuses %s", async (_name, target, path) => {
    await symlink(target, join(root, "link"));
    await expect(files.read(path)).rejects.toMatchObject({ code: "PATH_INVALID" });
    await expect(files.write(path, bytes("x"), 10)).rejects.toMatchObject({ code: "PATH_INVALID" });
    expect(await readFile(join(base, "secret"), "utf8")).toBe("outside");
  });

  it("follows a link that stays inside", async () => {
    await symlink("a.txt", join(root, "alias"));
    expect(await read("alias")).toBe("hello");
  });

  it("removes a link, not what it points to", async () => {
    await symlink("../secret", join(root, "link"));
    await files.remove("link");
    expect(await readFile(join(base, "secret"), "utf8")).toBe("outside");
  });

  it("shows a link to outside as itself, without a look at what is there", async () => {
    await symlink("..", join(root, "link"));
    expect(await files.list("")).toMatchObject([{ name: "repos" }, { name: "a.txt" }, { name: "link", isDir: false }]);
    await expect(files.list("link")).rejects.toMatchObject({ code: "PATH_INVALID" });
  });

  it("takes no more than it is allowed to", async () => {
    await expect(files.write("big", bytes("x".repeat(11)), 10)).rejects.toMatchObject({ code: "FILE_TOO_LARGE" });
  });

  it("says when a path is not a file or not there", async () => {
    await expect(files.read("repos")).rejects.toMatchObject({ code: "NOT_A_FILE" });
    await expect(files.read("none")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(files.list("a.txt")).rejects.toMatchObject({ code: "NOT_A_FILE" });
    await expect(files.write("a.txt/b", bytes("x"), 10)).rejects.toMatchObject({
      code: expect.stringMatching(/NOT_A_FILE|PATH_INVALID/),
    });
  });

  it("never leaves the workspace, whatever the path", async () => {
    const part = fc.constantFrom("..", ".", "", "a.txt", "repos", "%2e%2e", "link", ".pilothouse", "\\..", "~");
    await symlink("..", join(root, "link"));
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 6 }), async (parts) => {
        const content = await read(parts.join("/")).catch(() => "");
        expect(["", "hello"]).toContain(content);
      }),
    );
  });
});
