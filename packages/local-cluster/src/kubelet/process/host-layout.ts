/** Looks at this machine once: which directories a container is to see, and which programs can isolate it. */
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, lstat, readlink, realpath } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import type { HostLayout } from "./bubblewrap-arguments.ts";

const execFileAsync = promisify(execFile);

const systemDirectories = [
  "/usr",
  "/bin",
  "/sbin",
  "/lib",
  "/lib32",
  "/lib64",
  "/libx32",
  "/nix/store",
  "/run/current-system",
];

/** Resolver, certificates, time zone, library cache: public by nature. Nothing else of /etc is shown. */
const publicConfiguration = [
  "/etc/alternatives",
  "/etc/ca-certificates",
  "/etc/ca-certificates.conf",
  "/etc/crypto-policies",
  "/etc/host.conf",
  "/etc/ld.so.cache",
  "/etc/ld.so.conf",
  "/etc/ld.so.conf.d",
  "/etc/localtime",
  "/etc/magic",
  "/etc/mime.types",
  "/etc/nsswitch.conf",
  "/etc/os-release",
  "/etc/pki",
  "/etc/protocols",
  "/etc/resolv.conf",
  "/etc/services",
  "/etc/ssl",
  "/etc/terminfo",
  "/etc/timezone",
];

export async function readHostLayout(): Promise<HostLayout> {
  const directories: string[] = [];
  const links: { path: string; target: string }[] = [];
  for (const path of systemDirectories) {
    const entry = await lstat(path).catch(() => undefined);
    if (entry?.isSymbolicLink()) links.push({ path, target: await readlink(path) });
    else if (entry?.isDirectory()) directories.push(path);
  }
  const node = await realpath(process.execPath);
  // The whole prefix would be wrong: it may be somebody's home directory.
  const npm = join(dirname(dirname(node)), "lib", "node_modules", "npm");
  const hasNpm = await access(npm).then(
    () => true,
    () => false,
  );
  return {
    directories,
    links,
    configuration: publicConfiguration,
    runtime: hasNpm ? [dirname(node), npm] : [dirname(node)],
  };
}

export async function findProgram(name: string, path = process.env["PATH"] ?? ""): Promise<string | undefined> {
  for (const directory of path.split(delimiter)) {
    if (directory === "") continue;
    const candidate = join(directory, name);
    const executable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return candidate;
  }
  return undefined;
}

/** Whether bubblewrap can make its namespaces here: inside some containers and on hardened kernels it cannot. */
export async function bubblewrapWorks(program: string): Promise<boolean> {
  const options = ["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent"];
  const probe = [...options, "--uid", "1000", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--", "true"];
  return execFileAsync(program, probe, { timeout: 5000 }).then(
    () => true,
    () => false,
  );
}
