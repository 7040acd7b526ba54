import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, BlockList } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createKeyRing } from "./key-ring.ts";
import { createSessionCookies } from "./session-cookie.ts";
import { createShell, type ShellOptions } from "./shell.ts";

/** A backend that says what it was asked, streams events, and knows one token. */
function backendHandler(state: { closed: number }) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const authorized = request.headers.authorization === "Bearer good";
    if (request.url === "/api/me") {
      response.writeHead(authorized ? 200 : 401).end("{}");
    } else if (request.url === "/api/stream") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: one\n\n");
      response.on("close", () => (state.closed += 1));
    } else {
      response.setHeader("content-type", "application/json");
      response.setHeader("set-cookie", "backend=1");
      response.end(JSON.stringify({ url: request.url, method: request.method, headers: request.headers }));
    }
  };
}

let directory: string;
let servers: Server[];
let base: string;
let state: { closed: number };
let options: ShellOptions;
const pageRequests: IncomingMessage["headers"][] = [];
const reported: unknown[] = [];
const keys = createKeyRing([Buffer.alloc(32, 7)]);
const cookies = createSessionCookies(keys);

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pilothouse-ui-"));
  servers = [];
  state = { closed: 0 };
  pageRequests.length = 0;
  const backend = await listen(createServer(backendHandler(state)));
  options = {
    backendUrl: new URL(backend),
    keys,
    loginCodesDir: directory,
    pages: Promise.resolve((request, response) => {
      pageRequests.push({ ...request.headers });
      response.end("page");
      return Promise.resolve();
    }),
    gallery: false,
    development: false,
    report: (error) => void reported.push(error),
  };
  base = await listen(createShell(options));
});

afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await rm(directory, { recursive: true });
  for (const error of reported.splice(0)) throw error;
});

const call = (path: string, init: RequestInit = {}) => fetch(`${base}${path}`, { redirect: "manual", ...init });
const signedIn = (token = "good") =>
  cookies
    .signIn({ token }, { secure: false })
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
const cookieOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");

async function writeCode(code: string, expiresAt: number): Promise<void> {
  const name = createHash("sha256").update(code).digest("hex");
  await writeFile(
    join(directory, name),
    JSON.stringify({ token: "good", expiresAt: new Date(expiresAt).toISOString() }),
  );
}

describe("signing in", () => {
  it("redeems a link once", async () => {
    await writeCode("abc", Date.now() + 60_000);
    const first = await call("/login?code=abc");
    expect([first.status, first.headers.get("location")]).toEqual([303, "/"]);
    expect(first.headers.getSetCookie()[0]).toMatch(/; Path=\/; HttpOnly; SameSite=Lax/);
    expect(cookies.open(cookieOf(first))?.session.token).toBe("good");
    const second = await call("/login?code=abc");
    expect(second.headers.get("location")).toBe("/login?problem=code");
    expect(second.headers.getSetCookie()).toEqual([]);
  });

  it("refuses an expired link, and two at once get one sign-in between them", async () => {
    await writeCode("old", Date.now() - 1);
    expect((await call("/login?code=old")).headers.get("location")).toBe("/login?problem=code");
    await writeCode("race", Date.now() + 60_000);
    const answers = await Promise.all(Array.from({ length: 8 }, () => call("/login?code=race")));
    expect(answers.filter((answer) => answer.headers.get("location") === "/")).toHaveLength(1);
  });

  it("cannot be led out of the codes' folder", async () => {
    expect((await call("/login?code=../../etc/passwd")).headers.get("location")).toBe("/login?problem=code");
  });

  it("takes a pasted token that the backend knows, and goes on to a page of our own only", async () => {
    const submit = (
      fields: Record<string, string>,
      headers: Record<string, string> = { "sec-fetch-site": "same-origin" },
    ) => call("/login", { method: "POST", body: new URLSearchParams(fields), headers });
    const good = await submit({ token: " good ", next: "/projects/a/sessions?x=1" });
    expect(good.headers.get("location")).toBe("/projects/a/sessions?x=1");
    expect(cookies.open(cookieOf(good))?.session.token).toBe("good");
    expect((await submit({ token: "good", next: "//evil.example/x" })).headers.get("location")).toBe("/");
    expect((await submit({ token: "good", next: "/\\evil.example" })).headers.get("location")).toBe("/");
    expect((await submit({ token: "bad" })).headers.get("location")).toBe("/login?problem=token");
    expect((await submit({ token: "two words" })).headers.get("location")).toBe("/login?problem=token");
    expect((await submit({ token: "good" }, { "sec-fetch-site": "cross-site" })).status).toBe(403);
  });

  it("ends with a POST of our own page, not with a link", async () => {
    expect((await call("/logout")).status).toBe(405);
    const out = await call("/logout", { method: "POST", headers: { origin: base } });
    expect(out.headers.getSetCookie().every((cookie) => cookie.includes("Max-Age=0"))).toBe(true);
  });
});

