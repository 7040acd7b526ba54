// ID tokens of an OpenID Connect provider, checked as kube-apiserver does with its `--oidc-*` flags: the keys come from
// the issuer's discovery document, the user and the groups from claims. The server itself never signs anybody in.
import { createRemoteJWKSet, customFetch, jwtVerify, type JWTPayload } from "jose";
import { isJsonObject, parseJson, stringAt, type JsonObject } from "../json.ts";
import { authenticatedUser, type UserInfo } from "./user.ts";

export interface OidcOptions {
  /** As in the tokens' `iss`: https, or http on this machine. */
  readonly issuerUrl: string;
  /** The audience that tokens must name. */
  readonly clientId: string;
  /** The claim that is the user's name. Default "sub". */
  readonly usernameClaim?: string;
  /** Stands before each name, so that it cannot be one of another authenticator's. Default none. */
  readonly usernamePrefix?: string;
  /** A claim with a string or a list of strings. Default "groups". */
  readonly groupsClaim?: string;
  readonly groupsPrefix?: string;
}

export interface OidcUser {
  readonly user: UserInfo;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

/** Signatures that anybody who knows the public key could make, or none at all, are not among them. */
const ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512"];
const TIMEOUT_MS = 5_000;
const MAXIMUM_TOKEN_CHARACTERS = 64 * 1024;

export class OidcTokens {
  readonly #options: OidcOptions;
  /** The issuer's keys; undefined until discovery has worked once. */
  #keys: ReturnType<typeof createRemoteJWKSet> | undefined;

  constructor(options: OidcOptions) {
    const issuer = new URL(options.issuerUrl);
    const isLocal = ["127.0.0.1", "localhost", "[::1]"].includes(issuer.hostname);
    if (issuer.protocol !== "https:" && !(issuer.protocol === "http:" && isLocal))
      throw new Error(`OIDC issuer ${options.issuerUrl}: it must be https, or http on this machine`);
    if (options.clientId === "") throw new Error(`OIDC issuer ${options.issuerUrl}: a client id is needed`);
    this.#options = options;
  }

  /** Whether the token says that it is this issuer's: nobody else's are worth a look at the keys. */
  claims(token: string): boolean {
    if (token.length > MAXIMUM_TOKEN_CHARACTERS) return false;
    const [, body = "", ...rest] = token.split(".");
    return rest.length === 1 && stringAt(decode(body), "iss") === this.#options.issuerUrl;
  }

  /** Who the token names, or undefined when it is not good, or cannot be checked because the issuer does not answer. */
  async verify(token: string): Promise<OidcUser | undefined> {
    try {
      this.#keys ??= await this.#discover();
      const { payload } = await jwtVerify(token, this.#keys, {
        issuer: this.#options.issuerUrl,
        audience: this.#options.clientId,
        algorithms: ALGORITHMS,
        requiredClaims: ["exp"],
      });
      return this.#userOf(payload);
    } catch {
      return undefined; // A caller learns "unauthorized" and no more, whatever the reason.
    }
  }

  async #discover(): Promise<ReturnType<typeof createRemoteJWKSet>> {
    const { issuerUrl } = this.#options;
    const answer = await fetch(`${issuerUrl.replace(/\/$/, "")}/.well-known/openid-configuration`, {
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const document = decodeJson(await answer.text());
    if (!answer.ok || stringAt(document, "issuer") !== issuerUrl)
      throw new Error(`OIDC issuer ${issuerUrl}: its discovery document is missing, or names another issuer`);
    return createRemoteJWKSet(new URL(stringAt(document, "jwks_uri")), {
      timeoutDuration: TIMEOUT_MS,
      [customFetch]: (url, options) => fetch(url, { ...options, redirect: "error" }),
    });
  }

  #userOf(claims: JWTPayload): OidcUser | undefined {
    const { usernameClaim = "sub", usernamePrefix = "", groupsClaim = "groups", groupsPrefix = "" } = this.#options;
    const name = claims[usernameClaim];
    if (typeof name !== "string" || name === "" || claims.exp === undefined) return undefined;
    // An address that nobody has proved to own is nobody's name.
    if (usernameClaim === "email" && claims["email_verified"] === false) return undefined;
    const username = usernamePrefix + name;
    const groups = listOf(claims[groupsClaim]).map((group) => groupsPrefix + group);
    // Kubernetes' own identities are never an outside provider's to give.
    if ([username, ...groups].some((each) => each.startsWith("system:"))) return undefined;
    return { user: authenticatedUser(username, groups), expires: claims.exp * 1000 };
  }
}

function listOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

const decode = (part: string): JsonObject | undefined => decodeJson(Buffer.from(part, "base64url").toString("utf8"));

function decodeJson(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
