/**
 * Who causes a request: the token of a proxy in front of us that signs people in, or that of our own cookie, renewed in
 * time. Whatever must change in the browser's cookie is set on the answer.
 */
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type BlockList, isIPv6 } from "node:net";
import type { Provider } from "./provider.ts";
import { isSecure } from "./request-origin.ts";
import type { SessionCookies, SignedIn } from "./session-cookie.ts";

/** Tokens are renewed when they have less than this left, so that a request that takes its time ends with a good one. */
const RENEW_BEFORE_MS = 60_000;
/**
 * How long an answered renewal is remembered. A page sends several requests at once, all with the old cookie, and a
 * provider that rotates refresh tokens takes the second use of one for theft.
 */
const REMEMBER_MS = 5 * 60_000;

export interface Caller {
  readonly token: string;
  /** By the header of a proxy, which is also where such a person signs out. */
  readonly isForwarded: boolean;
}

export interface CallersOptions {
  cookies: SessionCookies;
  provider: Provider | undefined;
  /** Addresses whose `X-Forwarded-Access-Token` is believed; undefined = nobody's. */
  trustedProxies: BlockList | undefined;
  now?: () => number;
}

export interface Callers {
  /** Undefined for somebody who is not signed in, or no longer. */
  identify(request: IncomingMessage, response: ServerResponse): Promise<Caller | undefined>;
}

export function createCallers({ cookies, provider, trustedProxies, now = Date.now }: CallersOptions): Callers {
  const renewals = createRenewals(provider, now);

  /** The session as it may be used now; undefined when it has ended. */
  async function current(session: SignedIn): Promise<SignedIn | undefined> {
    const left = session.expiresAt === undefined ? Infinity : session.expiresAt - now();
    if (left > RENEW_BEFORE_MS) return session;
    try {
      const renewed = await renewals.renew(session);
      if (renewed !== undefined) return renewed;
    } catch {
      // The provider does not answer: what is still good is used.
    }
    return left > 0 ? session : undefined;
  }

  return {
    async identify(request, response) {
      const forwarded = forwardedToken(request, trustedProxies);
      if (forwarded !== undefined) return { token: forwarded, isForwarded: true };
      const opened = cookies.open(request.headers.cookie);
      if (opened === undefined) return undefined;
      const session = await current(opened.session);
      const secure = isSecure(request);
      if (session === undefined) {
        response.setHeader("Set-Cookie", cookies.signOut({ secure }));
        return undefined;
      }
      if (session !== opened.session || opened.isOld) {
        const old = opened.isOld ? cookies.signOut({ secure }) : [];
        response.setHeader("Set-Cookie", mergeCookies(old, cookies.signIn(session, { secure })));
      }
      return { token: session.token, isForwarded: false };
    },
  };
}

/** The token of an OAuth proxy, when the connection comes from one that is trusted. */
function forwardedToken(request: IncomingMessage, trusted: BlockList | undefined): string | undefined {
  const token = request.headers["x-forwarded-access-token"];
  const address = request.socket.remoteAddress;
  if (trusted === undefined || typeof token !== "string" || address === undefined) return undefined;
  if (!/^[\x21-\x7e]+$/.test(token)) return undefined;
  return trusted.check(address, isIPv6(address) ? "ipv6" : "ipv4") ? token : undefined;
}

/** One renewal per refresh token, however many requests ask for it. */
function createRenewals(provider: Provider | undefined, now: () => number) {
  const known = new Map<string, { readonly renewed: Promise<SignedIn | undefined>; readonly until: number }>();
  return {
    renew(session: SignedIn): Promise<SignedIn | undefined> {
      if (provider === undefined || session.refreshToken === undefined) return Promise.resolve(undefined);
      for (const [key, { until }] of known) if (until <= now()) known.delete(key);
      const key = createHash("sha256").update(session.refreshToken).digest("base64");
      const former = known.get(key);
      if (former !== undefined) return former.renewed;
      const renewed = provider.renew(session);
      known.set(key, { renewed, until: now() + REMEMBER_MS });
      renewed.catch(() => known.delete(key));
      return renewed;
    },
  };
}

/** Of two `Set-Cookie` values for the same name the later one counts. */
function mergeCookies(...lists: readonly string[][]): string[] {
  const byName = new Map(lists.flat().map((cookie) => [cookie.slice(0, cookie.indexOf("=")), cookie]));
  return [...byName.values()];
}
