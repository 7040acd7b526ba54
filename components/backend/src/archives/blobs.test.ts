import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, describe, expect, it } from "vitest";
import { S3_KEY, startStorage } from "../../test/s3.ts";
import { SqliteStore } from "../store/sqlite/sqlite-store.ts";
import type { Blobs } from "./blobs.ts";
import { DatabaseBlobs } from "./database.ts";
import { DirectoryBlobs } from "./directory.ts";
import { S3Blobs } from "./s3.ts";

const folder = await mkdtemp(join(tmpdir(), "pilothouse-blobs-"));
const storage = await startStorage();
const store = SqliteStore.open(":memory:");
const s3 = {
  endpoint: storage.url,
  region: S3_KEY.region,
  bucket: "archives",
  prefix: "team/pilothouse",
  accessKeyId: S3_KEY.id,
  secretAccessKey: S3_KEY.secret,
};

afterAll(async () => {
  await storage.stop();
  await store.close();
  await rm(folder, { recursive: true });
});

describe.each<[string, Blobs]>([
  ["a folder", new DirectoryBlobs(join(folder, "made", "when needed"))],
  ["S3-compatible storage", new S3Blobs(s3)],
  ["the database", new DatabaseBlobs(store)],
])("archives in %s", (_name, blobs) => {
  const uid = crypto.randomUUID();
  const key = `${uid}/artifacts.tar.gz`;
  const read = async () => {
    const stream = await blobs.get(key);
    return stream === undefined ? undefined : buffer(stream);
  };

  it("are kept, replaced, and forgotten", async () => {
    expect(await read()).toBeUndefined();
    const first = Buffer.from([0, 1, 2, 255, 0, 10]);
    await blobs.put(key, first);
    expect(await read()).toEqual(first);
    const large = Buffer.alloc(3 * 1024 * 1024, "x");
    await Promise.all([blobs.put(key, large), blobs.put(key, large)]);
    expect((await read())?.equals(large)).toBe(true);
    await blobs.delete(key);
    await store.forget(uid);
    expect(await read()).toBeUndefined();
    await blobs.delete(key);
  });

  it.each(["../x", "a/../b", "a/b/c", "/etc/passwd", "a/.hidden", ""])("have no key %j", async (odd) => {
    await expect(blobs.put(odd, Buffer.alloc(1))).rejects.toThrow(/no key/);
    await expect(blobs.get(odd)).rejects.toThrow(/no key/);
  });
});

describe("a folder of archives", () => {
  it("is for this user alone and holds no half of a file", async () => {
    const blobs = new DirectoryBlobs(join(folder, "private"));
    await blobs.put("a/artifacts.tar.gz", Buffer.from("x"));
    expect(await readdir(join(folder, "private", "a"))).toEqual(["artifacts.tar.gz"]);
    expect((await stat(join(folder, "private", "a", "artifacts.tar.gz"))).mode & 0o077).toBe(0);
  });
});

describe("S3-compatible storage", () => {
  it("gets its objects below the prefix, signed", async () => {
    await new S3Blobs(s3).put("b/artifacts.tar.gz", Buffer.from("x"));
    expect([...storage.objects.keys()]).toEqual(["/archives/team/pilothouse/b/artifacts.tar.gz"]);
    expect(storage.refused).toEqual([]);
  });

  it("refuses another key, and says which storage it was, not with what", async () => {
    const wrong = new S3Blobs({ ...s3, secretAccessKey: "not-the-secret" });
    await expect(wrong.put("c/artifacts.tar.gz", Buffer.from("x"))).rejects.toThrow(
      "the archive storage s3://archives answered PUT with 403",
    );
    const away = new S3Blobs({ ...s3, endpoint: "http://127.0.0.1:1" });
    await expect(away.put("c/artifacts.tar.gz", Buffer.from("x"))).rejects.toThrow("s3://archives does not answer");
    await expect(wrong.get("b/artifacts.tar.gz")).rejects.toThrow(/403/);
    expect(storage.objects.has("/archives/team/pilothouse/c/artifacts.tar.gz")).toBe(false);
  });
});
