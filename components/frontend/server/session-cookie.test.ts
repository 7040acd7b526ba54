import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadCookieKeys } from "./cookie-key.ts";
import { createFlowCookies } from "./flow-cookie.ts";
import { createKeyRing } from "./key-ring.ts";
import { createSessionCookies } from "./session-cookie.ts";
import { tokenExpiry } from "./token-expiry.ts";

const first = Buffer.alloc(32, 1);
const second = Buffer.alloc(32, 2);
const cookies = createSessionCookies(createKeyRing([first]));
const header = (setCookies: string[]) =>
  setCookies
    .filter((cookie) => !cookie.includes("Max-Age=0"))
    .map((cookie) => cookie.split(";")[0])
    .join("; ");

describe("sign-in cookies", () => {
  it("give back what was put in, at any length that fits, and hide it", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 9000 }), (token) => {
        const session = { token, refreshToken: "r", expiresAt: 1 };
        const set = cookies.signIn(session, { secure: true });
        for (const cookie of set) expect(cookie.length).toBeLessThan(4096);
        expect(cookies.open(`other=1; ${header(set)}`)).toEqual({ session, isOld: false });
      }),
      { numRuns: 50 },
    );
    expect(header(cookies.signIn({ token: "secret-token" }, { secure: true }))).not.toContain("secret-token");
    expect(() => cookies.signIn({ token: "x".repeat(20_000) }, { secure: true })).toThrow("too long");
  });

  it("of another key, or of nonsense, are no sign-in", () => {
    const other = createSessionCookies(createKeyRing([second]));
    const renamed = header(other.signIn({ token: "t" }, { secure: true })).replace(
      /^[^=]+/,
      header(cookies.signIn({ token: "t" }, { secure: true })).split("=")[0] ?? "",
    );
    expect(cookies.open(renamed)).toBeUndefined();
    expect(cookies.open("pilothouse-x.0=abc")).toBeUndefined();
    expect(cookies.open(undefined)).toBeUndefined();
  });

  it("outlive a change of the key, until the former key is taken away", () => {
    const held = header(cookies.signIn({ token: "t" }, { secure: true }));
    const rotated = createSessionCookies(createKeyRing([second, first]));
    expect(rotated.open(held)).toEqual({ session: { token: "t" }, isOld: true });
    expect(rotated.open(header(rotated.signIn({ token: "t" }, { secure: true })))?.isOld).toBe(false);
    expect(rotated.signOut({ secure: true }).some((cookie) => cookie.startsWith(held.split("=")[0] ?? "-"))).toBe(true);
    expect(createSessionCookies(createKeyRing([second])).open(held)).toBeUndefined();
  });

  it("cannot stand for a sign-in that is only on its way, though the same key sealed it", () => {
    const keys = createKeyRing([first]);
    const flow = createFlowCookies(keys).keep({ state: "s", nonce: "n", verifier: "v", next: "/" }, { secure: true });
    const [mark = ""] = keys.marks;
    expect(cookies.open(`pilothouse-${mark}.0=${flow.split(";")[0]?.split("=")[1] ?? ""}`)).toBeUndefined();
  });

  it("are for no script and no other site, Secure over https, and end with a token that cannot be renewed", () => {
    const set = (session: { token: string; expiresAt?: number; refreshToken?: string }, secure: boolean) =>
      cookies.signIn(session, { secure })[0];
    expect(set({ token: "t" }, false)).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(set({ token: "t" }, true)).toMatch(/; Secure$/);
    expect(set({ token: "t", expiresAt: 2_000_000_000_000 }, true)).toContain("Expires=Wed, 18 May 2033");
    expect(set({ token: "t", expiresAt: 2_000_000_000_000, refreshToken: "r" }, true)).not.toContain("Expires");
  });

  it("learn from a JWT when it ends", () => {
    const claims = Buffer.from(JSON.stringify({ exp: 2_000_000_000 })).toString("base64url");
    expect(tokenExpiry(`h.${claims}.s`)).toBe(2_000_000_000_000);
    expect(tokenExpiry("opaque")).toBeUndefined();
    expect(tokenExpiry("a.b.c")).toBeUndefined();
  });
});

describe("a sign-in on its way", () => {
  const flow = { state: "s", nonce: "n", verifier: "v", next: "/projects" };

  it("is known to the browser that began it, by its state, for ten minutes", () => {
    let now = 0;
    const flows = createFlowCookies(createKeyRing([first]), () => now);
    const held = header([flows.keep(flow, { secure: true })]);
    expect(flows.find(held, "s")).toEqual(flow);
    expect(flows.find(held, "another")).toBeUndefined();
    expect(flows.find(undefined, "s")).toBeUndefined();
    now = 600_001;
    expect(flows.find(held, "s")).toBeUndefined();
  });
});

describe("the cookie keys", () => {
  it("are made once, for their owner's eyes only, and survive; a former one must be there", async () => {
    const directory = await mkdtemp(join(tmpdir(), "pilothouse-key-"));
    const file = join(directory, "keys", "cookie.key");
    try {
      const made = await Promise.all([loadCookieKeys([file]), loadCookieKeys([file])]);
      expect(made[0]).toEqual(made[1]);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect([await readFile(file)]).toEqual(made[0]);
      await writeFile(join(directory, "short"), "x");
      await expect(loadCookieKeys([file, join(directory, "short")])).rejects.toThrow("at least 32");
      await expect(loadCookieKeys([file, join(directory, "gone")])).rejects.toThrow("ENOENT");
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
