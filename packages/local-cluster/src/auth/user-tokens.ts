// Bearer tokens of local users: `./pilothouse token` mints them from the data directory, the API server checks them.
import { numberAt, stringAt, stringsAt } from "../json.ts";
import { TokenSigner } from "./jwt.ts";
import { openUserTokenKey } from "./key-files.ts";
import { authenticatedUser, type UserInfo } from "./user.ts";

export interface UserTokenRequest {
  readonly user: string;
  readonly groups?: readonly string[];
  /** Default 30 days. */
  readonly expiresInSeconds?: number;
}

const ISSUER = "pilothouse-local-users";
const DEFAULT_LIFE = 30 * 24 * 60 * 60;
/** Names that mean something to Kubernetes itself; a local user must not be one of its own identities. */
const RESERVED = /^system:/;

export class UserTokens {
  readonly #signer: TokenSigner;

  constructor(dataDirectory: string) {
    this.#signer = new TokenSigner(openUserTokenKey(dataDirectory));
  }

  mint(request: UserTokenRequest): string {
    if (request.user === "") throw new Error("a user token needs a user name");
    if (RESERVED.test(request.user))
      throw new Error(`user name ${request.user}: names that begin with "system:" are Kubernetes' own`);
    const reserved = (request.groups ?? []).find((group) => RESERVED.test(group) && group !== "system:masters");
    if (reserved !== undefined)
      throw new Error(`group ${reserved}: of the groups that begin with "system:", only system:masters can be given`);
    const now = Math.floor(Date.now() / 1000);
    return this.#signer.sign({
      iss: ISSUER,
      sub: request.user,
      groups: [...(request.groups ?? [])],
      iat: now,
      exp: now + (request.expiresInSeconds ?? DEFAULT_LIFE),
    });
  }

  check(token: string): { readonly user: UserInfo; readonly expires: number } | undefined {
    const claims = this.#signer.verify(token);
    if (claims === undefined || claims["iss"] !== ISSUER) return undefined;
    const expires = (numberAt(claims, "exp") ?? 0) * 1000;
    if (expires <= Date.now()) return undefined;
    return { user: authenticatedUser(stringAt(claims, "sub"), stringsAt(claims, "groups")), expires };
  }
}
