/**
 * The sign-in cookie: the caller's token, sealed with AES-256-GCM, so that neither the browser's disk nor a script ever
 * holds a usable token. A token that is longer than one cookie may be (4096 bytes) is spread over several.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PART_CHARACTERS = 3500;
const MAXIMUM_PARTS = 6;

export interface SessionCookies {
  /** `Set-Cookie` values that sign in; `expires` bounds the browser's copy. */
  signIn(token: string, options: CookieOptions): string[];
  /** `Set-Cookie` values that sign out. */
  signOut(options: CookieOptions): string[];
  /** The token in a `Cookie` header, or undefined when there is none, or one that this key did not seal. */
  open(cookieHeader: string | undefined): string | undefined;
}

export interface CookieOptions {
  /** Whether the browser reached us over https: only then may `Secure` be set. */
  secure: boolean;
  expires?: Date;
}

/**
 * Cookies are shared by all ports of a host, so the name carries a mark of the key: two installations on one machine
 * do not sign each other out.
 */
export function createSessionCookies(secret: Buffer): SessionCookies {
  const key = Buffer.from(hkdfSync("sha256", secret, "", "pilothouse sign-in cookie", 32));
  const name = `pilothouse-${createHash("sha256").update(key).digest("hex").slice(0, 8)}`;

  const setCookie = (part: number, value: string, options: CookieOptions, lifetime: string): string =>
    `${name}.${part}=${value}; Path=/; HttpOnly; SameSite=Lax${options.secure ? "; Secure" : ""}${lifetime}`;

  return {
    signIn(token, options) {
      const sealed = seal(key, token);
      const parts = Math.ceil(sealed.length / PART_CHARACTERS);
      if (parts > MAXIMUM_PARTS) throw new RangeError("the token is too long for a cookie");
      const lifetime = options.expires === undefined ? "" : `; Expires=${options.expires.toUTCString()}`;
      return Array.from({ length: MAXIMUM_PARTS }, (_, part) =>
        part < parts
          ? setCookie(part, sealed.slice(part * PART_CHARACTERS, (part + 1) * PART_CHARACTERS), options, lifetime)
          : setCookie(part, "", options, "; Max-Age=0"),
      );
    },
    signOut: (options) =>
      Array.from({ length: MAXIMUM_PARTS }, (_, part) => setCookie(part, "", options, "; Max-Age=0")),
    open(cookieHeader) {
      if (cookieHeader === undefined) return undefined;
      const parts: string[] = [];
      for (const pair of cookieHeader.split(";")) {
        const [left, value] = splitOnce(pair.trim(), "=");
        if (!left.startsWith(`${name}.`)) continue;
        const part = Number(left.slice(name.length + 1));
        if (Number.isInteger(part) && part >= 0 && part < MAXIMUM_PARTS) parts[part] = value;
      }
      return parts.length === 0 ? undefined : unseal(key, Array.from(parts, (part) => part ?? "").join(""));
    },
  };
}

function seal(key: Buffer, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  return Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]).toString("base64url");
}

function unseal(key: Buffer, sealed: string): string | undefined {
  const bytes = Buffer.from(sealed, "base64url");
  if (bytes.length <= NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    return text.toString("utf8");
  } catch {
    return undefined; // Sealed by another key, or tampered with: both mean "not signed in".
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
