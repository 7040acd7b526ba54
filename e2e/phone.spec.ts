/** The way of a person with a phone: the drawer, a project, a session, its answer, its panel, and back. */
import { userInfo } from "node:os";
import { expect, type Page, test } from "@playwright/test";
import { expectAccessible } from "./support/accessible.ts";
import { Installation } from "./support/installation.ts";

test.describe.serial("on a phone", () => {
  let installation: Installation;
  let page: Page;

  test.beforeAll(async ({ browser }, { project }) => {
    installation = new Installation();
    await installation.up();
    const { viewport, hasTouch } = project.use;
    page = await browser.newPage({ ...(viewport === undefined ? {} : { viewport }), hasTouch: hasTouch === true });
    await page.goto(installation.link);
  });
  test.afterAll(async () => {
    await page.close();
    await installation.remove();
  });

  const expectNoSideways = async () =>
    expect(await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);

  test("a project is made, and the first session started from it", async () => {
    await page.getByRole("button", { name: "New project" }).tap();
    await page.getByRole("dialog").getByLabel("Display name").fill("Dinghy");
    await expect(page.getByRole("dialog").getByLabel("Name", { exact: true })).toHaveValue("dinghy");
    await page.getByRole("dialog").getByRole("button", { name: "Create" }).tap();
    // A project that is ready at once is opened; one that takes a moment waits on the list.
    const card = page.getByRole("main").getByRole("link", { name: /Dinghy/ });
    const inside = page.getByRole("heading", { name: "No sessions yet" });
    await expect(async () => {
      if (!(await inside.isVisible())) await card.tap({ timeout: 1000 });
      await expect(inside).toBeVisible({ timeout: 3000 });
    }).toPass();
    await page.getByRole("main").getByRole("link", { name: "New session" }).tap();
    await page.getByRole("button", { name: /^Runner, Model/ }).tap();
    await page.getByRole("menuitem", { name: /recorded session/ }).tap();
    await page.getByLabel("Task").fill("Show me the recording");
    await expectNoSideways();
    await page.getByRole("button", { name: "Start session" }).tap();
    await expect(page).toHaveURL(/\/sessions\/[a-z0-9-]+$/);
    await expect(page.getByRole("region", { name: "Conversation" })).toBeVisible();
    await expectNoSideways();
  });

  test("the panel covers the conversation, and gives it back", async () => {
    await page.getByRole("button", { name: "Show panel" }).tap();
    await page.getByRole("tab", { name: "Details" }).tap();
    await expect(page.getByText("RunnerReady").first()).toBeVisible();
    await expectNoSideways();
    await expectAccessible(page);
    await page.getByRole("complementary", { name: "Details" }).getByRole("button", { name: "Close" }).tap();
    await expect(page.getByRole("textbox", { name: "Message" })).toBeVisible();
  });

  test("the drawer leads to the sessions, where one is found, stopped and deleted", async () => {
    await page.getByRole("button", { name: "Open navigation" }).tap();
    await page.getByRole("dialog").getByRole("link", { name: "Sessions", exact: true }).tap();
    await expect(page.getByRole("heading", { level: 1, name: "Sessions" })).toBeVisible();
    await page.getByLabel("Search sessions").fill("recording");
    const row = page.getByRole("main").getByRole("listitem").filter({ hasText: "Show me the recording" });
    await expect(row).toHaveCount(1);
    await expectNoSideways();
    await page.getByLabel("Select all on this page").check();
    await page.getByRole("button", { name: "Delete", exact: true }).tap();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).tap();
    await expect(row).toHaveCount(0);
    const token = await installation.token(userInfo().username);
    await installation.eventually("the deletion", async () => {
      const { body } = await installation.api(token, "GET", "/projects/dinghy/agentic-sessions");
      return body.totalCount === 0 ? true : undefined;
    });
  });
});