describe("the proxy", () => {
  it("adds the token and nothing of the browser's own", async () => {
    const answer = await call("/api/things?q=%2e%2e%2f", {
      headers: {
        cookie: signedIn(),
        authorization: "Bearer stolen",
        "x-forwarded-access-token": "stolen",
        accept: "application/json",
      },
    });
    const seen = (await answer.json()) as { url: string; headers: Record<string, string> };
    expect(seen.url).toBe("/api/things?q=%2e%2e%2f");
    expect(seen.headers["authorization"]).toBe("Bearer good");
    expect(seen.headers).not.toHaveProperty("cookie");
    expect(seen.headers).not.toHaveProperty("x-forwarded-access-token");
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(answer.headers.get("content-security-policy")).toContain("sandbox");
  });

  it("answers 401 without a cookie, or with one that was tampered with", async () => {
    expect((await call("/api/things")).status).toBe(401);
    const forged = signedIn().replace(/=(.)/, (_, first: string) => `=${first === "A" ? "B" : "A"}`);
    expect((await call("/api/things", { headers: { cookie: forged } })).status).toBe(401);
  });

  it.each([
    ["of our own page", { "sec-fetch-site": "same-origin" }, 200],
    ["of another site", { "sec-fetch-site": "cross-site" }, 403],
    ["of a sibling host", { "sec-fetch-site": "same-site" }, 403],
    ["of an old browser on another site", { origin: "https://evil.example" }, 403],
    ["that does not say where it comes from", {}, 403],
  ])("a write %s", async (_, headers, status) => {
    const answer = await call("/api/things", {
      method: "POST",
      body: "{}",
      headers: { cookie: signedIn(), ...headers },
    });
    expect(answer.status).toBe(status);
  });

  it("passes events on as they come, and tells the backend when the reader leaves", async () => {
    const controller = new AbortController();
    const answer = await call("/api/stream", { headers: { cookie: signedIn() }, signal: controller.signal });
    const reader = answer.body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value)).toBe("data: one\n\n");
    expect(answer.headers.get("cache-control")).toContain("no-transform");
    controller.abort();
    await expect.poll(() => state.closed).toBe(1);
  });

  it("says so when the backend is gone", async () => {
    const backend = servers[0];
    backend?.closeAllConnections();
    await new Promise((resolve) => backend?.close(resolve));
    const answer = await call("/api/things", { headers: { cookie: signedIn() } });
    const { code, error } = (await answer.json()) as { code: string; error: string };
    expect([answer.status, code]).toEqual([502, "BACKEND_UNREACHABLE"]);
    // Where it is, and why it cannot be reached, is told to the log alone.
    expect(error).not.toMatch(/127\.0\.0\.1|ECONN/);
    expect(String(reported.pop())).toMatch(/ECONN/);
  });
});

describe("the token of a proxy that signs people in", () => {
  const forwarded = { "x-forwarded-access-token": "good" };

  /** The same server, told to trust these addresses. */
  async function trusting(address: string): Promise<string> {
    const trustedProxies = new BlockList();
    trustedProxies.addAddress(address);
    const shell = createShell({ ...options, trustedProxies, proxySignOutUrl: "/oauth2/sign_out" });
    return listen(shell);
  }

  it("is believed when the proxy is trusted, before any cookie", async () => {
    const address = await trusting("127.0.0.1");
    const answer = await fetch(`${address}/api/things`, { headers: { ...forwarded, cookie: signedIn("another") } });
    const seen = (await answer.json()) as { headers: Record<string, string> };
    expect(seen.headers["authorization"]).toBe("Bearer good");
    await fetch(`${address}/projects`, { headers: forwarded });
    expect(pageRequests.at(-1)?.["x-pilothouse-access-token"]).toBe("good");
  });

  it("is nobody's from any other address, or where no proxy is trusted", async () => {
    const address = await trusting("10.0.0.1");
    expect((await fetch(`${address}/api/things`, { headers: forwarded })).status).toBe(401);
    expect((await call("/api/things", { headers: forwarded })).status).toBe(401);
  });

  it("opens no way for other sites, and is given up at the proxy", async () => {
    const address = await trusting("127.0.0.1");
    const post = (path: string, site: string) =>
      fetch(`${address}${path}`, {
        method: "POST",
        redirect: "manual",
        headers: { ...forwarded, "sec-fetch-site": site },
      });
    expect((await post("/api/things", "cross-site")).status).toBe(403);
    expect((await post("/logout", "cross-site")).status).toBe(403);
    expect((await post("/logout", "same-origin")).headers.get("location")).toBe("/oauth2/sign_out");
  });
});

describe("pages", () => {
  it("lead to sign-in and back", async () => {
    expect((await call("/projects/a?x=1")).headers.get("location")).toBe("/login?next=%2Fprojects%2Fa%3Fx%3D1");
    expect((await call("/")).headers.get("location")).toBe("/login");
    expect((await call("/gallery")).headers.get("location")).toContain("/login");
  });

  it("know where they are, whatever the request says of it", async () => {
    const headers = { cookie: signedIn(), "x-pilothouse-place": "/elsewhere" };
    await call("/projects/a/sessions?show=ended&_rsc=1x2", { headers });
    expect(pageRequests[0]?.["x-pilothouse-place"]).toBe("/projects/a/sessions?show=ended");
  });

  it("get the caller's token from us alone, and a nonce of their own", async () => {
    await call("/projects", { headers: { cookie: signedIn(), "x-pilothouse-access-token": "forged" } });
    const answer = await call("/login", {
      headers: { "x-pilothouse-access-token": "forged", "content-security-policy": "script-src *" },
    });
    expect(pageRequests.map((headers) => headers["x-pilothouse-access-token"])).toEqual(["good", undefined]);
    const nonces = pageRequests.map(
      (headers) => /'nonce-([^']+)'/.exec(String(headers["content-security-policy"]))?.[1],
    );
    expect(new Set(nonces).size).toBe(2);
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toContain(`'nonce-${nonces[1]}'`);
    expect(policy).not.toContain("unsafe-inline");
    expect(policy).not.toMatch(/https?:/);
  });
});
