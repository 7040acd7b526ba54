/**
 * Reads gzipped tar archives that a pod packed: names are taken for what they are, never followed. Links and devices are
 * left out, and an archive that unpacks without end is cut off.
 */
import { PassThrough, type Readable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { WorkspaceEntry } from "@pilothouse/contracts";
import { extract } from "tar-stream";
import { ZipFile } from "yazl";
import { ApiError } from "../errors/api-error.ts";

interface Entry {
  /** Relative, without `.` and empty parts. */
  readonly path: string;
  readonly isDir: boolean;
  readonly size: number;
  readonly modifiedAt: Date;
  readonly body: Readable;
}

const MOST_ENTRIES = 50_000;
const MOST_BYTES = 4 * 1024 ** 3;

/** What lies directly in `folder`, or undefined when there is no such folder. The root, "", always exists. */
export async function listFolder(archive: Readable, folder: string): Promise<WorkspaceEntry[] | undefined> {
  const found = new Map<string, WorkspaceEntry>();
  let exists = folder === "";
  for await (const { path, isDir, size, modifiedAt, body } of entries(archive)) {
    body.resume();
    exists ||= path === folder && isDir;
    const rest = below(path, folder);
    if (rest === undefined || rest === "") continue;
    exists = true;
    const [name = ""] = rest.split("/");
    const isInner = rest !== name;
    // A folder may come after what is in it, or not at all.
    if (isInner && found.has(name)) continue;
    const place = folder === "" ? name : `${folder}/${name}`;
    found.set(name, {
      name,
      path: place,
      isDir: isInner || isDir,
      size: isInner || isDir ? 0 : size,
      modifiedAt: modifiedAt.toISOString(),
    });
  }
  return exists ? [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)) : undefined;
}

/** One file's bytes, or undefined when there is none of this name. */
export async function openFile(
  archive: Readable,
  path: string,
): Promise<{ readonly size: number; readonly body: Readable } | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<{ size: number; body: Readable } | undefined>();
  const search = async (): Promise<void> => {
    for await (const entry of entries(archive)) {
      if (entry.path !== path || entry.isDir) {
        entry.body.resume();
        continue;
      }
      const body = new PassThrough();
      resolve({ size: entry.size, body });
      // Its reader sees the end or the failure; there is nobody else to tell.
      await pipeline(entry.body, body).catch(() => undefined);
      return;
    }
    resolve(undefined);
  };
  search().catch(reject);
  return promise;
}

/** A folder as a zip archive, names relative to it and after `prefix`; undefined when there is nothing in it. */
export async function zipFolder(archive: Readable, folder: string, prefix = ""): Promise<Readable | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Readable | undefined>();
  const zip = new ZipFile();
  const output = new PassThrough();
  zip.once("error", (error) => output.destroy(error instanceof Error ? error : undefined));
  const copy = async (): Promise<void> => {
    let count = 0;
    for await (const { path, isDir, size, modifiedAt: mtime, body } of entries(archive)) {
      const name = below(path, folder);
      if (name === undefined || name === "") {
        body.resume();
        continue;
      }
      if (count === 0) {
        zip.outputStream.pipe(output);
        resolve(output);
      }
      count += 1;
      if (isDir) {
        body.resume();
        zip.addEmptyDirectory(prefix + name, { mtime });
        continue;
      }
      zip.addReadStream(body, prefix + name, { mtime, size });
      // The reader has gone: what is left of the archive is not read.
      await Promise.race([finished(body), finished(output)]);
    }
    zip.end();
    if (count === 0) resolve(undefined);
  };
  copy().catch((error: unknown) => {
    reject(error instanceof Error ? error : new Error(String(error)));
    output.destroy(error instanceof Error ? error : undefined);
  });
  return promise;
}

/** Each entry's body has to be read, or resumed, before the next one comes. */
async function* entries(archive: Readable): AsyncGenerator<Entry, void> {
  const tar = extract();
  const reading = pipeline(archive, createGunzip(), tar);
  let count = 0;
  let bytes = 0;
  try {
    for await (const entry of tar) {
      const { name, type, size, mtime } = entry.header;
      count += 1;
      bytes += size;
      if (count > MOST_ENTRIES || bytes > MOST_BYTES) throw unreadable("it holds too much");
      const path = cleanPath(name);
      if (path === undefined || (type !== "file" && type !== "contiguous-file" && type !== "directory")) {
        entry.resume();
        continue;
      }
      yield {
        path,
        isDir: type === "directory",
        size,
        modifiedAt: mtime ?? new Date(0),
        body: entry as unknown as Readable,
      };
    }
    await reading;
  } catch (error) {
    throw error instanceof ApiError ? error : unreadable("it is damaged", error);
  } finally {
    tar.destroy();
    archive.destroy();
    await reading.catch(() => undefined);
  }
}

function unreadable(reason: string, cause?: unknown): ApiError {
  return new ApiError("ARCHIVE_UNREADABLE", `the archive of the session's artifacts cannot be read: ${reason}`, {
    cause,
  });
}

function cleanPath(name: string): string | undefined {
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  const isOdd = parts.includes("..") || /[\u0000-\u001f\u007f\\]/.test(name) || name.length > 4096;
  return isOdd || parts.length === 0 ? undefined : parts.join("/");
}

/** The rest of a path below a folder; "" for the folder itself. */
function below(path: string, folder: string): string | undefined {
  if (folder === "") return path;
  if (path === folder) return "";
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}
