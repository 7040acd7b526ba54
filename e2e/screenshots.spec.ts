/**
 * Every page and the gallery of messages, light and dark, on a desktop and a phone: no violation, nothing wider than the
 * screen, no error in the console. The pictures are kept in test-results/screenshots, to be looked at.
 */
import { mkdirSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import { expectNoViolation } from "./support/accessible.ts";
import { Installation } from "./support/installation.ts";

const FOLDER = fileURLToPath(new URL("test-results/screenshots", import.meta.url));
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const PROJECT = "quay";

test.describe.serial("screenshots", () => {
  let installation: Installation;
  let page: Page;
  let token: string;
  const problems: string[] = [];

  test.beforeAll(async ({ browser }) => {
    mkdirSync(FOLDER, { recursive: true });
    installation = new Installation({ env: { PILOTHOUSE_GALLERY: "1" } });
    await installation.up();
    token = await installation.token(userInfo().username);
    page = await browser.newPage({ reducedMotion: "reduce" });
    page.on("console", (message) => (message.type() === "error" ? problems.push(message.text()) : undefined));
    page.on("pageerror", (error) => problems.push(error.message));
    await page.goto(installation.link);
    await expect(page).toHaveURL(/\/projects$/);
  });
  test.afterAll(async () => {
    await page.close();
    await installation.remove();
  });

  /** The page as it stands, in both themes and sizes. */
  async function judge(name: string): Promise<void> {
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await expectNoViolation(page, `${name}, ${size}, ${colorScheme}`);
        const tooWide = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
        expect(tooWide, `${name}, ${size}: pixels beyond the screen`).toBeLessThanOrEqual(0);
        await page.screenshot({ path: join(FOLDER, `${name}.${size}.${colorScheme}.png`) });
      }
    }
    await page.setViewportSize(SIZES.desktop);
    await page.emulateMedia({ colorScheme: null });
    expect(problems.splice(0), name).toEqual([]);
  }
  const open = (path: string) => page.goto(`${installation.endpoints.ui}${path}`);
  const api = (method: string, path: string, body?: unknown) => installation.api(token, method, path, body);

  test("of what a new user sees", async () => {
    await expect(page.getByRole("heading", { name: "Start with a project" })).toBeVisible();
    await judge("first-project");
    await page.getByRole("button", { name: "New project" }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await judge("new-project");
    await page.keyboard.press("Escape");
  });

  test("of a project without sessions", async () => {
    await api("POST", "/projects", { name: PROJECT, displayName: "The quay", description: "Where ships lie" });
    await installation.eventually("the project", async () => {
      const { body } = await api("GET", `/projects/${PROJECT}`);
      return body.status === "Ready" ? true : undefined;
    });
    await open("/projects");
    await expect(page.getByRole("link", { name: /The quay/ })).toBeVisible();
    await judge("projects");
    await open(`/projects/${PROJECT}/sessions`);
    await expect(page.getByRole("heading", { name: "No sessions yet" })).toBeVisible();
    await judge("no-sessions");
  });

  test("of the form for a session", async () => {
    await open(`/projects/${PROJECT}/new?prompt=Paint%20the%20hull&repo=https%3A%2F%2Fexample.com%2Fhull.git`);
    await expect(page.getByText("Claude Code needs ANTHROPIC_API_KEY in this project.")).toBeVisible();
    await page.getByRole("button", { name: "More options" }).click();
    await judge("new-session");
  });

  test("of each page of the settings", async () => {
    for (const name of ["general", "secrets", "integrations", "tools", "members", "keys", "flags"]) {
      await open(`/projects/${PROJECT}/settings/${name}`);
      await expect(page.getByRole("main").getByRole("heading", { level: 2 }).first()).toBeVisible();
      await judge(`settings-${name}`);
    }
  });

  test("of a list, and of a session with its panel", async () => {
    for (const name of ["painting", "caulking"]) {
      const session = { name, displayName: `The ${name}`, runnerType: "replay", initialPrompt: "Go" };
      const speed = { environmentVariables: { REPLAY_RECORDING: "fix-the-flaky-test", REPLAY_SPEED: "0" } };
      await api("POST", `/projects/${PROJECT}/agentic-sessions`, { ...session, ...speed });
    }
    await open(`/projects/${PROJECT}/sessions`);
    const waiting = page.getByRole("main").getByText("Waiting for you").filter({ visible: true });
    await expect(waiting).toHaveCount(2);
    await page.getByRole("button", { name: "Filters" }).click();
    await judge("sessions");
    await page.getByRole("link", { name: "The painting" }).last().click();
    await expect(page.getByRole("region", { name: "Conversation" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Answer" }).first()).toBeVisible();
    await judge("session");
    await page.getByRole("button", { name: "Show panel" }).click();
    await page.getByRole("tab", { name: "Details" }).click();
    await expect(page.getByText("RunnerReady").first()).toBeVisible();
    await judge("session-details");
  });

  test("of what is not there", async () => {
    await open(`/projects/${PROJECT}/sessions/sunk`);
    await expect(page.getByRole("heading", { name: "There is no such session" })).toBeVisible();
    problems.length = 0; // The browser tells of the 404 that is meant.
    await judge("no-such-session");
  });

  test("of the gallery", async () => {
    await open("/gallery");
    await expect(page.getByRole("main")).toBeVisible();
    await judge("gallery");
  });
});
