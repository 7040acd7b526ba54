/** Single sign-on of an installation, as its environment says: who asks (the web interface) and who checks (the Kubernetes API). */
import type { OidcOptions } from "@pilothouse/local-cluster";
import { CliError } from "../errors.ts";

/** What the web interface reads itself; the issuer and the client are the Kubernetes API's too. */
export const OIDC_VARIABLES = [
  "PILOTHOUSE_OIDC_ISSUER",
  "PILOTHOUSE_OIDC_CLIENT_ID",
  "PILOTHOUSE_OIDC_CLIENT_SECRET_FILE",
  "PILOTHOUSE_OIDC_SCOPE",
  "PILOTHOUSE_OIDC_NAME",
] as const;

/** How the Kubernetes API checks ID tokens, or undefined when there is no provider. */
export function oidcOptions(environment: Readonly<Record<string, string | undefined>>): OidcOptions | undefined {
  const value = (name: string): string | undefined => environment[name] || undefined;
  const issuerUrl = value("PILOTHOUSE_OIDC_ISSUER");
  if (issuerUrl === undefined) return undefined;
  const clientId = value("PILOTHOUSE_OIDC_CLIENT_ID");
  if (clientId === undefined || !URL.canParse(issuerUrl))
    throw new CliError(
      "START_FAILED",
      "single sign-on needs PILOTHOUSE_OIDC_ISSUER, a URL, and PILOTHOUSE_OIDC_CLIENT_ID beside it",
    );
  const usernameClaim = value("PILOTHOUSE_OIDC_USERNAME_CLAIM");
  const groupsClaim = value("PILOTHOUSE_OIDC_GROUPS_CLAIM");
  return {
    issuerUrl,
    clientId,
    ...(usernameClaim === undefined ? {} : { usernameClaim }),
    ...(groupsClaim === undefined ? {} : { groupsClaim }),
  };
}
