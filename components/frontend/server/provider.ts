/**
 * The OpenID Connect provider of an installation: authorization code flow with PKCE, renewal, and sign-out there too.
 * Tokens pass between the provider and this server; a browser carries them sealed, and codes that are good for nobody else.
 */
import * as oidc from "openid-client";
import type { SignedIn } from "./session-cookie.ts";
import { CALLBACK_PATH } from "./sign-in-paths.ts";
import { tokenExpiry } from "./token-expiry.ts";

export interface ProviderSettings {
  readonly issuer: URL;
  readonly clientId: string;
  /** Absent: a public client, which PKCE alone protects. */
  readonly clientSecret: string | undefined;
  readonly scope: string;
  /** Which of the provider's tokens the cluster's API server takes: mostly the ID token. */
  readonly token: "id_token" | "access_token";
  /** Where browsers reach this server: the provider sends them back there. */
  readonly publicUrl: URL;
  /** The provider's name on the sign-in page. */
  readonly label: string;
}

/** What ties the provider's answer to the browser that asked, kept in a sealed cookie meanwhile. */
export interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface Provider {
  readonly label: string;
  /** Where to send a browser that wants to sign in. */
  begin(): Promise<{ location: URL; flow: Flow }>;
  /** Redeems the provider's answer. @param search of the address that the browser came back to. Throws when anything is wrong. */
  finish(search: string, flow: Flow): Promise<SignedIn>;
  /** New tokens for a session that has a refresh token; undefined when the provider has ended it. Throws when it does not answer. */
  renew(session: SignedIn): Promise<SignedIn | undefined>;
  /** Ends the session at the provider, and tells where the browser must go for that; undefined = nowhere. */
  signOut(session: SignedIn): Promise<URL | undefined>;
}

const TIMEOUT_SECONDS = 10;

export function createProvider(settings: ProviderSettings): Provider {
  const { issuer, clientId, clientSecret, publicUrl } = settings;
  const redirectUri = new URL(CALLBACK_PATH, publicUrl).href;
  let discovered: Promise<oidc.Configuration> | undefined;

  /** Discovers once; a provider that was away is asked again by the next who comes. */
  function configuration(): Promise<oidc.Configuration> {
    discovered ??= oidc
      .discovery(
        issuer,
        clientId,
        undefined,
        clientSecret === undefined ? oidc.None() : oidc.ClientSecretBasic(clientSecret),
        {
          timeout: TIMEOUT_SECONDS,
          // Settings admit http for a provider on this machine only.
          execute: issuer.protocol === "http:" ? [oidc.allowInsecureRequests] : [],
        },
      )
      .catch((error: unknown) => {
        discovered = undefined;
        throw error;
      });
    return discovered;
  }

  function signedIn(tokens: oidc.TokenEndpointResponse, former?: SignedIn): SignedIn {
    const token = settings.token === "id_token" ? tokens.id_token : tokens.access_token;
    if (token === undefined) throw new Error("the provider sent no ID token");
    const lifetime = tokens.expires_in === undefined ? undefined : Date.now() + tokens.expires_in * 1000;
    const expiresAt = tokenExpiry(token) ?? lifetime;
    // A provider that does not rotate refresh tokens sends none with a renewal: the former stays good.
    const refreshToken = tokens.refresh_token ?? former?.refreshToken;
    const idToken = tokens.id_token ?? former?.idToken;
    return {
      token,
      provider: true,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(refreshToken === undefined ? {} : { refreshToken }),
      ...(idToken === undefined || idToken === token ? {} : { idToken }),
    };
  }

  return {
    label: settings.label,

    async begin() {
      const config = await configuration();
      const flow = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
      const location = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: settings.scope,
        state: flow.state,
        nonce: flow.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(flow.verifier),
        code_challenge_method: "S256",
        // Without a consent, providers that follow the specification to the letter give no refresh token.
        ...(settings.scope.split(" ").includes("offline_access") ? { prompt: "consent" } : {}),
      });
      return { location, flow };
    },

    async finish(search, flow) {
      const answer = new URL(`${redirectUri}${search}`);
      const tokens = await oidc.authorizationCodeGrant(await configuration(), answer, {
        expectedState: flow.state,
        expectedNonce: flow.nonce,
        pkceCodeVerifier: flow.verifier,
        idTokenExpected: true,
      });
      return signedIn(tokens);
    },

    async renew(session) {
      if (session.refreshToken === undefined) return undefined;
      try {
        return signedIn(await oidc.refreshTokenGrant(await configuration(), session.refreshToken), session);
      } catch (error) {
        // What the provider has answered is final; what it could not answer may work later.
        if (error instanceof oidc.ResponseBodyError) return undefined;
        throw error;
      }
    },

    async signOut(session) {
      const config = await configuration();
      const metadata = config.serverMetadata();
      if (session.refreshToken !== undefined && metadata.revocation_endpoint !== undefined)
        await oidc.tokenRevocation(config, session.refreshToken).catch(() => undefined); // It ends by itself, later.
      if (metadata.end_session_endpoint === undefined) return undefined;
      return oidc.buildEndSessionUrl(config, {
        id_token_hint: session.idToken ?? session.token,
        post_logout_redirect_uri: new URL("/login", publicUrl).href,
      });
    },
  };
}
