/** What a person does to a session, to many of them and to a project's settings, each in the browser and on the whole product. */
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { type ModelSimulator, parseScript, startModelSimulator } from "@pilothouse/model-simulator";
import { expectAccessible } from "./support/accessible.ts";
import { Installation } from "./support/installation.ts";

const PROJECT = "harbour";

const SCRIPT = {
  name: "actions",
  rules: [
    {
      name: "commands",
      when: { prompt: "run both commands" },
      steps: [
        [{ tool: "Bash", input: { command: "echo lights on > lights.txt && cat lights.txt", description: "Lights" } }],
        [{ tool: "Bash", input: { command: "echo dropped > anchor.txt", description: "Anchor" } }],
        "Both commands were decided.",
      ],
    },
    {
      name: "endless",
      when: { prompt: "count slowly" },
      steps: [{ blocks: [{ text: "One more number. ".repeat(2000), chunk: 20, delay: 50 }] }],
    },
    { name: "anything else", when: {}, steps: ["I have nothing to say to that."] },
  ],
};

test.describe.serial("the actions", () => {
  let installation: Installation;
  let model: ModelSimulator;
  let page: Page;
  let token: string;

  test.beforeAll(async ({ browser }) => {
    model = await startModelSimulator({ script: parseScript(SCRIPT) });
    installation = new Installation({ env: { ANTHROPIC_UPSTREAM_URL: model.url } });
    await installation.up();
    token = await installation.token(userInfo().username);
    page = await browser.newPage();
    await page.goto(installation.link);
    await expect(page).toHaveURL(/\/projects$/);
    await installation.api(token, "POST", "/projects", { name: PROJECT });
    await installation.eventually("a model key", async () => {
      const keys = { data: { ANTHROPIC_API_KEY: "sk-ant-test" } };
      const saved = await installation.api(token, "PUT", `/projects/${PROJECT}/runner-secrets`, keys);
      return saved.status === 200 ? true : undefined;
    });
  });
  test.afterAll(async () => {
    await page.close();
    await installation.remove();
    await model.stop();
  });

  const open = (path: string) => page.goto(`${installation.endpoints.ui}/projects/${PROJECT}/${path}`);
  const conversation = () => page.getByRole("region", { name: "Conversation" });
  const state = (word: string) => page.getByRole("main").getByText(word, { exact: true }).first();
  const approval = (command: string) => page.getByRole("region", { name: /^Allow / }).filter({ hasText: command });
  const dialog = () => page.getByRole("dialog");
  const told = (text: string | RegExp) => expect(page.getByRole("status").getByText(text)).toBeVisible();
  const menu = async (item: string) => {
    await page.getByRole("button", { name: "Session actions" }).click();
    await page.getByRole("menuitem", { name: item }).click();
  };
  const say = async (text: string) => {
    await page.getByRole("textbox", { name: "Message" }).fill(text);
    await page.getByRole("button", { name: "Send" }).click();
  };
  const files = async (session: string) =>
    JSON.stringify(
      (await installation.api(token, "GET", `/projects/${PROJECT}/agentic-sessions/${session}/workspace`)).body,
    );

  let sessionName: string;

  test("a session that asks before changes waits for a decision", async () => {
    await open("new");
    await page.getByLabel("Task").fill("Please run both commands");
    await page.getByRole("button", { name: "More options" }).click();
    await page.getByLabel("Permissions").selectOption({ label: "Ask before changes" });
    await page.getByRole("button", { name: "Start session" }).click();
    await expect(page).toHaveURL(/\/sessions\/[a-z0-9-]+$/);
    sessionName = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    await expect(approval("lights on")).toBeVisible({ timeout: 30_000 });
    await expect(state("Waiting for you")).toBeVisible();
    await expectAccessible(page);
  });

  test("an approval lets one call through, with the arguments that the person edited", async () => {
    await approval("lights on").getByRole("button", { name: "Edit arguments" }).click();
    const edited = JSON.stringify({ command: "echo by hand > edited.txt && cat edited.txt" });
    await page.getByLabel("Arguments as JSON").fill(edited);
    await page.getByRole("button", { name: "Allow once" }).click();
    await expect(approval("dropped")).toBeVisible();
    await expect(conversation().getByText("Allowed once: Bash")).toBeVisible();
    await expect(conversation().getByText("by hand").first()).toBeVisible();
  });

  test("a refusal keeps the call from running, and tells the agent why", async () => {
    await approval("dropped").getByLabel("Tell the agent why").fill("Not in this bay");
    await approval("dropped").getByRole("button", { name: "Deny" }).click();
    await expect(conversation().getByText("Both commands were decided.")).toBeVisible();
    await expect(conversation().getByText("Denied: Bash — Not in this bay")).toBeVisible();
    expect(JSON.stringify(model.requests.at(-1)?.body)).toContain("Not in this bay");
    const written = await files(sessionName);
    expect(written).toContain("edited.txt");
    expect(written).not.toContain("lights.txt");
    expect(written).not.toContain("anchor.txt");
  });

  test("a queued message is taken back, and a run is interrupted", async () => {
    await say("Please count slowly");
    await expect(conversation().getByText("One more number.").first()).toBeVisible();
    await say("This comes too early");
    await expect(page.getByText(/^Queued/)).toBeVisible();
    await page.getByRole("button", { name: "Cancel this message" }).click();
    await expect(page.getByText("This comes too early")).toHaveCount(0);
    await page.getByRole("button", { name: "Interrupt", exact: true }).click();
    await expect(conversation().getByText("Interrupted", { exact: true })).toBeVisible();
    await expect(state("Ready for you")).toBeVisible();
    await expect(page.getByRole("button", { name: "Interrupt", exact: true })).toHaveCount(0);
    await say("And now?");
    await expect(conversation().getByText("I have nothing to say to that.")).toBeVisible();
    expect(JSON.stringify(model.requests.map(({ body }) => body))).not.toContain("This comes too early");
  });

  test("a new name shows in the header, in the list, and in the next dialog", async () => {
    await menu("Rename");
    await dialog().getByLabel("Name").fill("Lights and anchor");
    await dialog().getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Lights and anchor" })).toBeVisible();
    await menu("Rename");
    await dialog().getByLabel("Name").fill("Never mind");
    await page.keyboard.press("Escape");
    await menu("Rename");
    await expect(dialog().getByLabel("Name")).toHaveValue("Lights and anchor");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("navigation").getByText("Lights and anchor")).toBeVisible();
  });

  test("the conversation is exported for people and for machines", async () => {
    const exported = async (item: string) => {
      const [download] = await Promise.all([page.waitForEvent("download"), menu(item)]);
      return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
    };
    const markdown = await exported("Export as Markdown");
    expect(markdown.name).toBe(`${sessionName}.md`);
    expect(markdown.text).toContain("Please run both commands");
    expect(markdown.text).toContain("Both commands were decided.");
    const recording = await exported("Export as JSON");
    expect(recording.name).toMatch(new RegExp(`^${sessionName}\\.jsonl?$`));
    const lines = recording.text.trim().split("\n");
    const types = lines.map((line) => (JSON.parse(line) as { event: { type: string } }).event.type);
    expect(types[0]).toBe("RUN_STARTED");
    expect(types).toContain("TOOL_CALL_START");
  });

  test("a duplicate is a session of its own, and deleting it leaves the first one", async () => {
    await menu("Duplicate");
    await expect(page).not.toHaveURL(new RegExp(`/sessions/${sessionName}$`));
    await expect(page).toHaveURL(/\/sessions\/[a-z0-9-]+$/);
    const copy = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    await expect(approval("lights on")).toBeVisible({ timeout: 30_000 });
    await menu("Delete");
    await dialog().getByRole("button", { name: "Delete" }).click();
    await expect(page).toHaveURL(/\/sessions$/);
    await installation.eventually("the deletion", async () => {
      const { status } = await installation.api(token, "GET", `/projects/${PROJECT}/agentic-sessions/${copy}`);
      return status === 404 ? true : undefined;
    });
    await expect(row("Lights and anchor")).toHaveCount(1);
    await expect(page.getByRole("main").getByRole("listitem")).toHaveCount(1);
  });

  const row = (name: string): Locator => page.getByRole("main").getByRole("listitem").filter({ hasText: name });

  test("several sessions are stopped and deleted at once", async () => {
    for (const name of ["first-replay", "second-replay"]) {
      const session = { name, displayName: name, runnerType: "replay", initialPrompt: "Go" };
      await installation.api(token, "POST", `/projects/${PROJECT}/agentic-sessions`, session);
    }
    const choose = async () => {
      for (const name of ["first-replay", "second-replay"]) await page.getByLabel(`Select ${name}`).check();
      await expect(page.getByText("2 selected")).toBeVisible();
    };
    await choose();
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    for (const name of ["first-replay", "second-replay"])
      await expect(row(name).getByText("Stopped", { exact: true }).filter({ visible: true })).toBeVisible();
    await expectAccessible(page);
    await choose();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await dialog().getByRole("button", { name: "Delete" }).click();
    for (const name of ["first-replay", "second-replay"]) await expect(row(name)).toHaveCount(0);
    await expect(row("Lights and anchor")).toHaveCount(1);
  });

  test("members are added, changed and removed, but not the last admin", async () => {
    await open("settings/members");
    const add = async (kind: string, name: string, role: string) => {
      await page.getByLabel("Kind").selectOption({ label: kind });
      await page.getByRole("textbox", { name: "Name" }).fill(name);
      await page.getByLabel("Role", { exact: true }).selectOption({ label: role });
      await page.getByRole("button", { name: "Add member" }).click();
      await told(`${name} was added`);
    };
    await add("User", "otto", "View");
    await add("Group", "qa", "Edit");
    expect((await installation.api(await installation.token("otto"), "GET", `/projects/${PROJECT}`)).status).toBe(200);
    await page.getByLabel("Role of otto").selectOption({ label: "Edit" });
    await told("otto is now Edit");
    await page.reload();
    await expect(page.getByLabel("Role of otto")).toHaveValue("edit");
    await expect(page.getByLabel("Role of qa")).toHaveValue("edit");
    await expectAccessible(page);

    await page.getByRole("button", { name: "Remove otto" }).click();
    await dialog().getByRole("button", { name: "Remove" }).click();
    await expect(row("otto")).toHaveCount(0);
    const owner = userInfo().username;
    await expect(row(owner).getByText("The last admin stays")).toBeVisible();
    await expect(page.getByRole("button", { name: `Remove ${owner}` })).toHaveCount(0);
    await expect(row(owner)).toHaveCount(1);
  });

  test("an access key is shown once, works, and ends with its deletion", async () => {
    await open("settings/keys");
    await page.getByRole("button", { name: "New key" }).click();
    await dialog().getByLabel("Name").fill("night-build");
    await dialog().getByRole("button", { name: "Create" }).click();
    await expect(dialog().getByText("It is not shown again")).toBeVisible();
    const key = await dialog().getByRole("code").innerText();
    const works = async () => (await installation.api(key, "GET", `/projects/${PROJECT}/agentic-sessions`)).status;
    expect(await works()).toBe(200);
    await dialog().getByRole("button", { name: "Done" }).click();
    await page.reload();
    await expect(row("night-build")).toBeVisible();
    expect(await page.content()).not.toContain(key);
    await page.getByRole("button", { name: "Delete night-build" }).click();
    await dialog().getByRole("button", { name: "Delete" }).click();
    await expect(row("night-build")).toHaveCount(0);
    await expect.poll(works).toBe(401);
  });

  test("limits and the time without activity are kept, and can be taken away", async () => {
    const settings = async () => (await installation.api(token, "GET", `/projects/${PROJECT}/settings`)).body;
    const save = async () => {
      const form = page.locator("form").filter({ has: page.getByLabel("Sessions that may run at once") });
      await form.getByRole("button", { name: "Save changes" }).click();
      await expect(form.getByRole("button", { name: "Save changes" })).toBeDisabled();
    };
    await open("settings/general");
    await page.getByLabel("Stop sessions without activity").fill("90");
    await page.getByLabel("Sessions that may run at once").fill("3");
    await page.getByLabel("Cost per day").fill("2.5");
    await save();
    await expect.poll(settings).toMatchObject({
      inactivityTimeoutSeconds: 5400,
      limits: { maxRunningSessions: 3, maxCostUsdPerDay: 2.5 },
    });
    await page.reload();
    await expect(page.getByLabel("Cost per day")).toHaveValue("2.5");
    for (const label of ["Stop sessions without activity", "Sessions that may run at once", "Cost per day"])
      await page.getByLabel(label).fill("");
    await save();
    await expect.poll(async () => JSON.stringify(await settings())).not.toMatch(/5400|2\.5/);

    await page.getByLabel("Display name").fill("The harbour");
    await page.getByRole("button", { name: "Save changes" }).first().click();
    await expect(page.getByRole("button", { name: "Save changes" }).first()).toBeDisabled();
    await page.reload();
    await expect(page.getByLabel("Display name")).toHaveValue("The harbour");
    await expectAccessible(page);
  });

  test("a flag's value of the project wins until it is given up", async () => {
    const flags = async () => (await installation.api(token, "GET", `/projects/${PROJECT}/feature-flags`)).body.items;
    await open("settings/flags");
    const flag = page.getByRole("main").getByRole("listitem").first();
    await expect(flag.getByText("platform default")).toBeVisible();
    await flag.getByRole("combobox").selectOption({ label: "On" });
    await expect(flag.getByText("set here")).toBeVisible();
    expect((await flags())[0]).toMatchObject({ enabled: true, override: true });
    await flag.getByRole("button", { name: "Use the platform’s value" }).click();
    await expect(flag.getByText("platform default")).toBeVisible();
    expect((await flags())[0]).toMatchObject({ enabled: false, override: null });
    await expectAccessible(page);
  });

  test("the form for a new session is accessible with all its options", async () => {
    await open("new");
    await page.getByRole("button", { name: "More options" }).click();
    await page.getByRole("button", { name: "Add repository" }).click();
    await expect(page.getByLabel("Repository URL")).toBeVisible();
    await expectAccessible(page);
  });
});
