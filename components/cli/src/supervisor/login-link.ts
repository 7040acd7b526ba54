/** The one-time login link: a code whose hash names a file that holds the token; the UI redeems it once. */
import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { DataDirectory } from "./data-directory.ts";

const LIFETIME_MS = 60 * 60 * 1000;
const LoginCode = z.object({ token: z.string(), expiresAt: z.string() });

/** Writes a code for `token` and returns the link that redeems it. Codes that have expired are removed. */
export function createLoginLink(directory: DataDirectory, ui: string, token: string, now = Date.now()): string {
  removeExpired(directory, now);
  const code = randomBytes(24).toString("base64url");
  const name = createHash("sha256").update(code).digest("hex");
  const body = { token, expiresAt: new Date(now + LIFETIME_MS).toISOString() };
  writeFileSync(join(directory.loginCodes, name), JSON.stringify(body), { mode: 0o600, flag: "wx" });
  return `${ui}/login?code=${code}`;
}

function removeExpired(directory: DataDirectory, now: number): void {
  for (const name of readdirSync(directory.loginCodes)) {
    const file = join(directory.loginCodes, name);
    let expired = true;
    try {
      expired = Date.parse(LoginCode.parse(JSON.parse(readFileSync(file, "utf8"))).expiresAt) < now;
    } catch {
      // Unreadable: it could not be redeemed either.
    }
    if (expired) rmSync(file, { force: true });
  }
}
