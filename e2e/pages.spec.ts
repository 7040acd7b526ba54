/** The pages around the conversation, and the panels beside it, each as a person uses them. */
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { expect, type Page, test } from "@playwright/test";
import { type ModelSimulator, parseScript, startModelSimulator } from "@pilothouse/model-simulator";
import { expectAccessible } from "./support/accessible.ts";
import { type GitServer, startGitServer } from "./support/git-server.ts";
import { Installation } from "./support/installation.ts";

const PROJECT = "yard";
const QUEUED = "waiting-room";
const REPORT = `<!doctype html><h1>Tides</h1><p id="said">silent</p><script>
  document.getElementById("said").textContent = "origin " + origin;
  fetch("/api/me").then(() => (document.title = "reached"), () => document.body.append(" and alone"));
</script>`;

const SCRIPT = {
  name: "pages",
  rules: [
    {
      name: "work",
      when: { prompt: "change the greeting" },
      steps: [
        [{ tool: "Write", input: { file_path: "greeting.txt", content: "Good morning\nharbour\n" } }],
        "The greeting was changed.",
      ],
    },
    { name: "anything else", when: {}, steps: ["Understood."] },
  ],
};

test.describe.serial("the pages", () => {
  let installation: Installation;
  let model: ModelSimulator;
  let git: GitServer;
  let page: Page;
  let token: string;

  const sessionsOf = (project: string) => `/projects/${project}/agentic-sessions`;
  const open = (path: string, project = PROJECT) =>
    page.goto(`${installation.endpoints.ui}/projects/${project}/${path}`);
  const main = () => page.getByRole("main");
  const rows = () => main().getByRole("listitem");
  const row = (name: string) => rows().filter({ hasText: name });
  const dialog = () => page.getByRole("dialog");
  const told = (text: string | RegExp) => expect(page.getByRole("status").getByText(text)).toBeVisible();
  const api = (method: string, path: string, body?: unknown) => installation.api(token, method, path, body);

  test.beforeAll(async ({ browser }) => {
    model = await startModelSimulator({ script: parseScript(SCRIPT) });
    git = await startGitServer("harbour", { "greeting.txt": "Hello\nharbour\n", "docs/pilot.md": "# Pilot\n" });
    installation = new Installation({ env: { ANTHROPIC_UPSTREAM_URL: model.url } });
    await installation.up();
    token = await installation.token(userInfo().username);
    page = await browser.newPage();
    await page.goto(installation.link);
    await expect(page).toHaveURL(/\/projects$/);
    for (const name of [PROJECT, QUEUED]) await api("POST", "/projects", { name });
    await installation.eventually("a model key", async () => {
      const keys = { data: { ANTHROPIC_API_KEY: "sk-ant-test" } };
      const saved = await api("PUT", `/projects/${PROJECT}/runner-secrets`, keys);
      return saved.status === 200 ? true : undefined;
    });
    // Sessions that wait for a place cost no pod.
    await installation.eventually("a limit", async () => {
      const saved = await api("PUT", `/projects/${QUEUED}/settings`, { limits: { maxRunningSessions: 0 } });
      return saved.status === 200 ? true : undefined;
    });
    for (let index = 1; index <= 28; index += 1) {
      const number = String(index).padStart(2, "0");
      const labels = { team: index % 2 === 0 ? "even" : "odd" };
      await api("POST", sessionsOf(QUEUED), {
        name: `task-${number}`,
        displayName: `Task ${number}`,
        runnerType: "replay",
        labels,
      });
    }
  });
  test.afterAll(async () => {
    await page.close();
    await installation.remove();
    await model.stop();
    await git.stop();
  });

  test("the list is sorted, paged, searched and filtered by the server, and the address says how", async () => {
    await open("sessions", QUEUED);
    await expect(rows()).toHaveCount(25);
    await page.getByLabel("Order").selectOption({ label: "Name" });
    await expect(rows().first()).toContainText("Task 01");
    await expect(page.getByText("1–25 of 28")).toBeVisible();
    await page.getByRole("button", { name: "Next page" }).click();
    await expect(rows()).toHaveCount(3);
    await expect(page).toHaveURL(/sort=displayName&page=2/);
    await page.reload();
    await expect(rows().last()).toContainText("Task 28");
    await page.getByLabel("Search sessions").fill("task 1");
    await expect(rows()).toHaveCount(10);
    await expect(page).toHaveURL(/search=task\+1/);
    await expect(page).not.toHaveURL(/page=/);
    await page.getByRole("button", { name: "Filters" }).click();
    await page.getByLabel("Label").fill("team=even");
    await expect(rows()).toHaveCount(5);
    await page.getByLabel("Phase").selectOption("Running");
    await expect(page.getByText("No session matches these filters")).toBeVisible();
    await page.getByRole("button", { name: "Clear filters" }).click();
    await expect(rows()).toHaveCount(25);
    await expectAccessible(page);
  });

  test("the shown page stays live, and bulk actions say what came of each", async () => {
    await page.getByLabel("Search sessions").fill("task 0");
    await expect(rows()).toHaveCount(9);
    await api("DELETE", `${sessionsOf(QUEUED)}/task-09`);
    await expect(row("Task 09")).toHaveCount(0);
    await api("PATCH", `${sessionsOf(QUEUED)}/task-08`, { displayName: "Task 0 renamed" });
    await expect(row("Task 0 renamed")).toBeVisible();

    await page.route("**/agentic-sessions/task-02", (route) =>
      route.request().method() === "DELETE" ? route.abort() : route.continue(),
    );
    for (const name of ["Task 01", "Task 02"]) await page.getByLabel(`Select ${name}`).check();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await dialog().getByRole("button", { name: "Delete" }).click();
    const results = page.getByRole("alert").filter({ hasText: "1 of 2 could not be done" });
    await expect(results.getByRole("listitem")).toHaveText([/Task 02.*cannot be reached/, /Task 01.*was deleted/]);
    await expect(row("Task 01").filter({ has: page.getByRole("link") })).toHaveCount(0);
    await page.unroute("**/agentic-sessions/task-02");
  });

  test("a tool server is added, checked, switched off and removed", async () => {
    await open("settings/tools");
    await page.getByRole("button", { name: "Add server" }).click();
    await dialog().getByLabel("Name").fill("tide tables");
    await dialog().getByLabel("Address").fill("tides.example.com");
    await dialog().getByRole("button", { name: "Save" }).click();
    await expect(dialog().getByText("Use letters, digits, dashes and underscores.")).toBeVisible();
    await expect(dialog().getByText("Use an http or https address.")).toBeVisible();
    await dialog().getByLabel("Name").fill("tides");
    await dialog().getByLabel("Address").fill("https://tides.example.com/mcp");
    await dialog().getByLabel("Headers").fill("Authorization: Bearer ${TIDES_TOKEN}");
    await expect(dialog().getByText("not set")).toBeVisible();
    await expectAccessible(page);
    await dialog().getByRole("button", { name: "Save" }).click();
    await told("tides was saved");
    await page.getByRole("switch", { name: "Use tides in sessions" }).click();
    await expect(page.getByRole("switch", { name: "Use tides in sessions" })).not.toBeChecked();
    const servers = async () => (await api("GET", `/projects/${PROJECT}/mcp-servers`)).body;
    expect(await servers()).toEqual({
      custom: {
        tides: {
          type: "http",
          url: "https://tides.example.com/mcp",
          headers: { Authorization: "Bearer ${TIDES_TOKEN}" },
        },
      },
      disabled: ["tides"],
    });
    await expectAccessible(page);
    await page.getByRole("button", { name: "Remove tides" }).click();
    await dialog().getByRole("button", { name: "Remove" }).click();
    await expect(page.getByText("No tool servers of this project’s own")).toBeVisible();
    expect(await servers()).toEqual({ custom: {}, disabled: [] });
  });

  test("credentials of a service are written, tested and removed, and never shown", async () => {
    await open("settings/integrations");
    const card = row("Jira");
    await card.getByLabel("Address", { exact: true }).fill("https://127.0.0.1:1");
    await card.getByLabel("Token", { exact: true }).fill("jira-secret-value");
    await card.getByRole("button", { name: "Save" }).click();
    await expect(card.getByText("Set up", { exact: true })).toBeVisible();
    await expect(card.getByText("Not tested yet")).toBeVisible();
    await card.getByRole("button", { name: "Test Jira" }).click();
    // No request goes to a host inside the cluster, whatever the address says.
    await expect(card.getByText("The credential does not work")).toBeVisible();
    await page.reload();
    await expect(card.getByText("The credential does not work")).toBeVisible();
    expect(await page.content()).not.toContain("jira-secret-value");
    await expectAccessible(page);
    await card.getByRole("button", { name: "Remove" }).click();
    await dialog().getByRole("button", { name: "Remove" }).click();
    await expect(card.getByText("Not set up")).toBeVisible();
  });

  test("a link fills the form in, and what was typed outlives a reload", async () => {
    await open("new?prompt=Paint%20it&budget=2&permissions=plan&label=team%3Dblue&workflow=https%3A%2F%2Fa.test%2Fw");
    await expect(page.getByRole("textbox", { name: "Task", exact: true })).toHaveValue("Paint it");
    await expect(page.getByLabel("Stop at a cost of")).toHaveValue("2");
    await expect(page.getByLabel("Permissions")).toHaveValue("plan");
    await expect(page.getByLabel("Labels")).toHaveValue("team=blue");
    await expect(page.getByLabel("Git address")).toHaveValue("https://a.test/w");
    await open("new");
    await page.getByRole("textbox", { name: "Task", exact: true }).fill("Half a thought");
    await page.getByRole("button", { name: "More options" }).click();
    await page.getByLabel("Time limit").fill("15");
    await page.getByRole("button", { name: "Add repository" }).click();
    await page.getByLabel("Repository URL").fill("https://user:pass@example.com/x.git");
    await expect(page.getByText("Leave the token out of the address")).toBeVisible();
    await expect(page.getByRole("button", { name: "Start session" })).toBeDisabled();
    await page.reload();
    await expect(page.getByRole("textbox", { name: "Task", exact: true })).toHaveValue("Half a thought");
    await expect(page.getByLabel("Time limit")).toHaveValue("15");
    await expect(page.getByLabel("Repository URL")).toHaveValue("https://user:pass@example.com/x.git");
    await expectAccessible(page);
  });

  let session: string;

  test("a session is started with a repository, labels and files, which are there before the task", async () => {
    await page.getByRole("textbox", { name: "Task", exact: true }).fill("Please change the greeting");
    await page.getByLabel("Time limit").fill("");
    await page.getByLabel("Repository URL").fill(git.url);
    await page.getByLabel("Labels").fill("team=blue");
    await page.setInputFiles("input[type=file]", {
      name: "chart.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("depth\n12\n"),
    });
    await page.getByRole("button", { name: "Start session" }).click();
    await expect(page).toHaveURL(/\/sessions\/[a-z0-9-]+$/, { timeout: 40_000 });
    session = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    await expect(
      page.getByRole("region", { name: "Conversation" }).getByText("The greeting was changed."),
    ).toBeVisible();
    expect(JSON.stringify(model.requests.map(({ body }) => body))).toContain("uploads/chart.csv");
    const { body } = await api("GET", `${sessionsOf(PROJECT)}/${session}`);
    expect(body.metadata.labels).toMatchObject({ team: "blue" });
    expect(body.spec.displayName).toBe("Please change the greeting");
    const written = `${sessionsOf(PROJECT)}/${session}/workspace/artifacts/tides.html`;
    await fetch(`${installation.endpoints.backend}/api${written}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/octet-stream" },
      body: REPORT,
    });
  });

  const tab = (name: string) => page.getByRole("tab", { name });

  test("changes are read in two ways, and comments on lines become one message", async () => {
    await page.getByRole("button", { name: "Show panel" }).click();
    const change = page.getByRole("group", { name: "Change of greeting.txt" });
    await expect(change.getByText("Good morning")).toBeVisible();
    await page.getByRole("button", { name: "Split" }).click();
    await expect(change.getByRole("row").filter({ hasText: "Hello" })).toContainText("Good morning");
    await change.getByRole("button", { name: "Comment on line 1" }).last().click();
    await page.getByRole("textbox", { name: "Comment on this line" }).fill("Also for the evening?");
    await page.getByRole("button", { name: "Add comment" }).click();
    await expect(page.getByText("1 comment")).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Put into message" }).click();
    await expect(page.getByRole("textbox", { name: "Message" })).toHaveValue(
      /\*\*greeting\.txt\*\*\n- line 1 `Good morning`: Also for the evening\?/,
    );
    await page.getByRole("textbox", { name: "Message" }).fill("");
  });

  test("files are found, uploaded, edited with care, downloaded and deleted", async () => {
    await tab("Files").click();
    const panel = page.getByRole("tabpanel");
    await page.getByLabel("Find files by name").fill("greet");
    await panel.getByRole("button", { name: /greeting\.txt/ }).click();
    await panel.getByRole("button", { name: "Edit", exact: true }).click();
    const editor = page.getByRole("textbox", { name: "repos/harbour/greeting.txt" });
    await expect(editor).toHaveValue("Good morning\nharbour\n");
    await editor.fill("Good evening\nharbour\n");
    const file = `${installation.endpoints.backend}/api${sessionsOf(PROJECT)}/${session}/workspace/repos/harbour/greeting.txt`;
    const content = async () => (await fetch(file, { headers: { authorization: `Bearer ${token}` } })).text();
    await fetch(file, {
      method: "PUT",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/octet-stream" },
      body: "Somebody else\n",
    });
    await panel.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByText("This file was changed meanwhile")).toBeVisible();
    expect(await content()).toBe("Somebody else\n");
    await expectAccessible(page);
    await page.getByRole("button", { name: "Write mine over it" }).click();
    await told(/greeting\.txt was saved/);
    expect(await content()).toBe("Good evening\nharbour\n");
    await panel.getByRole("button", { name: "Back" }).click();
    await page.getByLabel("Find files by name").fill("");

    await panel.locator("input[type=file]").setInputFiles({
      name: "log.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("anchored\n"),
    });
    await told("1 file put into uploads");
    await panel.getByRole("button", { name: /^uploads/ }).click();
    await expect(panel.getByRole("button", { name: /^chart\.csv/ })).toBeVisible();
    await panel.getByRole("button", { name: "Actions for uploads" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: "Download as zip" }).click(),
    ]);
    expect(
      readFileSync(await download.path())
        .subarray(0, 2)
        .toString(),
    ).toBe("PK");
    await panel.getByRole("button", { name: "Actions for log.txt" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await dialog().getByRole("button", { name: "Delete" }).click();
    await told("log.txt was deleted");
    await expect(panel.getByRole("button", { name: /^log\.txt/ })).toHaveCount(0);
    await expectAccessible(page);
  });

  test("a page that the agent handed over runs in an origin of its own, and reaches nobody", async () => {
    await tab("Artifacts").click();
    await page
      .getByRole("tabpanel")
      .getByRole("button", { name: /tides\.html/ })
      .click();
    const frame = page.frameLocator("iframe[title='tides.html']");
    await expect(frame.getByRole("heading", { name: "Tides" })).toBeVisible();
    await expect(frame.getByText("origin null")).toBeVisible();
    await expect(frame.getByText("and alone")).toBeVisible();
    await page.getByRole("button", { name: "Show the source" }).click();
    await expect(page.getByText("<!doctype html>")).toBeVisible();
  });

  test("the timeline, the context and the details tell what happened with what", async () => {
    await tab("Timeline").click();
    await page.getByRole("tabpanel").getByRole("button", { name: /#1/ }).click();
    await expect(page.getByRole("tabpanel").getByText("Write", { exact: true })).toBeVisible();
    await expectAccessible(page);
    await tab("Context").click();
    const context = page.getByRole("tabpanel");
    await expect(context.getByText("harbour", { exact: true })).toBeVisible();
    await context.getByRole("button", { name: "Add", exact: true }).click();
    await context.getByLabel("Repository URL").fill("ftp://example.com/x");
    await expect(context.getByRole("button", { name: "Save" })).toBeDisabled();
    await context.getByLabel("Repository URL").fill(git.url.replace("/harbour.git", "/missing.git"));
    await context.getByRole("button", { name: "Save" }).click();
    await expect(context.getByText("Failed", { exact: true })).toBeVisible();
    await expectAccessible(page);
    await context.getByRole("button", { name: "Remove missing" }).click();
    await dialog().getByRole("button", { name: "Remove" }).click();
    await expect(context.getByText("missing", { exact: true })).toHaveCount(0);
    await tab("Details").click();
    await expect(page.getByRole("tabpanel").getByText("RunnerReady").first()).toBeVisible();
    await expect(page.getByRole("tabpanel").getByText(/runnerType: claude-agent-sdk/)).toBeVisible();
    await expectAccessible(page);
  });

  test("artifacts and changes stay when the session has ended; files say why they do not", async () => {
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await expect(main().getByText("Stopped", { exact: true }).first()).toBeVisible();
    await tab("Artifacts").click();
    await expect(page.getByRole("tabpanel").getByRole("button", { name: /tides\.html/ })).toBeVisible();
    await tab("Changes").click();
    await expect(page.getByText("As the session left it")).toBeVisible();
    await tab("Files").click();
    await expect(page.getByText("Files can be seen while the session runs.")).toBeVisible();
  });

  test("a reader sees everything and is told why nothing can be changed", async ({ browser }) => {
    await api("POST", `/projects/${PROJECT}/permissions`, { subjectType: "user", subjectName: "vera", role: "view" });
    const reader = await browser.newPage();
    await reader.goto(`${installation.endpoints.ui}/login`);
    await reader.getByLabel("Access token").fill(await installation.token("vera"));
    await reader.getByRole("button", { name: "Sign in" }).click();
    await expect(reader).toHaveURL(/\/projects$/);
    const visit = (path: string) => reader.goto(`${installation.endpoints.ui}/projects/${PROJECT}/${path}`);
    const refusal = reader.getByText("Your role here is view, which does not allow this.").first();
    for (const name of ["general", "tools", "integrations", "members", "keys", "flags"]) {
      await visit(`settings/${name}`);
      await expect(refusal).toBeVisible();
    }
    await visit("new");
    await expect(refusal).toBeVisible();
    await expect(reader.getByRole("button", { name: "Start session" })).toBeDisabled();
    await visit("sessions");
    await expect(reader.getByRole("main").getByRole("link", { name: "New session" })).toHaveCount(0);
    await reader.close();
  });
});
