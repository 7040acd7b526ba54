/** Signing in, by a one-time link or a pasted token, and out. Works without a script in the browser. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendError } from "./errors.ts";
import { redeemLoginCode } from "./login-codes.ts";
import { isSecure, localPath, mayUseCookie } from "./request-origin.ts";
import type { SessionCookies } from "./session-cookie.ts";

const MAXIMUM_FORM_BYTES = 64 * 1024;
const CHECK_TIMEOUT_MS = 10_000;

/** Why a sign-in did not work; the page at /login explains each. */
export type SignInProblem = "code" | "token" | "backend" | "long";

export interface SignInOptions {
  cookies: SessionCookies;
  backendUrl: URL;
  loginCodesDir: string | undefined;
}

export function createSignIn({ cookies, backendUrl, loginCodesDir }: SignInOptions) {
  function accept(request: IncomingMessage, response: ServerResponse, token: string, next: string): void {
    try {
      const expires = tokenExpiry(token);
      const options = { secure: isSecure(request), ...(expires === undefined ? {} : { expires }) };
      response.setHeader("Set-Cookie", cookies.signIn(token, options));
    } catch (error) {
      if (error instanceof RangeError) return refuse(response, "long", next);
      throw error;
    }
    redirect(response, next);
  }

  return {
    /** `GET /login?code=…`: the link that `pilothouse up` prints. */
    async redeem(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
      const next = localPath(url.searchParams.get("next"));
      const code = url.searchParams.get("code") ?? "";
      const token = loginCodesDir === undefined ? undefined : await redeemLoginCode(loginCodesDir, code, Date.now());
      if (token !== undefined) return accept(request, response, token, next);
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
      accept(request, response, token, next);
    },

    signOut(request: IncomingMessage, response: ServerResponse): void {
      if (request.method !== "POST") return sendError(response, "METHOD_NOT_ALLOWED", "Sign out with a POST.");
      if (!mayUseCookie(request))
        return sendError(response, "CROSS_SITE_REQUEST", "Sign out from Pilothouse's own page.");
      response.setHeader("Set-Cookie", cookies.signOut({ secure: isSecure(request) }));
      redirect(response, "/login");
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

/** When a JWT ends, as it says itself. Only bounds the cookie: the backend decides whether a token is good. */
export function tokenExpiry(token: string): Date | undefined {
  const payload = token.split(".")[1];
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    const seconds = typeof claims === "object" && claims !== null && "exp" in claims ? claims.exp : undefined;
    return typeof seconds === "number" ? new Date(seconds * 1000) : undefined;
  } catch {
    return undefined;
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

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { Location: location, "Cache-Control": "no-store" });
  response.end();
}
