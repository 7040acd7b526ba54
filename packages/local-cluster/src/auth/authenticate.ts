// From a request's credentials to a user: client certificate, local user token, ServiceAccount token, or the ID token of
// an OpenID Connect provider.
import { createHash } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { JsonObject } from "../json.ts";
import { unauthorized } from "../api/errors.ts";
import type { OidcTokens } from "./oidc-tokens.ts";
import { ISSUER, type ServiceAccountTokens } from "./service-account-tokens.ts";
import { ANONYMOUS, authenticatedUser, type UserInfo } from "./user.ts";
import type { UserTokens } from "./user-tokens.ts";

type Remembered =
  | { readonly kind: "user"; readonly user: UserInfo; readonly expires: number }
  | { readonly kind: "service-account"; readonly claims: JsonObject };

const REMEMBERED_TOKENS = 4096;

/** The audiences that this API server answers to. */
export const API_AUDIENCES: readonly string[] = [ISSUER];

export class Authenticator {
  readonly #userTokens: UserTokens;
  readonly #serviceAccounts: ServiceAccountTokens;
  readonly #oidc: OidcTokens | undefined;
  /** Verified signatures by the token's hash; whether a token still counts is asked every time. */
  readonly #remembered = new Map<string, Remembered>();

  constructor(userTokens: UserTokens, serviceAccounts: ServiceAccountTokens, oidc?: OidcTokens) {
    this.#userTokens = userTokens;
    this.#serviceAccounts = serviceAccounts;
    this.#oidc = oidc;
  }

  /**
   * Checks what only an outside provider's keys can check, so that `authenticate` and `token` know it. A promise only
   * when there is something to wait for.
   */
  learn(token: string | undefined): Promise<void> | undefined {
    const oidc = this.#oidc;
    if (oidc === undefined || token === undefined || !oidc.claims(token)) return undefined;
    const key = hashOf(token);
    if (this.#remembered.has(key)) return undefined;
    return oidc.verify(token).then((found) => {
      if (found !== undefined) this.#remember(key, { kind: "user", ...found });
    });
  }

  /** Throws 401 for credentials that are no good; no credentials at all make the anonymous user. */
  authenticate(authorization: string | undefined, certificate: UserInfo | undefined): UserInfo {
    if (certificate !== undefined) return certificate;
    if (authorization === undefined) return ANONYMOUS;
    const token = bearerToken(authorization);
    if (token === undefined) throw unauthorized();
    const checked = this.token(token);
    if (checked === undefined || !checked.audiences.some((audience) => API_AUDIENCES.includes(audience)))
      throw unauthorized();
    return checked.user;
  }

  /** Whose token it is and for which audiences, or undefined. */
  token(token: string): { readonly user: UserInfo; readonly audiences: readonly string[] } | undefined {
    const key = hashOf(token);
    let remembered = this.#remembered.get(key);
    if (remembered === undefined) {
      remembered = this.#verify(token);
      if (remembered === undefined) return undefined;
      this.#remember(key, remembered);
    }
    if (remembered.kind === "service-account") return this.#serviceAccounts.check(remembered.claims);
    if (remembered.expires <= Date.now()) return undefined;
    return { user: remembered.user, audiences: API_AUDIENCES };
  }

  #verify(token: string): Remembered | undefined {
    const local = this.#userTokens.check(token);
    if (local !== undefined) return { kind: "user", ...local };
    const claims = this.#serviceAccounts.claims(token);
    return claims === undefined ? undefined : { kind: "service-account", claims };
  }

  #remember(key: string, what: Remembered): void {
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size >= REMEMBERED_TOKENS && oldest !== undefined) this.#remembered.delete(oldest);
    this.#remembered.set(key, what);
  }
}

export function bearerToken(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : /^bearer +(\S+)$/i.exec(authorization)?.[1];
}

const hashOf = (token: string): string => createHash("sha256").update(token).digest("base64");

/** The user that a verified client certificate names: common name and organizations. Asked once per connection. */
export function certificateUser(socket: TLSSocket): UserInfo | undefined {
  if (!socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate();
  const name = first(subject?.CN);
  if (name === undefined || name === "") return undefined;
  const organizations: string | readonly string[] | undefined = subject?.O;
  const groups = organizations === undefined ? [] : typeof organizations === "string" ? [organizations] : organizations;
  return authenticatedUser(name, groups);
}

function first(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}
