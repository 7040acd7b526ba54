/**
 * The file API's view of the workspace. A path that leads out of it, by `..`, by encoding or by a symbolic link, is refused;
 * what is opened is checked by the descriptor that was opened, so that a link put in between changes nothing.
 */
import { constants } from "node:fs";
import { lstat, mkdir, open, readdir, readlink, realpath, rm, stat, type FileHandle } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { WorkspaceEntry } from "@pilothouse/contracts/rest/runner";
import { PLATFORM_DIRECTORY } from "../environment.ts";
import { RunnerError } from "../errors.ts";

/** At the top of the workspace: the platform's own, which no path reaches. */
const HIDDEN = new Set([PLATFORM_DIRECTORY]);
/** Left out of the listing there: what the agent's programs keep for themselves. */
const UNLISTED = new Set([PLATFORM_DIRECTORY, ".home", ".claude"]);
const LONGEST_LISTING = 10_000;

export class WorkspaceFiles {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  static async open(root: string): Promise<WorkspaceFiles> {
    return new WorkspaceFiles(await realpath(root));
  }

  /**
   * @throws RunnerError NOT_FOUND, PATH_INVALID; NOT_A_FILE when it is one
   */
  async list(path: string): Promise<WorkspaceEntry[]> {
    const parts = partsOf(path);
    const folder = await this.#existing(parts);
    const info = await stat(folder);
    if (!info.isDirectory()) throw new RunnerError("NOT_A_FILE", `${path}: is a file, not a folder`);
    const names = (await readdir(folder))
      .filter((name) => parts.length > 0 || !UNLISTED.has(name))
      .slice(0, LONGEST_LISTING);
    const entries = await Promise.all(names.map(async (name) => this.#entry(folder, [...parts, name])));
    return entries
      .filter((entry) => entry !== undefined)
      .sort((a, b) => Number(b.isDir) - Number(a.isDir) || (a.name < b.name ? -1 : 1));
  }

  /** An open file and its size; the caller closes it. */
  async read(path: string): Promise<{ handle: FileHandle; size: number }> {
    const parts = partsOf(path);
    const file = await this.#existing(parts);
    const handle = await openFile(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK, path);
    try {
      await this.#checkHandle(handle, path);
      const info = await handle.stat();
      if (!info.isFile()) throw new RunnerError("NOT_A_FILE", `${path}: is not a file`);
      return { handle, size: info.size };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** True for a link, and for whatever is neither file nor folder. */
  async isLink(path: string): Promise<boolean> {
    const info = await lstat(join(this.#root, ...partsOf(path))).catch(() => undefined);
    return info === undefined || !(info.isFile() || info.isDirectory());
  }

  /** Replaces or makes a file, and the folders that lead to it. */
  async write(path: string, content: AsyncIterable<Uint8Array>, maxBytes: number): Promise<number> {
    const parts = partsOf(path);
    const name = parts.at(-1);
    if (name === undefined) throw new RunnerError("PATH_INVALID", "a file needs a name");
    const folder = await this.#makeFolder(parts.slice(0, -1));
    const target = join(folder, name);
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const handle = await openFile(target, flags, path);
    try {
      await this.#checkHandle(handle, path);
      if (!(await handle.stat()).isFile()) throw new RunnerError("NOT_A_FILE", `${path}: is not a file`);
      await handle.truncate(0);
      let size = 0;
      for await (const chunk of content) {
        size += chunk.byteLength;
        if (size > maxBytes) throw new RunnerError("FILE_TOO_LARGE", `${path}: larger than ${maxBytes} bytes`);
        await handle.writeFile(chunk);
      }
      return size;
    } finally {
      await handle.close();
    }
  }

  /** Removes a file, a link (not what it points to), or a folder with what is in it. */
  async remove(path: string): Promise<void> {
    const parts = partsOf(path);
    const name = parts.at(-1);
    if (name === undefined) throw new RunnerError("PATH_INVALID", "the workspace itself cannot be removed");
    const folder = await this.#existing(parts.slice(0, -1));
    const target = join(folder, name);
    await lstat(target).catch((error: unknown) => {
      throw new RunnerError("NOT_FOUND", `${path}: does not exist`, { cause: error });
    });
    await rm(target, { recursive: true });
  }

  /** The real path of something that exists inside the workspace. */
  async #existing(parts: readonly string[]): Promise<string> {
    const path = join(this.#root, ...parts);
    let real: string;
    try {
      real = await realpath(path);
    } catch (error) {
      throw new RunnerError("NOT_FOUND", `${parts.join("/")}: does not exist`, { cause: error });
    }
    this.#checkInside(real, parts.join("/"));
    return real;
  }

  /** Makes the folders one by one, since each that exists already may be a link to elsewhere. */
  async #makeFolder(parts: readonly string[]): Promise<string> {
    let folder = this.#root;
    for (const part of parts) {
      const next = join(folder, part);
      await mkdir(next).catch((error: unknown) => {
        if (!hasCode(error, "EEXIST"))
          throw new RunnerError("NOT_A_FILE", `${parts.join("/")}: a part of it is a file`, { cause: error });
      });
      folder = await realpath(next).catch((error: unknown) => {
        throw new RunnerError("PATH_INVALID", `${parts.join("/")}: a part of it is a broken link`, { cause: error });
      });
      this.#checkInside(folder, parts.join("/"));
    }
    return folder;
  }

  async #checkHandle(handle: FileHandle, path: string): Promise<void> {
    // Where the kernel says the open file is. Only Linux has it; elsewhere the check by path must do.
    const real = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => undefined);
    if (real !== undefined) this.#checkInside(real, path);
  }

  #checkInside(real: string, path: string): void {
    const inside = relative(this.#root, real);
    const [top] = inside.split(sep);
    if (top === ".." || inside.startsWith(sep) || (top !== undefined && HIDDEN.has(top)))
      throw new RunnerError("PATH_INVALID", `${path}: leads out of the workspace`);
  }

  async #entry(folder: string, parts: readonly string[]): Promise<WorkspaceEntry | undefined> {
    const name = parts.at(-1) ?? "";
    const path = join(folder, name);
    // A link is shown as what it points to if that is inside, else as itself.
    const info = await realpath(path)
      .then(async (real) => {
        this.#checkInside(real, name);
        return stat(real);
      })
      .catch(async () => lstat(path))
      .catch(() => undefined);
    if (info === undefined) return undefined;
    return {
      name,
      path: parts.join("/"),
      isDir: info.isDirectory(),
      size: info.isDirectory() ? 0 : info.size,
      modifiedAt: info.mtime.toISOString(),
    };
  }
}

/** Parts of a path that is relative to the workspace. A leading slash means the workspace, not the disk. */
function partsOf(path: string): string[] {
  if (path.includes("\0")) throw new RunnerError("PATH_INVALID", "a path cannot contain NUL");
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw new RunnerError("PATH_INVALID", `${path}: leads out of the workspace`);
  if (parts.length > 0 && HIDDEN.has(parts[0] ?? ""))
    throw new RunnerError("PATH_INVALID", `${path}: belongs to the platform`);
  return parts;
}

async function openFile(file: string, flags: number, path: string): Promise<FileHandle> {
  try {
    return await open(file, flags, 0o644);
  } catch (error) {
    if (hasCode(error, "ENOENT")) throw new RunnerError("NOT_FOUND", `${path}: does not exist`, { cause: error });
    if (hasCode(error, "ELOOP")) throw new RunnerError("PATH_INVALID", `${path}: is a symbolic link`, { cause: error });
    if (hasCode(error, "EISDIR") || hasCode(error, "ENOTDIR") || hasCode(error, "ENXIO"))
      throw new RunnerError("NOT_A_FILE", `${path}: is not a file`, { cause: error });
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
