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
  // What the image asks for by name within a hidden directory (a folder of recordings, say) is shown; the rest of it is not.
  const isHidden = (path: string) => spec.hiddenPaths.some((hidden) => isWithin(path, hidden));
  const bind = ({ path, readOnly }: { path: string; readOnly: boolean }) => [
    readOnly ? "--ro-bind-try" : "--bind-try",
    path,
    path,
  ];
  options.push(...spec.hostPaths.filter(({ path }) => !isHidden(path)).flatMap(bind));
  for (const path of hiddenWithin(spec)) options.push("--tmpfs", path);
  options.push(...spec.hostPaths.filter(({ path }) => isHidden(path)).flatMap(bind));
  for (const { hostPath, mountPath, readOnly } of spec.mounts) {
    options.push(readOnly ? "--ro-bind" : "--bind", hostPath, mountPath);
  }
  if (!isProvided(spec.workingDirectory, spec, host)) options.push("--dir", spec.workingDirectory);
  if (spec.readOnlyRoot) options.push("--remount-ro", "/");
  options.push("--chdir", spec.workingDirectory, "--clearenv");
  for (const [name, value] of Object.entries(spec.env)) options.push("--setenv", name, value);
  return options;
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
function hiddenWithin(spec: ContainerProcessSpec): string[] {
  return spec.hiddenPaths.filter((hidden) =>
    spec.hostPaths.some(({ path }) => path !== hidden && isWithin(hidden, path)),
  );
}

export function isWithin(path: string, directory: string): boolean {
  if (path === directory || directory === "/") return true;
  for (let parent = dirname(path); parent !== dirname(parent); parent = dirname(parent)) {
    if (parent === directory) return true;
  }
  return false;
}
