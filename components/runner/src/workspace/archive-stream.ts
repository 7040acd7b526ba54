/**
 * A folder of the workspace as a zip file, made while it is sent. Links are left out, as are repositories' own data
 * (`.git`) and what no path of the file API reaches; every file is opened and checked like one that is read alone.
 */
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { PassThrough } from "node:stream";
import { ZipFile } from "yazl";
import { RunnerError } from "../errors.ts";
import type { WorkspaceFiles } from "./files.ts";

export interface ZipOptions {
  readonly files: WorkspaceFiles;
  /** The folder, relative to the workspace; a single file makes a zip of one. */
  readonly path: string;
  readonly signal: AbortSignal;
}

const MOST_FILES = 20_000;
const LEFT_OUT = new Set([".git"]);
/** What is packed already gains nothing from being packed again. */
const PACKED = /\.(zip|gz|tgz|bz2|xz|zst|7z|png|jpe?g|gif|webp|mp[34]|webm|pdf|woff2?)$/i;

/**
 * Resolves when it is known what the folder holds. A file that vanishes later ends the stream with an error, since a
 * reader could not tell an archive with a hole from a whole one.
 *
 * @throws RunnerError NOT_FOUND, PATH_INVALID, FILE_TOO_LARGE
 */
export async function zipStream(options: ZipOptions): Promise<Readable> {
  const { files, path, signal } = options;
  const found = await filesBelow(options);
  const zip = new ZipFile();
  const output = new PassThrough();
  const fail = (error: unknown): void => void output.destroy(error instanceof Error ? error : new Error(String(error)));
  zip.on("error", fail);
  signal.addEventListener("abort", () => fail(signal.reason), { once: true });
  zip.outputStream.on("error", fail).pipe(output);
  const base = path.split("/").filter((part) => part !== "" && part !== ".");
  for (const file of found) {
    const name = file.path
      .split("/")
      .slice(file.path === base.join("/") ? base.length - 1 : base.length)
      .join("/");
    const details = { mtime: new Date(file.modifiedAt), mode: 0o100644, compress: !PACKED.test(name) };
    // One after the other, as each is asked for: open files are few however many there are.
    zip.addReadStreamLazy(name, details, (ready) => {
      void files.read(file.path).then(
        ({ handle }) => ready(undefined, createReadStream(file.path, { fd: handle, autoClose: true })),
        (error: unknown) => ready(error, undefined as never),
      );
    });
  }
  zip.end();
  return output;
}

interface Found {
  readonly path: string;
  readonly modifiedAt: string;
}

async function filesBelow({ files, path, signal }: ZipOptions): Promise<Found[]> {
  const found: Found[] = [];
  const folders = [path];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    signal.throwIfAborted();
    for (const entry of await entriesOf(files, folder)) {
      if (LEFT_OUT.has(entry.name) || (await files.isLink(entry.path))) continue;
      if (entry.isDir) folders.push(entry.path);
      else found.push(entry);
      if (found.length > MOST_FILES)
        throw new RunnerError("FILE_TOO_LARGE", `${path}: has more than ${MOST_FILES} files; ask for a folder in it`);
    }
  }
  return found;
}

async function entriesOf(
  files: WorkspaceFiles,
  path: string,
): Promise<{ name: string; path: string; isDir: boolean; modifiedAt: string }[]> {
  try {
    return await files.list(path);
  } catch (error) {
    if (!(error instanceof RunnerError) || error.code !== "NOT_A_FILE") throw error;
    const { handle } = await files.read(path);
    try {
      const { mtime } = await handle.stat();
      const plain = path.split("/").filter((part) => part !== "" && part !== ".");
      return [{ name: plain.at(-1) ?? "", path: plain.join("/"), isDir: false, modifiedAt: mtime.toISOString() }];
    } finally {
      await handle.close();
    }
  }
}
