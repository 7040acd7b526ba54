/** Headers by which the HTTP server in front hands things to pages. It deletes them from every request that comes in. */
export const ACCESS_TOKEN_HEADER = "x-pilothouse-access-token";
/** Path and query of the page, to come back to after a sign-in. */
export const PLACE_HEADER = "x-pilothouse-place";
export const NONCE_HEADER = "x-pilothouse-nonce";
/** The name of the provider that people may sign in at, percent-encoded; absent when there is none. */
export const PROVIDER_HEADER = "x-pilothouse-provider";
