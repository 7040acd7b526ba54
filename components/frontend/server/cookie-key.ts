/** The keys that seal sign-in cookies: files of their own, so that a restart keeps everybody signed in. */
import { randomBytes, randomUUID } from "node:crypto";
import { link, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

const MINIMUM_BYTES = 32;

/** Reads the keys, the newest first. The newest is made when it is absent; a former one that is absent is a mistake. */
export async function loadCookieKeys([newest, ...former]: readonly string[]): Promise<Buffer[]> {
  if (newest === undefined) throw new Error("PILOTHOUSE_COOKIE_KEY_FILE names no file");
  return [
    await loadCookieKey(newest),
    ...(await Promise.all(former.map(async (file) => checked(file, await readFile(file))))),
  ];
}

/** Reads the key, or makes one (mode 0600). Two servers that start at once agree on the one that was linked first. */
export async function loadCookieKey(file: string): Promise<Buffer> {
  try {
    return checked(file, await readFile(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}.new`;
  await writeFile(draft, randomBytes(MINIMUM_BYTES), { mode: 0o600, flag: "wx" });
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await unlink(draft);
  }
  return checked(file, await readFile(file));
}

function checked(file: string, bytes: Buffer): Buffer {
  if (bytes.length >= MINIMUM_BYTES) return bytes;
  throw new Error(`cookie key ${file} has ${bytes.length} bytes, at least ${MINIMUM_BYTES} are needed: delete it`);
}
