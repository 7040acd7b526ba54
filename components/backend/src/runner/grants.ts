/** Signs grants: short-lived proofs for one session's runner of who calls, and what they may do there. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { GRANT_ISSUER, GRANT_LIFETIME_SECONDS, type GrantVerb } from "@pilothouse/contracts";
import { SignJWT } from "jose";
import type { Identity } from "../identity/identity.ts";

/** Grants are used again while at least this long is left of them. */
const SPARE_SECONDS = 30;
const KEPT_GRANTS = 5_000;

export class GrantSigner {
  readonly #key: KeyObject;
  readonly #keyId: string;
  readonly #now: () => number;
  readonly #kept = new Map<string, { token: string; until: number }>();

  /** `pem`: an Ed25519 private key, PKCS#8. */
  constructor(pem: string, now: () => number = Date.now) {
    this.#key = createPrivateKey(pem);
    if (this.#key.asymmetricKeyType !== "ed25519") throw new TypeError("the signing key must be an Ed25519 key");
    this.#keyId = thumbprint(this.#key);
    this.#now = now;
  }

  async sign(identity: Identity, sessionUid: string, verbs: readonly GrantVerb[]): Promise<string> {
    const name = `${sessionUid}\n${verbs.join()}\n${identity.userId}`;
    const now = Math.floor(this.#now() / 1000);
    const kept = this.#kept.get(name);
    if (kept !== undefined && kept.until - now > SPARE_SECONDS) return kept.token;
    const until = now + GRANT_LIFETIME_SECONDS;
    const token = await new SignJWT({ name: identity.displayName, verbs: [...verbs] })
      .setProtectedHeader({ alg: "EdDSA", kid: this.#keyId })
      .setIssuer(GRANT_ISSUER)
      .setAudience(sessionUid)
      .setSubject(identity.userId)
      .setIssuedAt(now)
      .setExpirationTime(until)
      .sign(this.#key);
    if (this.#kept.size >= KEPT_GRANTS) this.#kept.clear();
    this.#kept.set(name, { token, until });
    return token;
  }
}

/** RFC 7638: by it a runner that knows two keys, as during a rotation, finds the one that signed. */
function thumbprint(key: KeyObject): string {
  const { crv, kty, x } = createPublicKey(key).export({ format: "jwk" });
  return createHash("sha256").update(JSON.stringify({ crv, kty, x })).digest("base64url");
}
