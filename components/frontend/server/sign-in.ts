/** Signing in, by a one-time link, a pasted token or the provider, and out. Works without a script in the browser. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendError } from "./errors.ts";
import { redeemLoginCode } from "./login-codes.ts";
import type { Provider } from "./provider.ts";
import { redirect } from "./redirect.ts";
import { isSecure, localPath, mayUseCookie } from "./request-origin.ts";
import type { SessionCookies, SignedIn } from "./session-cookie.ts";
import { tokenExpiry } from "./token-expiry.ts";

const MAXIMUM_FORM_BYTES = 64 * 1024;
const CHECK_TIMEOUT_MS = 10_000;

/** Why a sign-in did not work; the page at /login explains each. */
export type SignInProblem = "code" | "token" | "backend" | "long" | "provider" | "denied" | "flow";

export interface SignInOptions {
  cookies: SessionCookies;
  backendUrl: URL;
  loginCodesDir: string | undefined;
  provider: Provider | undefined;
  /** Where a proxy that signs people in signs them out again. */
  proxySignOutUrl: string | undefined;
  report: (error: unknown) => void;
}

export function createSignIn(options: SignInOptions) {
  const { cookies, backendUrl, loginCodesDir, provider } = options;

  function accept(request: IncomingMessage, response: ServerResponse, session: SignedIn, next: string): void {
    const former = response.getHeader("Set-Cookie");
    const kept = Array.isArray(former) ? former : [];
    try {
      response.setHeader("Set-Cookie", [...kept, ...cookies.signIn(session, { secure: isSecure(request) })]);
    } catch (error) {
      if (error instanceof RangeError) return refuse(response, "long", next);
      throw error;
    }
    redirect(response, next);
  }

  const acceptToken = (request: IncomingMessage, response: ServerResponse, token: string, next: string): void => {
    const expiresAt = tokenExpiry(token);
    accept(request, response, { token, ...(expiresAt === undefined ? {} : { expiresAt }) }, next);
  };

  /** Where a browser goes that signs out: to the provider's own end, if it has one, else to our page. */
  async function farewell(session: SignedIn | undefined, isForwarded: boolean): Promise<string> {
    if (isForwarded) return options.proxySignOutUrl ?? "/login";
    if (session?.provider !== true || provider === undefined) return "/login";
    try {
      return (await provider.signOut(session))?.href ?? "/login";
    } catch (error) {
      options.report(error);
      return "/login";
    }
  }

  return {
    /** `GET /login?code=…`: the link that `pilothouse up` prints. */
    async redeem(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
      const next = localPath(url.searchParams.get("next"));
      const code = url.searchParams.get("code") ?? "";
      const token = loginCodesDir === undefined ? undefined : await redeemLoginCode(loginCodesDir, code, Date.now());
      if (token !== undefined) return acceptToken(request, response, token, next);
      // A link that is opened a second time by somebody who is signed in already is no problem worth a word.
      if (cookies.open(request.headers.cookie) !== undefined) return redirect(response, next);
      refuse(response, "code", next);
    },

    /** `POST /login` with the form's fields `token` and `next`. */
    async submit(request: IncomingMessage, response: ServerResponse): Promise<void> {
      if (!mayUseCookie(request))
        return sendError(response, "CROSS_SITE_REQUEST", "Sign in from Pilothouse's own page.");
      const body = await readBody(request, MAXIMUM_FORM_BYTES);
      if (body === undefined) return sendError(response, "REQUEST_TOO_LARGE", "The form is too large.");
      const form = new URLSearchParams(body);
      const next = localPath(form.get("next"));
      const token = (form.get("token") ?? "").trim();
      // A token goes into a header: whatever could end the header is no token.
      if (!/^[\x21-\x7e]+$/.test(token)) return refuse(response, "token", next);
      const problem = await checkToken(backendUrl, token);
      if (problem !== undefined) return refuse(response, problem, next);
      acceptToken(request, response, token, next);
    },

    accept,
    refuse,

    /** `POST /logout`. A script asks for JSON, and goes where that says: a form may not be led to another host. */
    async signOut(request: IncomingMessage, response: ServerResponse, isForwarded: boolean): Promise<void> {
      if (request.method !== "POST") return sendError(response, "METHOD_NOT_ALLOWED", "Sign out with a POST.");
      if (!mayUseCookie(request))
        return sendError(response, "CROSS_SITE_REQUEST", "Sign out from Pilothouse's own page.");
      const session = cookies.open(request.headers.cookie)?.session;
      response.setHeader("Set-Cookie", cookies.signOut({ secure: isSecure(request) }));
      const location = await farewell(session, isForwarded);
      if (request.headers.accept !== "application/json") return redirect(response, location);
      response.writeHead(200, { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" });
      response.end(JSON.stringify({ location }));
    },
  };
}

async function checkToken(backendUrl: URL, token: string): Promise<SignInProblem | undefined> {
  try {
    const answer = await fetch(new URL("/api/me", backendUrl), {
      headers: { authorization: `Bearer ${token}` },
      redirect: "error",
      signal: AbortSignal.timeout(CHECK_TIMEOUT_MS),
    });
    await answer.body?.cancel();
    if (answer.ok) return undefined;
    return answer.status === 401 || answer.status === 403 ? "token" : "backend";
  } catch {
    return "backend";
  }
}

async function readBody(request: IncomingMessage, limit: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function refuse(response: ServerResponse, problem: SignInProblem, next: string): void {
  redirect(response, `/login?${new URLSearchParams({ problem, ...(next === "/" ? {} : { next }) }).toString()}`);
}
