/**
 * The HTTP server around the pages: health, sign-in, the proxy to the backend, security headers. Next.js sees only
 * requests for pages, with the caller's token in a header that no browser can set.
 */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { BlockList } from "node:net";
import { ACCESS_TOKEN_HEADER, NONCE_HEADER, PLACE_HEADER, PROVIDER_HEADER } from "../lib/server/internal-headers.ts";
import { FRAME_PREFIX, serveArtifactFrame } from "./artifact-frames.ts";
import { createBackendProxy } from "./backend-proxy.ts";
import { createCallers } from "./callers.ts";
import { serveDiagramFrame } from "./diagram-frame.ts";
import { sendError } from "./errors.ts";
import { createFlowCookies } from "./flow-cookie.ts";
import type { KeyRing } from "./key-ring.ts";
import type { Provider } from "./provider.ts";
import { createProviderSignIn } from "./provider-sign-in.ts";
import { redirect } from "./redirect.ts";
import { mayUseCookie } from "./request-origin.ts";
import { newNonce, pagePolicy, setCommonHeaders } from "./security-headers.ts";
import { createSessionCookies } from "./session-cookie.ts";
import type { StaticAssets } from "./static-assets.ts";
import { createSignIn } from "./sign-in.ts";
import { CALLBACK_PATH, PROVIDER_PATH } from "./sign-in-paths.ts";

/** Room for the sealed tokens of a provider that puts much into them; Node's own limit is 16 KiB. */
const MAXIMUM_HEADER_BYTES = 40 * 1024;

export type PageHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface ShellOptions {
  backendUrl: URL;
  /** Seals cookies. */
  keys: KeyRing;
  loginCodesDir: string | undefined;
  /** Where people sign in; undefined = by link and token alone. */
  provider?: Provider | undefined;
  /** Addresses of proxies that sign people in, and hand us their tokens. */
  trustedProxies?: BlockList | undefined;
  proxySignOutUrl?: string | undefined;
  /** Resolves when Next.js can answer; requests for pages wait for it. */
  pages: Promise<PageHandler>;
  /** Whether /gallery is served, to anybody. */
  gallery: boolean;
  development: boolean;
  /** Scripts and styles; undefined = the pages' own server sends them. */
  assets?: StaticAssets | undefined;
  /** Told about every failure that no reader can be told about any more. */
  report: (error: unknown) => void;
}

export function createShell(options: ShellOptions): Server {
  const { pages, development, provider, trustedProxies, proxySignOutUrl, report } = options;
  const cookies = createSessionCookies(options.keys);
  const proxy = createBackendProxy(options.backendUrl, report);
  const callers = createCallers({ cookies, provider, trustedProxies });
  const signIn = createSignIn({ ...options, cookies, provider, proxySignOutUrl });
  const { accept, refuse } = signIn;
  const providerSignIn =
    provider && createProviderSignIn({ provider, flows: createFlowCookies(options.keys), accept, refuse, report });
  let ready = false;
  pages.then(
    () => (ready = true),
    () => undefined, // Reported by the owner of the promise; readiness stays false.
  );

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setCommonHeaders(response);
    // Pages never receive these from outside.
    delete request.headers[ACCESS_TOKEN_HEADER];
    delete request.headers[NONCE_HEADER];
    delete request.headers[PROVIDER_HEADER];
    delete request.headers[PLACE_HEADER];
    const url = new URL(request.url ?? "/", "http://pilothouse.invalid");
    const path = url.pathname;

    if (path === "/health") return answerJson(response, 200, { status: "healthy" });
    if (path === "/ready") return answerJson(response, ready ? 200 : 503, { ready });
    if (options.assets?.serve(request, response, path) === true) return;
    if (serveDiagramFrame(request, response, path)) return;
    if (path === "/login" && request.method === "POST") return signIn.submit(request, response);
    if (path === "/login" && request.method === "GET" && url.searchParams.has("code"))
      return signIn.redeem(request, response, url);
    if (providerSignIn !== undefined && request.method === "GET") {
      if (path === PROVIDER_PATH) return providerSignIn.begin(request, response, url);
      if (path === CALLBACK_PATH) return providerSignIn.finish(request, response, url);
    }

    const caller = isAsset(path) ? undefined : await callers.identify(request, response);
    const token = caller?.token;
    if (path === "/logout") return signIn.signOut(request, response, caller?.isForwarded === true);
    if (path === "/api" || path.startsWith("/api/")) {
      if (token === undefined) return sendError(response, "NOT_SIGNED_IN", "You are not signed in.");
      if (!mayUseCookie(request))
        return sendError(response, "CROSS_SITE_REQUEST", "Another site caused this request, so it was refused.");
      return proxy.forward(request, response, token);
    }

    if (token !== undefined && path.startsWith(FRAME_PREFIX))
      return serveArtifactFrame(request, response, { backendUrl: options.backendUrl, token, path });

    if (token === undefined && !isPublic(path, options.gallery)) {
      const next = path === "/" ? "" : `?${new URLSearchParams({ next: `${path}${url.search}` }).toString()}`;
      return redirect(response, `/login${next}`);
    }
    if (path === "/gallery" && !options.gallery) request.url = "/_not-found";
    if (token !== undefined) request.headers[ACCESS_TOKEN_HEADER] = token;
    url.searchParams.delete("_rsc"); // How the pages' own script asks for a page.
    request.headers[PLACE_HEADER] = `${path}${url.search}`;
    if (provider !== undefined) request.headers[PROVIDER_HEADER] = encodeURIComponent(provider.label);
    const nonce = newNonce();
    const policy = pagePolicy(nonce, { development });
    request.headers["content-security-policy"] = policy; // Next.js takes the nonce for its own scripts from here.
    request.headers[NONCE_HEADER] = nonce;
    response.setHeader("Content-Security-Policy", policy);
    await (
      await pages
    )(request, response);
  }

  const server = createServer({ maxHeaderSize: MAXIMUM_HEADER_BYTES }, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      options.report(error);
      if (response.headersSent) response.destroy();
      else sendError(response, "PAGE_FAILED", "This page could not be made. The server's log says why.");
    });
  });
  server.on("close", () => proxy.close());
  return server;
}

function isPublic(path: string, gallery: boolean): boolean {
  return path === "/login" || isAsset(path) || (gallery && path === "/gallery");
}

/** The same for everybody, signed in or not. */
function isAsset(path: string): boolean {
  return path.startsWith("/_next/static/") || path === "/icon.svg";
}

function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" });
  response.end(JSON.stringify(body));
}
