/** Single sign-on in the browser, from a provider's sign-in page to its sign-out, against a whole installation. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { CLIENT, IdentityProvider } from "./support/identity-provider.ts";
import { Installation } from "./support/installation.ts";

/** Their names make a token that no single cookie holds. */
const GROUPS = Array.from({ length: 150 }, (_, index) => `department-${index}-of-the-company`);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** From our sign-in page through the provider's. */
async function signIn(page: Page, user: string): Promise<void> {
  await page.getByRole("link", { name: "Sign in with single sign-on" }).click();
  await page.locator("input[name=login]").fill(user);
  await page.locator("input[name=password]").fill("any");
  await page.getByRole("button", { name: /sign-in/i }).click();
  await consent(page);
}

/** The provider asks it at each sign-in, since it is to give a refresh token. */
async function consent(page: Page): Promise<void> {
  await page.getByRole("button", { name: /continue/i }).click();
}

/** As a page of ours asks. */
async function call(page: Page, path: string, body?: unknown) {
  return page.evaluate(
    async ([address, content]) => {
      const headers = { "content-type": "application/json" };
      const init = content === undefined ? {} : { method: "POST", body: content, headers };
      const answer = await fetch(`/api${address}`, init);
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    },
    [path, body === undefined ? undefined : JSON.stringify(body)] as const,
  );
}

async function sessionCookies(context: BrowserContext, ui: string) {
  return (await context.cookies(ui)).filter(({ name }) => name.startsWith("pilothouse-"));
}

test("a user of a provider signs in, stays signed in, comes back after the end, and signs out", async ({ browser }) => {
  test.setTimeout(300_000);
  const ui = `http://127.0.0.1:${await freePort()}`;
  const identities = await IdentityProvider.start(ui, GROUPS);
  const folder = mkdtempSync(join(tmpdir(), "pilothouse-sso-"));
  const secretFile = join(folder, "secret");
  writeFileSync(secretFile, CLIENT.secret, { mode: 0o600 });
  const installation = new Installation({
    args: ["--port", new URL(ui).port],
    env: {
      PILOTHOUSE_OIDC_ISSUER: identities.issuer,
      PILOTHOUSE_OIDC_CLIENT_ID: CLIENT.id,
      PILOTHOUSE_OIDC_CLIENT_SECRET_FILE: secretFile,
      PILOTHOUSE_OIDC_GROUPS_CLAIM: "groups",
    },
  });
  const context = await browser.newContext();
  try {
    await installation.up();
    const page = await context.newPage();
    await page.goto(`${ui}/projects`);
    await signIn(page, "ada");
    await expect(page).toHaveURL(`${ui}/projects`);
    const me = await call(page, "/me");
    expect(me).toMatchObject({ status: 200, body: { userId: "ada" } });
    expect(me.body["groups"]).toEqual(expect.arrayContaining([GROUPS[0], GROUPS.at(-1)]));
    const cookies = await sessionCookies(context, ui);
    expect(cookies.length).toBeGreaterThan(1);
    for (const { httpOnly, value } of cookies) expect([httpOnly, value.includes("eyJ")]).toEqual([true, false]);

    // A page of another site can use the cookie, but not to change anything.
    const forged = await context.request.post(`${ui}/api/projects`, {
      data: { name: "forged" },
      headers: { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
    });
    expect(forged.status()).toBe(403);
    expect((await call(page, "/projects", { name: "sso" })).status).toBe(201);
    await installation.eventually("the project", async () =>
      (await call(page, "/projects/sso/agentic-sessions")).status === 200 ? true : undefined,
    );

    // Tokens that end every few seconds are renewed on the way, for two tabs at once.
    const second = await context.newPage();
    identities.lifetime = 4;
    await page.goto(`${ui}/login/provider?next=/projects/sso/new`);
    await consent(page);
    await expect(page).toHaveURL(`${ui}/projects/sso/new`);
    await second.goto(`${ui}/projects/sso`);
    for (let round = 0; round < 4; round += 1) {
      const answers = await Promise.all([page, second, page, second].map(async (tab) => call(tab, "/me")));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      await page.waitForTimeout(1_500);
    }
    expect(identities.renewals).toBeGreaterThan(0);

    // The provider ends it: the page stays, with what was typed, and goes on after another sign-in.
    const task = page.getByLabel("Task");
    await task.fill("A long text that nobody wants to type twice");
    identities.hasEnded = true;
    const note = page.getByRole("alert").filter({ hasText: "Your sign-in has ended" });
    await expect(async () => {
      await call(page, "/me");
      await expect(note).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 60_000 });
    await expect(task).toHaveValue("A long text that nobody wants to type twice");
    expect((await call(second, "/me")).status).toBe(401);
    identities.hasEnded = false;
    identities.lifetime = 3600;
    const [tab] = await Promise.all([context.waitForEvent("page"), note.getByRole("link").click()]);
    await tab.getByRole("link", { name: "Sign in with single sign-on" }).click();
    await consent(tab);
    await expect(note).toHaveCount(0);
    await expect(task).toHaveValue("A long text that nobody wants to type twice");
    expect((await call(page, "/me")).body["userId"]).toBe("ada");

    // Here and at the provider.
    await page.getByRole("button", { name: /ada/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("button", { name: /yes/i }).click();
    await expect(page).toHaveURL(new RegExp(`^${ui}/login`));
    expect(await sessionCookies(context, ui)).toEqual([]);
    await page.goto(`${ui}/projects`);
    await page.getByRole("link", { name: "Sign in with single sign-on" }).click();
    await expect(page.locator("input[name=login]")).toBeVisible();
  } finally {
    await context.close();
    await installation.remove();
    await identities.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
