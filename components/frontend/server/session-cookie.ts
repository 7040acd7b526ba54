/**
 * The sign-in cookie: the caller's tokens, sealed, so that neither the browser's disk nor a script ever holds a usable
 * one. What is longer than one cookie may be (4096 bytes) is spread over several.
 */
import { z } from "zod";
import { type CookieOptions, cookiesOf, type KeyRing, setCookie } from "./key-ring.ts";

const PART_CHARACTERS = 3500;
/** With the request's other headers this stays below what the HTTP server takes (see shell.ts). */
const MAXIMUM_PARTS = 6;
const PURPOSE = "session";

const SignedIn = z.object({
  /** What the backend is shown. */
  token: z.string().min(1),
  /** When the token ends, in milliseconds since the epoch; absent when it does not say. */
  expiresAt: z.number().optional(),
  refreshToken: z.string().optional(),
  /** Tells the provider whose session ends, at sign-out; absent when it is the token itself. */
  idToken: z.string().optional(),
  /** Signed in by the OpenID Connect provider. */
  provider: z.boolean().optional(),
});
export type SignedIn = z.infer<typeof SignedIn>;

export interface SessionCookies {
  /** `Set-Cookie` values that sign in. Throws RangeError for tokens that no cookie can hold. */
  signIn(session: SignedIn, options: CookieOptions): string[];
  /** `Set-Cookie` values that sign out, whichever key signed in. */
  signOut(options: CookieOptions): string[];
  /** What a `Cookie` header holds, or undefined when there is no sign-in, or one that no key of ours sealed. */
  open(cookieHeader: string | undefined): OpenedCookie | undefined;
}

export interface OpenedCookie {
  readonly session: SignedIn;
  /** Sealed with a key that is on its way out: the next answer should seal it anew. */
  readonly isOld: boolean;
}

export function createSessionCookies(keys: KeyRing): SessionCookies {
  const nameOf = (mark: string, part: number): string => `pilothouse-${mark}.${part}`;
  const [newest = ""] = keys.marks;
  const cleared = (mark: string, from: number, options: CookieOptions): string[] =>
    Array.from({ length: MAXIMUM_PARTS - from }, (_, index) =>
      setCookie(nameOf(mark, from + index), "", { ...options, lifetime: "Max-Age=0" }),
    );

  return {
    signIn(session, options) {
      const sealed = keys.seal(PURPOSE, JSON.stringify(session));
      const parts = Math.ceil(sealed.length / PART_CHARACTERS);
      if (parts > MAXIMUM_PARTS) throw new RangeError("the token is too long for a cookie");
      // One that can be renewed lasts as long as the browser runs; another one is of no use after its end.
      const ends = session.refreshToken === undefined ? session.expiresAt : undefined;
      const lifetime = ends === undefined ? {} : { lifetime: `Expires=${new Date(ends).toUTCString()}` };
      const set = Array.from({ length: parts }, (_, part) =>
        setCookie(nameOf(newest, part), sealed.slice(part * PART_CHARACTERS, (part + 1) * PART_CHARACTERS), {
          ...options,
          ...lifetime,
        }),
      );
      return [...set, ...cleared(newest, parts, options)];
    },
    signOut: (options) => keys.marks.flatMap((mark) => cleared(mark, 0, options)),
    open(cookieHeader) {
      const values = new Map(cookiesOf(cookieHeader));
      for (const mark of keys.marks) {
        const parts = Array.from({ length: MAXIMUM_PARTS }, (_, part) => values.get(nameOf(mark, part)) ?? "");
        const text = keys.open(mark, PURPOSE, parts.join(""));
        const session = text === undefined ? undefined : SignedIn.safeParse(parseJson(text)).data;
        if (session !== undefined) return { session, isOld: mark !== newest };
      }
      return undefined;
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Sealed by a version of ours that wrote something else: sign in again.
  }
}
