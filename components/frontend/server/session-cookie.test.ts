import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadCookieKey } from "./cookie-key.ts";
import { createSessionCookies } from "./session-cookie.ts";
import { tokenExpiry } from "./sign-in.ts";

const cookies = createSessionCookies(Buffer.alloc(32, 1));
const header = (setCookies: string[]) =>
  setCookies
    .filter((cookie) => !cookie.includes("Max-Age=0"))
    .map((cookie) => cookie.split(";")[0])
    .join("; ");

describe("sign-in cookies", () => {
  it("give back what was put in, at any length that fits, and hide it", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 9000 }), (token) => {
        const set = cookies.signIn(token, { secure: true });
        for (const cookie of set) expect(cookie.length).toBeLessThan(4096);
        expect(cookies.open(`other=1; ${header(set)}`)).toBe(token);
      }),
      { numRuns: 50 },
    );
    expect(header(cookies.signIn("secret-token", { secure: true }))).not.toContain("secret-token");
    expect(() => cookies.signIn("x".repeat(20_000), { secure: true })).toThrow("too long");
  });

  it("of another key, or of nonsense, are no sign-in", () => {
    const other = createSessionCookies(Buffer.alloc(32, 2));
    const renamed = header(other.signIn("t", { secure: true })).replace(
      /^[^=]+/,
      header(cookies.signIn("t", { secure: true })).split("=")[0] ?? "",
    );
    expect(cookies.open(renamed)).toBeUndefined();
    expect(cookies.open("pilothouse-x.0=abc")).toBeUndefined();
    expect(cookies.open(undefined)).toBeUndefined();
  });

  it("are marked Secure only over https", () => {
    expect(cookies.signIn("t", { secure: false })[0]).not.toContain("Secure");
    expect(cookies.signIn("t", { secure: true })[0]).toContain("Secure");
  });

  it("live as long as the token says", () => {
    const claims = Buffer.from(JSON.stringify({ exp: 2_000_000_000 })).toString("base64url");
    expect(tokenExpiry(`h.${claims}.s`)?.getTime()).toBe(2_000_000_000_000);
    expect(tokenExpiry("opaque")).toBeUndefined();
    expect(tokenExpiry("a.b.c")).toBeUndefined();
  });
});

describe("the cookie key", () => {
  it("is made once, for its owner's eyes only, and survives", async () => {
    const directory = await mkdtemp(join(tmpdir(), "pilothouse-key-"));
    try {
      const file = join(directory, "deep", "cookie.key");
      const keys = await Promise.all(
        [loadCookieKey(file), loadCookieKey(file)].map((key) => key.catch(() => undefined)),
      );
      const stored = await readFile(file);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      for (const key of keys) if (key !== undefined && !key.equals(stored)) throw new Error("two keys");
      expect((await loadCookieKey(file)).equals(stored)).toBe(true);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
