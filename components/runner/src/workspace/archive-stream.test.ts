import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { inflateRawSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { zipStream } from "./archive-stream.ts";
import { WorkspaceFiles } from "./files.ts";

/** Names and contents by the central directory (APPNOTE 4.3.12). */
function unpack(zip: Buffer): Record<string, string> {
  const files: Record<string, string> = {};
  for (let at = zip.indexOf("PK\u0001\u0002"); at >= 0; at = zip.indexOf("PK\u0001\u0002", at + 4)) {
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.subarray(at + 46, at + 46 + nameLength).toString("utf8");
    const start = zip.readUInt32LE(at + 42);
    const content = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28);
    const packed = zip.subarray(content, content + zip.readUInt32LE(at + 20));
    files[name] = (zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(packed) : packed).toString("utf8");
  }
  return files;
}

describe("zipStream", () => {
  let base: string;
  let files: WorkspaceFiles;
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), "zip-"));
    const root = join(base, "workspace");
    await mkdir(join(root, "artifacts", "deep"), { recursive: true });
    await mkdir(join(root, "repos", "app", ".git"), { recursive: true });
    await mkdir(join(root, ".pilothouse"));
    await writeFile(join(base, "secret"), "outside");
    await writeFile(join(root, ".pilothouse", "state.json"), "platform");
    await writeFile(join(root, "repos", "app", ".git", "config"), "git");
    await writeFile(join(root, "repos", "app", "code.ts"), "code");
    await writeFile(join(root, "artifacts", "a ü.txt"), "alpha");
    await writeFile(join(root, "artifacts", "deep", "b.png"), "beta");
    await symlink("../../secret", join(root, "artifacts", "link"));
    await symlink("../..", join(root, "artifacts", "up"));
    await symlink("a ü.txt", join(root, "artifacts", "alias"));
    files = await WorkspaceFiles.open(root);
  });
  afterEach(async () => rm(base, { recursive: true }));

  const zip = async (path: string) =>
    unpack(await buffer(await zipStream({ files, path, signal: new AbortController().signal })));

  it("holds a folder's files by their names in it, without links and repositories' own data", async () => {
    expect(await zip("artifacts")).toEqual({ "a ü.txt": "alpha", "deep/b.png": "beta" });
    expect(await zip("")).toEqual({
      "artifacts/a ü.txt": "alpha",
      "artifacts/deep/b.png": "beta",
      "repos/app/code.ts": "code",
    });
  });

  it("takes a single file, and an empty folder", async () => {
    expect(await zip("artifacts/deep/b.png")).toEqual({ "b.png": "beta" });
    await mkdir(join(base, "workspace", "empty"));
    expect(await zip("empty")).toEqual({});
  });

  it.each([
    ["../", "PATH_INVALID"],
    [".pilothouse", "PATH_INVALID"],
    ["artifacts/up", "PATH_INVALID"],
    ["artifacts/link", "PATH_INVALID"],
    ["none", "NOT_FOUND"],
  ])("refuses %j", async (path, code) => {
    await expect(zip(path)).rejects.toMatchObject({ code });
  });

  it("ends with an error when a file goes away meanwhile", async () => {
    const stream = await zipStream({ files, path: "artifacts", signal: new AbortController().signal });
    await rm(join(base, "workspace", "artifacts", "deep", "b.png"));
    // What was asked for already is in; the one that is gone cannot be left out silently.
    await expect(buffer(stream)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
