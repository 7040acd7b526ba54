/**
 * Without mount namespaces a volume cannot appear at its mountPath. What starts with a mountPath, in the command, the
 * arguments, the working directory or a variable's value, is rewritten to the place on this machine instead.
 */
import { dirname } from "node:path";
import type { ContainerMount, ContainerProcessSpec } from "./runtime.ts";

/** Rewrites a value that is, or lies below, a mount path; the longest mount path wins. Lists joined by ":" are rewritten part by part. */
export function substitutePath(value: string, mounts: readonly ContainerMount[]): string {
  if (value.includes(":") && value.startsWith("/")) {
    return value
      .split(":")
      .map((part) => substituteOne(part, mounts))
      .join(":");
  }
  return substituteOne(value, mounts);
}

function substituteOne(value: string, mounts: readonly ContainerMount[]): string {
  let best: ContainerMount | undefined;
  for (const mount of mounts) {
    if (value !== mount.mountPath && !value.startsWith(`${mount.mountPath}/`)) continue;
    if (!best || mount.mountPath.length > best.mountPath.length) best = mount;
  }
  return best ? best.hostPath + value.slice(best.mountPath.length) : value;
}

/** The container as it can be run without isolation: paths rewritten, and /tmp a directory of its own by TMPDIR. */
export function substitutePaths(spec: ContainerProcessSpec, temporary: string): ContainerProcessSpec {
  const hasOwnTmp = spec.mounts.some((mount) => mount.mountPath === "/tmp");
  const mounts = hasOwnTmp
    ? spec.mounts
    : [...spec.mounts, { hostPath: temporary, mountPath: "/tmp", readOnly: false }];
  // What the image shows of this machine stays what it is, also below a mount path: the longer path wins.
  const places = [...spec.hostPaths.map(({ path }) => path), dirname(process.execPath)];
  const known = [...mounts, ...places.map((path) => ({ hostPath: path, mountPath: path, readOnly: true }))];
  const env: Record<string, string> = { TMPDIR: substitutePath("/tmp", mounts) };
  for (const [name, value] of Object.entries(spec.env)) env[name] = substitutePath(value, known);
  return {
    ...spec,
    mounts,
    env,
    argv: spec.argv.map((argument) => substitutePath(argument, known)),
    workingDirectory: substitutePath(spec.workingDirectory, known),
  };
}
