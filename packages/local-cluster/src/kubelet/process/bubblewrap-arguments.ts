/** The view that a container has of this machine, as bubblewrap's options: a pure function of the container and the host's layout. */
import { dirname } from "node:path";
import type { ContainerProcessSpec } from "./runtime.ts";

export interface HostLayout {
  /** Top-level system directories that are real, such as /usr. */
  readonly directories: readonly string[];
  /** Top-level system directories that are links, such as /bin → usr/bin. */
  readonly links: readonly { readonly path: string; readonly target: string }[];
  /** Files and directories under /etc that programs need and that hold nothing private. */
  readonly configuration: readonly string[];
  /** The directory with this very Node and, where npm lies beside it, that one too. */
  readonly runtime: readonly string[];
}

/** Files that the kubelet generates for the container, in its scratch directory. */
export interface GeneratedFiles {
  readonly passwd: string;
  readonly group: string;
  readonly hosts: string;
  readonly hostname: string;
  readonly temporary: string;
}

/**
 * Options in the order in which bubblewrap carries them out. They travel to it by a pipe (`--args`), since environment
 * values are among them and a command line can be read by everyone on the machine.
 */
export function bubblewrapArguments(spec: ContainerProcessSpec, host: HostLayout, files: GeneratedFiles): string[] {
  const options: string[] = [
    "--unshare-user",
    "--unshare-pid",
    "--unshare-ipc",
    "--unshare-uts",
    "--unshare-cgroup-try",
    "--die-with-parent",
    "--cap-drop",
    "ALL",
  ];
  options.push("--uid", `${spec.user.uid}`, "--gid", `${spec.user.gid}`, "--hostname", spec.hostname);
  for (const path of host.directories) options.push("--ro-bind", path, path);
  for (const { path, target } of host.links) options.push("--symlink", target, path);
  options.push("--proc", "/proc", "--dev", "/dev", "--dir", "/etc", "--dir", "/run", "--dir", "/var");
  for (const path of host.configuration) options.push("--ro-bind-try", path, path);
  for (const name of ["passwd", "group", "hosts", "hostname"] as const) {
    options.push("--ro-bind", files[name], `/etc/${name}`);
  }
  options.push("--bind", files.temporary, "/tmp", "--dir", "/var/tmp");
  for (const path of host.runtime) options.push("--ro-bind", path, path);
  // A volume mounted over the place of a host path would hide it (a project's tree below /tmp): such a path comes after.
  const isCovered = ({ path }: HostPath) => spec.mounts.some(({ mountPath }) => isWithin(path, mountPath));
  options.push(...bindHostPaths(spec, (bound) => !isCovered(bound)));
  for (const { hostPath, mountPath, readOnly } of spec.mounts) {
    options.push(readOnly ? "--ro-bind" : "--bind", hostPath, mountPath);
  }
  options.push(...bindHostPaths(spec, isCovered));
  if (!isProvided(spec.workingDirectory, spec, host)) options.push("--dir", spec.workingDirectory);
  if (spec.readOnlyRoot) options.push("--remount-ro", "/");
  options.push("--chdir", spec.workingDirectory, "--clearenv");
  for (const [name, value] of Object.entries(spec.env)) options.push("--setenv", name, value);
  return options;
}

type HostPath = ContainerProcessSpec["hostPaths"][number];

/**
 * Binds those host paths that `isWanted` picks. Hidden directories within them are covered, but what the image asks for
 * by name within a hidden directory (a folder of recordings, say) is shown.
 */
function bindHostPaths(spec: ContainerProcessSpec, isWanted: (bound: HostPath) => boolean): string[] {
  const wanted = spec.hostPaths.filter(isWanted);
  const isHidden = ({ path }: HostPath) => spec.hiddenPaths.some((hidden) => isWithin(path, hidden));
  const bind = ({ path, readOnly }: HostPath) => [readOnly ? "--ro-bind-try" : "--bind-try", path, path];
  return [
    ...wanted.filter((bound) => !isHidden(bound)).flatMap(bind),
    ...hiddenWithin(spec.hiddenPaths, wanted).flatMap((path) => ["--tmpfs", path]),
    ...wanted.filter(isHidden).flatMap(bind),
  ];
}

/** A working directory that nothing provides is made, as container runtimes do; inside a bound path it must exist already. */
function isProvided(path: string, spec: ContainerProcessSpec, host: HostLayout): boolean {
  const roots = [
    ...host.directories,
    ...host.links.map((link) => link.path),
    ...host.runtime,
    ...spec.hostPaths.map((bound) => bound.path),
    ...spec.mounts.map((mount) => mount.mountPath),
  ];
  return path === "/" || roots.some((root) => isWithin(path, root));
}

/** Hidden paths matter only where a bound host path would show them. */
function hiddenWithin(hiddenPaths: readonly string[], hostPaths: readonly HostPath[]): string[] {
  return hiddenPaths.filter((hidden) => hostPaths.some(({ path }) => path !== hidden && isWithin(hidden, path)));
}

export function isWithin(path: string, directory: string): boolean {
  if (path === directory || directory === "/") return true;
  for (let parent = dirname(path); parent !== dirname(parent); parent = dirname(parent)) {
    if (parent === directory) return true;
  }
  return false;
}
