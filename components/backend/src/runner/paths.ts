/** Paths in a session's workspace, as they come out of a URL. The runner guards the real file system; this is the gate. */
import { ApiError } from "../errors/api-error.ts";

/** What file systems take, in bytes; and deeper than any tree that is meant. */
const LONGEST_NAME = 255;
const DEEPEST = 100;

/**
 * A relative path without empty parts, ready to be put into a runner's URL.
 *
 * @throws ApiError PATH_REFUSED for anything that leads out of the workspace or is no file name
 */
export function workspacePath(path: string): string {
  if (path.length > 4096) throw refused("it is too long");
  if (/[\u0000-\u001f\u007f]/.test(path)) throw refused("it holds a control character");
  if (path.includes("\\")) throw refused("it holds a backslash");
  // `/` alone can only mean the workspace; any other absolute path means a file of some other tree.
  if (/^\/+[^/]/.test(path)) throw refused("it is absolute; paths are relative to the workspace");
  const all = path.split("/");
  if (all.length > DEEPEST) throw refused("it is too deep");
  if (all.some((part) => Buffer.byteLength(part) > LONGEST_NAME)) throw refused("a name in it is too long");
  const parts = all.filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw refused("it leads out of the workspace");
  return parts.join("/");
}

export function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

function refused(reason: string): ApiError {
  return new ApiError("PATH_REFUSED", `the path is refused: ${reason}`);
}
