/** Paths in the artifacts folder. Nothing outside it can be reached from here; the runner guards the real file system. */
import { invalidField } from "../errors/gateway-error.ts";

const ARTIFACTS = "artifacts";

/**
 * A path relative to the artifacts folder, made into one of the workspace.
 *
 * @throws GatewayError INVALID_REQUEST for what leads out of it or is no file name
 */
export function artifactPath(path: string): string {
  if (/[\u0000-\u001f\u007f\\]/.test(path)) {
    throw invalidField("path", "must not hold control characters or backslashes", "path");
  }
  if (path.startsWith("/"))
    throw invalidField("path", "must not be absolute: it is relative to the artifacts folder", "path");
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw invalidField("path", "must not lead out of the artifacts folder", "path");
  return [ARTIFACTS, ...parts].join("/");
}

/** The other way round, for what the backend lists. */
export function relativePath(path: string): string {
  return path.startsWith(`${ARTIFACTS}/`) ? path.slice(ARTIFACTS.length + 1) : path;
}

export function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
