/** Headers by which the HTTP server in front hands things to pages. It deletes them from every request that comes in. */
export const ACCESS_TOKEN_HEADER = "x-pilothouse-access-token";
export const NONCE_HEADER = "x-pilothouse-nonce";
