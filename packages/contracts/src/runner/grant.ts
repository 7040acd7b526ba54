/** The signed token with which the backend proves to a runner on whose behalf it calls (EdDSA JWT). */
import { z } from "zod";

export const GRANT_ISSUER = "pilothouse-backend";
export const GRANT_LIFETIME_SECONDS = 60;

export const GrantVerb = z.enum(["read", "act"]);
export type GrantVerb = z.infer<typeof GrantVerb>;

export const GrantClaims = z.object({
  iss: z.literal(GRANT_ISSUER),
  aud: z.string().describe("uid of the session"),
  sub: z.string().describe("user name"),
  name: z.string().optional().describe("display name"),
  verbs: z.array(GrantVerb),
  iat: z.number(),
  exp: z.number(),
});
export type GrantClaims = z.infer<typeof GrantClaims>;
