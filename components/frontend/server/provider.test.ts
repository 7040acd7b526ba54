/** Signing in at a real OpenID Connect provider, whose tokens a real Kubernetes API takes. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalCluster, startLocalCluster } from "@pilothouse/local-cluster";
import OidcProvider from "oidc-provider";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createKeyRing } from "./key-ring.ts";
import { createProvider } from "./provider.ts";
import { createSessionCookies } from "./session-cookie.ts";
import { createShell } from "./shell.ts";

const SECRET = "a-client-secret-of-the-test";
const keys = createKeyRing([Buffer.alloc(32, 5)]);
const cookies = createSessionCookies(keys);
const closers: (() => Promise<void> | void)[] = [];
const reported: unknown[] = [];
let issuer: string;
let base: string;
/** What the provider says the ID token's life is, in seconds. */
let lifetime = 3600;

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The backend's part: hands the token on to Kubernetes, and says who that says it is. */
async function startBackend(cluster: LocalCluster): Promise<string> {
  const ca = await readFile(cluster.caFile);
  const whoIs = (authorization: string) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const url = new URL("/apis/authentication.k8s.io/v1/selfsubjectreviews", cluster.url);
      const headers = { authorization, "content-type": "application/json" };
      const asked = httpsRequest(url, { method: "POST", ca, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      });
      asked.on("error", reject);
      asked.end(JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" }));
    });
  return listen(
    createServer((request: IncomingMessage, response: ServerResponse) => {
      void whoIs(request.headers.authorization ?? "").then(({ status, text }) => {
        response.writeHead(status === 201 ? 200 : status, { "content-type": "application/json" }).end(text);
      });
    }),
  );
}

/** The provider, with its own development pages for sign-in and consent; any name and password will do there. */
async function startProvider(redirectUri: () => string): Promise<string> {
  const inner: { handle?: (request: IncomingMessage, response: ServerResponse) => void } = {};
  const url = await listen(createServer((request, response) => inner.handle?.(request, response)));
  const provider = new OidcProvider(url, {
    clients: [
      {
        client_id: "pilothouse",
        client_secret: SECRET,
        redirect_uris: [redirectUri()],
        post_logout_redirect_uris: [new URL("/login", redirectUri()).href],
        grant_types: ["authorization_code", "refresh_token"],
      },
    ],
    scopes: ["openid", "profile", "offline_access"],
    claims: { openid: ["sub"], profile: ["groups"] },
    conformIdTokenClaims: false,
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, groups: ["engineers"] }) }),
    pkce: { required: () => true },
    rotateRefreshToken: true,
    cookies: { keys: ["a-key-of-the-test"] },
    features: { revocation: { enabled: true }, rpInitiatedLogout: { enabled: true } },
    ttl: {
      IdToken: () => lifetime,
      AccessToken: 3600,
      Grant: 3600,
      Interaction: 3600,
      Session: 3600,
      RefreshToken: 3600,
    },
  });
  const handle = provider.callback();
  inner.handle = (request, response) => void handle(request, response);
  return url;
}

beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "pilothouse-oidc-"));
  closers.push(() => rm(dataDir, { recursive: true, force: true }));
  // Addresses are needed on all sides before any side starts.
  const front: { shell?: Server } = {};
  base = await listen(createServer((request, response) => front.shell?.emit("request", request, response)));
  issuer = await startProvider(() => `${base}/login/callback`);
  const cluster = await startLocalCluster({
    dataDir,
    controllers: false,
    oidc: { issuerUrl: issuer, clientId: "pilothouse" },
  });
  closers.push(() => cluster.stop());
  front.shell = createShell({
    backendUrl: new URL(await startBackend(cluster)),
    keys,
    loginCodesDir: undefined,
    provider: createProvider({
      issuer: new URL(issuer),
      clientId: "pilothouse",
      clientSecret: SECRET,
      scope: "openid profile offline_access",
      token: "id_token",
      publicUrl: new URL(base),
      label: "Example",
    }),
    pages: Promise.resolve((request, response) => {
      response.end(`page ${String(request.headers["x-pilothouse-provider"])}`);
      return Promise.resolve();
    }),
    gallery: false,
    development: false,
    report: (error) => reported.push(error),
  });
});

afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

beforeEach(() => {
  lifetime = 3600;
  reported.length = 0;
});

/** What a browser does: keeps cookies per host, sends those of a path, and follows redirects when told to. */
class Browser {
  readonly #jars = new Map<string, Map<string, { value: string; path: string }>>();

  cookieHeader(url: URL): string {
    const jar = this.#jars.get(url.host) ?? new Map<string, { value: string; path: string }>();
    return [...jar]
      .filter(([, { path }]) => url.pathname.startsWith(path))
      .map(([name, { value }]) => `${name}=${value}`)
      .join("; ");
  }

  async go(address: string, init: { method?: string; body?: URLSearchParams; headers?: Record<string, string> } = {}) {
    const url = new URL(address, base);
    const response = await fetch(url, {
      ...init,
      redirect: "manual",
      headers: { ...init.headers, cookie: this.cookieHeader(url) },
    });
    const jar = this.#jars.get(url.host) ?? new Map<string, { value: string; path: string }>();
    this.#jars.set(url.host, jar);
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      const path = /; path=([^;]+)/i.exec(cookie)?.[1] ?? "/";
      const isGone = /max-age=0|expires=Thu, 01 Jan 1970/i.test(cookie);
      if (isGone) jar.delete(name);
      else jar.set(name, { value, path });
    }
    const text = await response.text();
    return { response, text, location: response.headers.get("location") ?? undefined, url };
  }

  /** Follows redirects, and fills in the provider's forms on the way, until a page of ours is reached. */
  async signIn(start: string, user: string) {
    let at = await this.go(start);
    for (let step = 0; step < 15; step += 1) {
      if (at.location !== undefined) at = await this.go(new URL(at.location, at.url).href);
      else if (at.url.origin === issuer) at = await this.go(...formOf(at.text, at.url, user));
      else return at;
    }
    throw new Error(`the sign-in did not end: ${at.url.href}`);
  }

  whoAmI = async (headers: Record<string, string> = {}): Promise<string> => {
    const { response, text } = await this.go("/api/me", { headers });
    if (!response.ok) return String(response.status);
    return (JSON.parse(text) as { status: { userInfo: { username: string } } }).status.userInfo.username;
  };

  session = () => cookies.open(this.cookieHeader(new URL(base)))?.session;
}

function formOf(html: string, url: URL, user: string): Parameters<Browser["go"]> {
  const action = /<form[^>]*action="([^"]+)"/.exec(html)?.[1];
  if (action === undefined) throw new Error(`no form on ${url.href}: ${html.slice(0, 500)}`);
  const fields = new URLSearchParams({ login: user, password: "x" });
  for (const [, name = "", value = ""] of html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g))
    fields.set(name, value);
  return [new URL(action, url).href, { method: "POST", body: fields }];
}

