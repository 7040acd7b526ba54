/**
 * Writes a volume's files so that a reader sees either all of the old ones or all of the new ones: files live in a directory of
 * their own per version, `..data` is a link to the present one, and each visible name is a link through `..data`. One rename
 * of that link is the update. It is the layout of the kubelet's own volumes, so programs that watch `..data` work here too.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface VolumeFile {
  readonly data: Buffer;
  readonly mode: number;
}

/** By path, relative to the volume. */
export type VolumeFiles = ReadonlyMap<string, VolumeFile>;

const DATA = "..data";

export async function writeAtomically(directory: string, files: VolumeFiles): Promise<void> {
  await mkdir(directory, { recursive: true });
  const previous = await readlink(join(directory, DATA)).catch(() => undefined);
  const version = `..${new Date().toISOString().replaceAll(/[-:T]/g, "_").slice(0, 19)}.${randomBytes(5).toString("hex")}`;
  const content = join(directory, version);
  await mkdir(content, { mode: 0o755 });
  for (const [path, { data, mode }] of files) {
    const file = join(content, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, data, { mode });
  }
  const temporary = join(directory, "..data_tmp");
  await rm(temporary, { force: true });
  await symlink(version, temporary);
  await rename(temporary, join(directory, DATA));
  await linkVisibleNames(directory, new Set([...files.keys()].map((path) => path.split("/")[0] ?? path)));
  if (previous !== undefined) await rm(join(directory, previous), { recursive: true, force: true });
}

async function linkVisibleNames(directory: string, names: ReadonlySet<string>): Promise<void> {
  const present = (await readdir(directory)).filter((name) => !name.startsWith(".."));
  await Promise.all([
    ...present.filter((name) => !names.has(name)).map((name) => rm(join(directory, name), { force: true })),
    ...[...names]
      .filter((name) => !present.includes(name))
      .map((name) => symlink(join(DATA, name), join(directory, name))),
  ]);
}

export function sameFiles(left: VolumeFiles | undefined, right: VolumeFiles): boolean {
  if (!left || left.size !== right.size) return false;
  for (const [path, file] of right) {
    const other = left.get(path);
    if (!other || other.mode !== file.mode || !other.data.equals(file.data)) return false;
  }
  return true;
}
