/** Verifies the backend's grants: signed tokens that say on whose behalf it calls, and for what. */
import { GRANT_ISSUER, GRANT_LIFETIME_SECONDS, GrantClaims, type GrantVerb } from "@pilothouse/contracts/runner/grant";
import type { JSONWebKeySet } from "jose";
import { z } from "zod";
import { messageOf, RunnerError } from "../errors.ts";

const Jwks = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });
/** Clocks of two machines differ. */
const CLOCK_TOLERANCE_SECONDS = 5;

export interface Caller {
  readonly userId: string;
  readonly displayName: string;
}

export class GrantVerifier {
  readonly #keys: JSONWebKeySet;
  readonly #sessionUid: string;

  /** @throws RunnerError ENVIRONMENT_INVALID when the text is not a JWKS */
  constructor(jwks: string, sessionUid: string) {
    try {
      this.#keys = Jwks.parse(JSON.parse(jwks));
    } catch (error) {
      throw new RunnerError("ENVIRONMENT_INVALID", `PILOTHOUSE_BACKEND_JWKS is not a JWKS: ${messageOf(error)}`);
    }
    this.#sessionUid = sessionUid;
  }

  /** @throws RunnerError UNAUTHENTICATED or FORBIDDEN */
  async verify(authorization: string | undefined, verb: GrantVerb): Promise<Caller> {
    const token = /^Bearer ([\w.-]+)$/.exec(authorization ?? "")?.[1];
    if (token === undefined)
      throw new RunnerError("UNAUTHENTICATED", "a grant of the backend is needed: Authorization: Bearer");
    const claims = await this.#claims(token);
    if (!claims.verbs.includes(verb)) throw new RunnerError("FORBIDDEN", `the grant does not allow to ${verb}`);
    return { userId: claims.sub, displayName: claims.name ?? claims.sub };
  }

  async #claims(token: string): Promise<GrantClaims> {
    // Loaded with the first request, so that a starting session does not wait for it.
    const { createLocalJWKSet, errors, jwtVerify } = await import("jose");
    try {
      const { payload } = await jwtVerify(token, createLocalJWKSet(this.#keys), {
        issuer: GRANT_ISSUER,
        audience: this.#sessionUid,
        algorithms: ["EdDSA"],
        requiredClaims: ["iat", "exp", "sub"],
        maxTokenAge: GRANT_LIFETIME_SECONDS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      return GrantClaims.parse(payload);
    } catch (error) {
      const reason = error instanceof errors.JOSEError ? error.code : "its claims are not those of a grant";
      throw new RunnerError("UNAUTHENTICATED", `the grant was refused: ${reason}`, { cause: error });
    }
  }
}