describe("signing in at a provider", () => {
  it("ends where it began, as the user that Kubernetes knows, and no token reaches the browser", async () => {
    const browser = new Browser();
    const end = await browser.signIn("/login/provider?next=/projects/a%3Fx=1", "ada");
    expect([end.url.pathname + end.url.search, end.text]).toEqual(["/projects/a?x=1", "page Example"]);
    expect(await browser.whoAmI()).toBe("ada");
    const session = browser.session();
    expect(session?.token.split(".")).toHaveLength(3);
    expect(session?.refreshToken).toBeDefined();
    const held = browser.cookieHeader(new URL(base));
    expect(held).not.toContain(session?.token);
    expect(held).not.toContain("flow");
  });

  it("asks with PKCE, a state and a nonce, and goes on to no other host", async () => {
    const { location } = await new Browser().go("/login/provider?next=//evil.example/");
    const asked = new URL(location ?? "").searchParams;
    expect(asked.get("code_challenge_method")).toBe("S256");
    for (const name of ["code_challenge", "state", "nonce"]) expect(asked.get(name)?.length).toBeGreaterThan(20);
    const end = await new Browser().signIn("/login/provider?next=//evil.example/", "ada");
    expect(end.url.href).toBe(`${base}/`);
  });

  it("takes an answer only from the browser that asked, and only once", async () => {
    const victim = new Browser();
    const attacker = new Browser();
    let at = await attacker.go("/login/provider");
    while (at.location?.startsWith(`${base}/login/callback`) !== true)
      at =
        at.location === undefined
          ? await attacker.go(...formOf(at.text, at.url, "eve"))
          : await attacker.go(new URL(at.location, at.url).href);
    const answer = at.location;
    expect((await victim.go(answer)).location).toBe("/login?problem=flow");
    expect(victim.session()).toBeUndefined();
    expect((await attacker.go(answer)).location).toBe("/");
    expect((await attacker.go(answer)).location).toBe("/login?problem=flow");
    expect((await victim.go("/login/callback?error=access_denied&state=x")).location).toBe("/login?problem=flow");
  });

  it("says so when the provider refuses", async () => {
    const browser = new Browser();
    const { location } = await browser.go("/login/provider?next=/projects");
    const state = new URL(location ?? "").searchParams.get("state") ?? "";
    const end = await browser.go(
      `/login/callback?${new URLSearchParams({ error: "access_denied", state, iss: issuer }).toString()}`,
    );
    expect(end.location).toBe("/login?problem=denied&next=%2Fprojects");
    expect(reported).toHaveLength(1);
  });

  it("renews a token before it ends, once for all requests that come together", async () => {
    lifetime = 30;
    const browser = new Browser();
    await browser.signIn("/login/provider", "grace");
    const former = browser.session();
    lifetime = 3600;
    const held = browser.cookieHeader(new URL(base));
    // As a page does: several requests at once, all with the cookie of before.
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => fetch(`${base}/api/me`, { headers: { cookie: held } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
    expect(await browser.whoAmI()).toBe("grace");
    const renewed = browser.session();
    expect(renewed?.token).not.toBe(former?.token);
    expect(renewed?.refreshToken).not.toBe(former?.refreshToken);
    expect((renewed?.expiresAt ?? 0) - (former?.expiresAt ?? 0)).toBeGreaterThan(3_000_000);
    expect(await browser.whoAmI()).toBe("grace");
  });

  it("ends when the provider has ended it, with the cookie taken back", async () => {
    lifetime = 1;
    const browser = new Browser();
    await browser.signIn("/login/provider", "grace");
    const session = browser.session();
    const revoked = await fetch(`${issuer}/token/revocation`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`pilothouse:${SECRET}`).toString("base64")}` },
      body: new URLSearchParams({ token: session?.refreshToken ?? "" }),
    });
    expect(revoked.status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await browser.whoAmI()).toBe("401");
    expect(browser.session()).toBeUndefined();
  });

  it("is undone here and at the provider", async () => {
    const browser = new Browser();
    await browser.signIn("/login/provider", "ada");
    const headers = { accept: "application/json", "sec-fetch-site": "same-origin" };
    expect(
      (await browser.go("/logout", { method: "POST", headers: { accept: "application/json" } })).response.status,
    ).toBe(403);
    const { text } = await browser.go("/logout", { method: "POST", headers });
    const { location } = JSON.parse(text) as { location: string };
    expect(location.startsWith(`${issuer}/session/end?`)).toBe(true);
    expect(new URL(location).searchParams.get("post_logout_redirect_uri")).toBe(`${base}/login`);
    expect(await browser.whoAmI()).toBe("401");
    const end = await browser.signIn(location, "ada");
    expect(end.url.href.startsWith(`${base}/login`)).toBe(true);
    // The provider asks for a name again: its session is over too.
    const again = await browser.go("/login/provider");
    const asked = await browser.go(again.location ?? "");
    expect(asked.location).toContain("/interaction/");
  });
});
