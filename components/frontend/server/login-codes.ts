/** One-time sign-in codes: a file per code, named by the code's hash, that holds the token it stands for. */
import { createHash, randomUUID } from "node:crypto";
import { readFile, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const CodeFile = z.object({ token: z.string().min(1), expiresAt: z.iso.datetime({ offset: true }) });

/**
 * Redeems a code once: whoever renames the file first has it. Undefined for a code that is unknown, used or expired.
 * @param now milliseconds since the epoch
 */
export async function redeemLoginCode(directory: string, code: string, now: number): Promise<string | undefined> {
  const file = join(directory, createHash("sha256").update(code).digest("hex"));
  const taken = `${file}.${randomUUID()}.taken`;
  try {
    await rename(file, taken);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const content = CodeFile.safeParse(JSON.parse(await readFile(taken, "utf8")));
    if (!content.success || Date.parse(content.data.expiresAt) <= now) return undefined;
    return content.data.token;
  } finally {
    await unlink(taken);
  }
}
