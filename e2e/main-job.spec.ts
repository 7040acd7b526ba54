/** The main job, as a newcomer does it: from the printed link to an agent's finished work, in the browser. */
import { execFile } from "node:child_process";
import { userInfo } from "node:os";
import { promisify } from "node:util";
import { expect, type Page, test } from "@playwright/test";
import type { ModelSimulator } from "@pilothouse/model-simulator";
import { type GitServer, startGitServer } from "./support/git-server.ts";
import { Installation } from "./support/installation.ts";
import { kubectl } from "./support/kubectl.ts";
import { GREETING, GREETING_FILE, startSimulatedModel } from "./support/simulated-model.ts";
import { collectEvents, textOf } from "./support/transcript.ts";

const run = promisify(execFile);

test.describe.serial("the main job", () => {
  let installation: Installation;
  let model: ModelSimulator;
  let git: GitServer;
  let page: Page;
  let sessionName: string;

  test.beforeAll(async ({ browser }) => {
    model = await startSimulatedModel();
    git = await startGitServer("web-app", { "README.md": "# Web app\n", "src/index.js": "console.log('hi');\n" });
    installation = new Installation({ env: { ANTHROPIC_UPSTREAM_URL: model.url } });
    await installation.up();
    page = await browser.newPage();
  });
  test.afterAll(async () => {
    await page.close();
    await installation.remove();
    await model.stop();
    await git.stop();
  });

  const conversation = () => page.getByRole("region", { name: "Conversation" });
  const status = (word: string) => page.getByRole("main").getByText(word, { exact: true }).first();

  test("the printed link signs in once, and the token stays out of the page", async () => {
    await page.goto(installation.link);
    await expect(page).toHaveURL(/\/projects$/);
    const cookies = await page.context().cookies();
    expect(cookies.every((cookie) => cookie.httpOnly)).toBe(true);
    expect(await page.evaluate("document.cookie + JSON.stringify(localStorage)")).not.toContain("eyJ");
    const again = await fetch(installation.link, { redirect: "manual" });
    expect(again.headers.get("set-cookie") ?? "").not.toMatch(/pilothouse[^=]*=[^;]{40}/);
  });

  test("a project is created, and its model key is set", async () => {
    await page.getByRole("button", { name: "New project" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Display name").fill("Team A");
    await expect(dialog.getByLabel("Name", { exact: true })).toHaveValue("team-a");
    await dialog.getByRole("button", { name: "Create" }).click();
    await expect(page).toHaveURL(/\/projects\/team-a/);
    await page.goto(`${installation.endpoints.ui}/projects/team-a/settings/secrets`);
    const key = page.getByRole("listitem").filter({ hasText: "ANTHROPIC_API_KEY" });
    await key.locator("input").fill("sk-ant-test");
    await key.getByRole("button", { name: "Save" }).click();
    await expect(key.getByText("Not set")).toHaveCount(0);
  });

  test("a session is created on a git repository", async () => {
    await page.goto(`${installation.endpoints.ui}/projects/team-a/new`);
    await page.getByLabel("Task").fill("Please write a greeting into this repository");
    await page.getByRole("button", { name: "Add repository" }).click();
    await page.getByLabel("Repository URL").fill(git.url);
    await page.getByRole("button", { name: "Start session" }).click();
    await expect(page).toHaveURL(/\/sessions\/[a-z0-9-]+$/);
    sessionName = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  });

  test("the agent works in view: it thinks, writes a file, runs a command, and asks", async () => {
    await expect(status("Waiting for you")).toBeVisible({ timeout: 60_000 });
    await expect(conversation().getByText("I will write the file first.")).toBeVisible();
    await expect(conversation().getByText(/Thought/)).toBeVisible();
    await expect(conversation().getByText(GREETING_FILE).first()).toBeVisible();
    await expect(conversation().getByText(GREETING).first()).toBeVisible();
    await expect(conversation().getByText(`?? ${GREETING_FILE}`)).toBeVisible();
  });

  test("the question is answered, and the agent finishes", async () => {
    await page.getByRole("radio", { name: /Green/ }).click();
    await page.getByRole("button", { name: "Answer", exact: true }).click();
    await expect(conversation().getByText("is written, and the colour is chosen.")).toBeVisible({ timeout: 30_000 });
    const answered = model.requests.findLast((request) => request.rule === "work");
    expect(JSON.stringify(answered?.body)).toContain("Green");
    await expect(page.getByText(/\$0\.\d+/).first()).toBeVisible();
  });

  test("the same page after a reload shows the same conversation", async () => {
    const before = await conversation().innerText();
    await page.reload();
    await expect(conversation().getByText("is written, and the colour is chosen.")).toBeVisible();
    const words = (text: string) =>
      text
        .replaceAll(/\b(now|\d+\s?[smh])\b/g, "")
        .split(/\s+/)
        .join(" ");
    expect(words(await conversation().innerText())).toBe(words(before));
  });

  test("kubectl tells the same story", async () => {
    const ask = async (...args: string[]) => {
      const { stdout } = await run(await kubectl(), args, {
        env: { ...process.env, KUBECONFIG: installation.kubeconfig },
      });
      return stdout;
    };
    const table = await ask("get", "agenticsessions", "-n", "team-a");
    expect(table).toMatch(new RegExp(`${sessionName}\\s+Running\\s+claude-agent-sdk\\s+claude-sonnet-5-5\\s+idle`));
    const result = await ask("get", "as", sessionName, "-n", "team-a", "-o", "jsonpath={.status.agent.result.text}");
    expect(result).toContain("the colour is chosen");
    const logs = await ask("logs", "-n", "team-a", "-l", "pilothouse.dev/session=" + sessionName, "-c", "runner");
    expect(logs.length).toBeGreaterThan(0);
  });

  test("a stop ends the pod, and the transcript stays readable", async () => {
    await page.getByRole("button", { name: "Stop" }).click();
    const confirm = page.getByRole("dialog").or(page.getByRole("alertdialog")).getByRole("button", { name: /stop/i });
    if (await confirm.isVisible().catch(() => false)) await confirm.click();
    await expect(status("Stopped")).toBeVisible({ timeout: 30_000 });
    const { stdout } = await run(await kubectl(), ["get", "pods", "-n", "team-a", "-o", "name"], {
      env: { ...process.env, KUBECONFIG: installation.kubeconfig },
    });
    await page.reload();
    await expect(conversation().getByText("is written, and the colour is chosen.")).toBeVisible();
    const token = await installation.token(userInfo().username);
    const events = await collectEvents(installation, token, "team-a", sessionName, 0, 2_000);
    expect(textOf(events)).toContain("the colour is chosen");
    expect(stdout).not.toMatch(/Running/);
  });

  test("a resume continues the conversation, and the first prompt is not given again", async () => {
    await page
      .getByRole("button", { name: /resume|start/i })
      .first()
      .click();
    await expect(status("Ready for you")).toBeVisible({ timeout: 60_000 });
    const asked = model.requests.filter((request) => request.rule === "work").length;
    await page.getByRole("textbox", { name: "Message" }).fill("What did we do?");
    await page.getByRole("button", { name: "Send" }).click();
    await expect(conversation().getByText("We told a story about a ship.")).toBeVisible({ timeout: 30_000 });
    expect(model.requests.filter((request) => request.rule === "work")).toHaveLength(asked);
    const resumed = model.requests.findLast((request) => request.rule === "after a resume");
    expect(JSON.stringify(resumed?.body)).toContain("Please write a greeting");
  });
});
