import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack, type Header } from "tar-stream";
import { describe, expect, it } from "vitest";
import { listFolder, openFile, zipFolder } from "./tar.ts";

const mtime = new Date("2026-01-02T03:04:06Z");

async function archive(...entries: [Partial<Header> & { name: string }, string?][]): Promise<() => Readable> {
  const tar = pack();
  for (const [header, content] of entries) tar.entry({ mtime, ...header }, content ?? "");
  tar.finalize();
  const bytes = gzipSync(await buffer(tar));
  return () => Readable.from([bytes], { objectMode: false });
}

const dir = (name: string): [{ name: string; type: "directory" }] => [{ name, type: "directory" }];
const folder = await archive(
  dir("./"),
  dir("./reports/"),
  [{ name: "./reports/b.md" }, "# B"],
  [{ name: "./reports/deep/c.txt" }, "c".repeat(100_000)],
  [{ name: "./a ü.json" }, "{}"],
  [{ name: "./link", type: "symlink", linkname: "/etc/passwd" }],
  [{ name: "../../etc/evil" }, "evil"],
  [{ name: "./x/../../evil" }, "evil"],
  dir("./empty/"),
);

/** Names and contents of a zip, by its central directory and the `unzip` algorithm of its entries (stored or deflated). */
async function namesIn(zip: Buffer): Promise<string[]> {
  const names: string[] = [];
  for (let at = zip.indexOf("PK\u0001\u0002"); at !== -1; at = zip.indexOf("PK\u0001\u0002", at + 4)) {
    names.push(zip.subarray(at + 46, at + 46 + zip.readUInt16LE(at + 28)).toString("utf8"));
  }
  return names.toSorted();
}

describe("an archive of artifacts", () => {
  it("lists its folders, whether they are entries or not", async () => {
    expect((await listFolder(folder(), ""))?.map(({ name, isDir, size }) => [name, isDir, size])).toEqual([
      ["a ü.json", false, 2],
      ["empty", true, 0],
      ["reports", true, 0],
    ]);
    expect(await listFolder(folder(), "reports")).toEqual([
      { name: "b.md", path: "reports/b.md", isDir: false, size: 3, modifiedAt: mtime.toISOString() },
      { name: "deep", path: "reports/deep", isDir: true, size: 0, modifiedAt: mtime.toISOString() },
    ]);
    expect(await listFolder(folder(), "empty")).toEqual([]);
    expect(await listFolder(folder(), "rep")).toBeUndefined();
  });

  it("gives files, and nothing that leads out of it", async () => {
    const file = await openFile(folder(), "reports/deep/c.txt");
    expect(file?.size).toBe(100_000);
    expect(await text(file?.body ?? Readable.from([]))).toBe("c".repeat(100_000));
    for (const path of ["link", "../../etc/evil", "etc/evil", "evil", "reports", "absent"]) {
      expect([path, await openFile(folder(), path)]).toEqual([path, undefined]);
    }
  });

  it("is zipped, whole or in part", async () => {
    expect(await namesIn(await buffer((await zipFolder(folder(), "")) ?? Readable.from([])))).toEqual([
      "a ü.json",
      "empty/",
      "reports/",
      "reports/b.md",
      "reports/deep/c.txt",
    ]);
    expect(await namesIn(await buffer((await zipFolder(folder(), "reports", "p/")) ?? Readable.from([])))).toEqual([
      "p/b.md",
      "p/deep/c.txt",
    ]);
    expect(await zipFolder(folder(), "absent")).toBeUndefined();
  });

  it("lets go when its reader does", async () => {
    const large = await archive([{ name: "a" }, "x".repeat(5_000_000)], [{ name: "b" }, "y".repeat(5_000_000)]);
    const source = large();
    const zip = await zipFolder(source, "");
    zip?.destroy();
    await expect.poll(() => source.destroyed).toBe(true);
    const other = large();
    const file = await openFile(other, "a");
    file?.body.destroy();
    await expect.poll(() => other.destroyed).toBe(true);
  });

  it.each([
    ["no gzip", Buffer.from("nonsense")],
    ["no tar", gzipSync("nonsense".repeat(1000))],
    ["a torn one", gzipSync(Buffer.alloc(5000)).subarray(0, 20)],
  ])("says of %s that it cannot be read", async (_what, bytes) => {
    const read = async () => listFolder(Readable.from([bytes], { objectMode: false }), "");
    await expect(read()).rejects.toMatchObject({ code: "ARCHIVE_UNREADABLE" });
  });
});
