import { describe, expect, it } from "vitest";
import { oidcOptions } from "./oidc.ts";

describe("single sign-on", () => {
  it("is off unless an issuer is named, and then needs a client", () => {
    expect(oidcOptions({ PILOTHOUSE_OIDC_CLIENT_ID: "x" })).toBeUndefined();
    expect(oidcOptions({ PILOTHOUSE_OIDC_ISSUER: "" })).toBeUndefined();
    expect(() => oidcOptions({ PILOTHOUSE_OIDC_ISSUER: "https://sso.example" })).toThrow("PILOTHOUSE_OIDC_CLIENT_ID");
    expect(() => oidcOptions({ PILOTHOUSE_OIDC_ISSUER: "sso", PILOTHOUSE_OIDC_CLIENT_ID: "x" })).toThrow("a URL");
  });

  it("takes names and groups from the claims that it is told", () => {
    expect(
      oidcOptions({
        PILOTHOUSE_OIDC_ISSUER: "https://sso.example",
        PILOTHOUSE_OIDC_CLIENT_ID: "pilothouse",
        PILOTHOUSE_OIDC_USERNAME_CLAIM: "email",
      }),
    ).toEqual({ issuerUrl: "https://sso.example", clientId: "pilothouse", usernameClaim: "email" });
  });
});
