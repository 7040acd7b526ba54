/** Addresses of the way to the provider and back. */

/** `GET` leads to the provider's own sign-in page. */
export const PROVIDER_PATH = "/login/provider";
/** The provider sends the browser back here; it must know this address as a redirect URI of ours. */
export const CALLBACK_PATH = "/login/callback";
