/** A real OpenID Connect provider on this machine, with its own pages for sign-in and consent: any name will do there. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import OidcProvider from "oidc-provider";

export const CLIENT = { id: "pilothouse", secret: "a-client-secret-of-the-test" };

export class IdentityProvider {
  readonly issuer: string;
  /** Seconds that the next tokens are good for. */
  lifetime = 3600;
  /** How often tokens were renewed. */
  renewals = 0;
  /** Nobody's tokens are renewed any more. */
  hasEnded = false;
  readonly #server: Server;

  private constructor(server: Server, issuer: string) {
    this.#server = server;
    this.issuer = issuer;
  }

  /** `ui`: where the web interface will be. Each user is in all of `groups`. */
  static async start(ui: string, groups: readonly string[]): Promise<IdentityProvider> {
    const inner: { handle?: (request: IncomingMessage, response: ServerResponse) => void } = {};
    const server = createServer((request, response) => inner.handle?.(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const identities = new IdentityProvider(server, issuer);
    const provider = new OidcProvider(issuer, {
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          redirect_uris: [`${ui}/login/callback`],
          post_logout_redirect_uris: [`${ui}/login`],
          grant_types: ["authorization_code", "refresh_token"],
        },
      ],
      scopes: ["openid", "profile", "email", "offline_access"],
      claims: { openid: ["sub"], profile: ["groups"] },
      conformIdTokenClaims: false,
      findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, groups: [...groups] }) }),
      pkce: { required: () => true },
      rotateRefreshToken: true,
      cookies: { keys: ["a-key-of-the-test"] },
      features: { revocation: { enabled: true }, rpInitiatedLogout: { enabled: true } },
      ttl: {
        IdToken: () => identities.lifetime,
        AccessToken: 3600,
        Grant: 3600,
        Interaction: 3600,
        Session: 3600,
        RefreshToken: 3600,
      },
    });
    provider.on("grant.success", ({ oidc }) => {
      if (oidc.params?.["grant_type"] === "refresh_token") identities.renewals += 1;
    });
    const handle = provider.callback();
    inner.handle = (request, response) => {
      if (!identities.hasEnded || request.url !== "/token") return void handle(request, response);
      // What a provider says whose administrator has ended the user's sessions.
      response.writeHead(400, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: "invalid_grant", error_description: "grant request is invalid" }));
    };
    return identities;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}
