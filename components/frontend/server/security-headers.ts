/** What a browser may do with our answers. No host but our own is ever named. */
import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";

export function newNonce(): string {
  return randomBytes(16).toString("base64");
}

/** Policy of pages: scripts and styles need this answer's nonce, or come from a script that had it. */
export function pagePolicy(nonce: string, options: { development: boolean }): string {
  const directives = [
    "default-src 'none'",
    // React's development build compiles code at run time; the production build does not.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${options.development ? " 'unsafe-eval'" : ""}`,
    `style-src 'self' ${options.development ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    // Pages of agents, which our server gives an origin of their own (artifact-frames.ts).
    "frame-src 'self'",
    `connect-src 'self'${options.development ? " ws:" : ""}`,
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  return directives.join("; ");
}

/**
 * Policy of everything that comes from the backend: an answer opened as a page (a file of a workspace, say) is shown
 * without scripts and in an origin of its own, so that it cannot act with the reader's cookie.
 */
export const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";

export function setCommonHeaders(response: ServerResponse): void {
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.setHeader("X-Frame-Options", "DENY");
  // Not "no-referrer": with it, browsers send `Origin: null` with forms.
  response.setHeader("Referrer-Policy", "same-origin");
  response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
  response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
  response.setHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
}
