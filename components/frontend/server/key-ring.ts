/**
 * Seals what a browser keeps for us: AES-256-GCM, so that it can neither be read nor changed there. The first key of the
 * ring seals; all of them open, so that a key can be replaced without signing anybody out.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface KeyRing {
  /** A mark of each key, in the ring's order: cookies are shared by all ports of a host, so their names carry it. */
  readonly marks: readonly string[];
  /** @param purpose what the text is for; it opens for the same purpose only */
  seal(purpose: string, text: string): string;
  /** The text, or undefined when the key with this mark did not seal it for this purpose. */
  open(mark: string, purpose: string, sealed: string): string | undefined;
}

/** @param secrets at least one; the newest first */
export function createKeyRing(secrets: readonly Buffer[]): KeyRing {
  const keys = secrets.map((secret) => {
    const key = Buffer.from(hkdfSync("sha256", secret, "", "pilothouse sign-in cookie", 32));
    return { key, mark: createHash("sha256").update(key).digest("hex").slice(0, 8) };
  });
  const [newest] = keys;
  if (newest === undefined) throw new Error("a key ring needs a key");
  return {
    marks: keys.map(({ mark }) => mark),
    seal(purpose, text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", newest.key, nonce).setAAD(Buffer.from(purpose));
      return Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]).toString(
        "base64url",
      );
    },
    open(mark, purpose, sealed) {
      const key = keys.find((each) => each.mark === mark)?.key;
      const bytes = Buffer.from(sealed, "base64url");
      if (key === undefined || bytes.length <= NONCE_BYTES + TAG_BYTES) return undefined;
      const options = { authTagLength: TAG_BYTES };
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES), options);
      decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
        return text.toString("utf8");
      } catch {
        return undefined; // Sealed by another key or for something else, or tampered with: all mean "not ours".
      }
    },
  };
}

/** The cookies of a `Cookie` header, as they are written there. */
export function* cookiesOf(header: string | undefined): Generator<readonly [name: string, value: string]> {
  for (const pair of header?.split(";") ?? []) {
    const at = pair.indexOf("=");
    if (at > 0) yield [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
  }
}

export interface CookieOptions {
  /** Whether the browser reached us over https: only then may `Secure` be set. */
  readonly secure: boolean;
}

/** A `Set-Cookie` value that no script can read. @param lifetime `Max-Age=…` or `Expires=…`; none = as long as the browser runs */
export function setCookie(name: string, value: string, options: CookieOptions & { path?: string; lifetime?: string }) {
  const { secure, path = "/", lifetime } = options;
  return [
    `${name}=${value}`,
    `Path=${path}`,
    "HttpOnly",
    "SameSite=Lax",
    ...(secure ? ["Secure"] : []),
    ...(lifetime === undefined ? [] : [lifetime]),
  ].join("; ");
}
