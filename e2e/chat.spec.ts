/** What a person does in a conversation beside reading and writing: each thing in the browser, on the whole product. */
import { userInfo } from "node:os";
import { expect, type Page, test } from "@playwright/test";
import { type ModelSimulator, parseScript, startModelSimulator } from "@pilothouse/model-simulator";
import { Installation } from "./support/installation.ts";

const PROJECT = "bridge";

const DRAWING =
  "Here it is.\n\n```mermaid\nflowchart LR\n  A[Harbour] --> B[Sea]\n```\n\n```mermaid\nflowchart LR\n  A[ -->\n```\n";
const SCRIPT = {
  name: "chat",
  rules: [
    {
      name: "log",
      when: { prompt: "write the log" },
      steps: [
        [{ tool: "Bash", input: { command: "printf 'wind\\nwaves\\nlighthouse\\n' > log.txt; cat log.txt" } }],
        "The log is written.",
      ],
    },
    { name: "drawing", when: { prompt: "draw the way" }, steps: [DRAWING] },
    {
      name: "endless",
      when: { prompt: "count slowly" },
      steps: [{ blocks: [{ text: "One more number. ".repeat(600), chunk: 20, delay: 150 }] }],
    },
    { name: "anything else", when: {}, steps: ["Aye."] },
  ],
};

/** A file in the clipboard, as far as a page can tell. Texts, as this suite is not compiled for browsers. */
const PASTE = `
  const data = new DataTransfer();
  data.items.add(new File(["pasted words"], "note.txt", { type: "text/plain" }));
  document.activeElement.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
  );
`;

/** A browser without a desktop shows no notifications: what would be shown is written down. */
const RECORD_NOTIFICATIONS = `
  globalThis.shown = [];
  globalThis.Notification = class extends EventTarget {
    static permission = "granted";
    static requestPermission = () => Promise.resolve("granted");
    constructor(title) {
      super();
      globalThis.shown.push(title);
    }
    close() {}
  };
`;

const PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAABgAAAAQCAYAAAAMJL+VAAAAUUlEQVR4AeyQwQkAIAwDg6PoTK6gM7mCzuQs+u+jpUj7KBbyKASSXMqzHUslGF/AgF0HOGmJBkSkRSD5PyKJEPwRldXBSaxMDP4LSIHn13zBBQAA//86HeVlAAAABklEQVQDACVOTLm1+5+JAAAAAElFTkSuQmCC";

test.describe.serial("a conversation", () => {
  let installation: Installation;
  let model: ModelSimulator;
  let page: Page;
  let token: string;
  const sessionName = "voyage";
  const place = `/projects/${PROJECT}/agentic-sessions/${sessionName}`;

  test.beforeAll(async ({ browser }) => {
    model = await startModelSimulator({ script: parseScript(SCRIPT) });
    installation = new Installation({ env: { ANTHROPIC_UPSTREAM_URL: model.url } });
    await installation.up();
    token = await installation.token(userInfo().username);
    const context = await browser.newContext({
      permissions: ["clipboard-read", "clipboard-write", "notifications"],
    });
    page = await context.newPage();
    await page.goto(installation.link);
    await expect(page).toHaveURL(/\/projects$/);
    await installation.api(token, "POST", "/projects", { name: PROJECT });
    await installation.eventually("a model key", async () => {
      const keys = { data: { ANTHROPIC_API_KEY: "sk-ant-test" } };
      const saved = await installation.api(token, "PUT", `/projects/${PROJECT}/runner-secrets`, keys);
      return saved.status === 200 ? true : undefined;
    });
    await installation.api(token, "POST", `/projects/${PROJECT}/agentic-sessions`, {
      name: sessionName,
      initialPrompt: "Please write the log",
      permissionMode: "ask",
    });
    await open();
  });
  test.afterAll(async () => {
    await page.context().close();
    await installation.remove();
    await model.stop();
  });

  const open = (hash = "") =>
    page.goto(`${installation.endpoints.ui}/projects/${PROJECT}/sessions/${sessionName}${hash}`);
  const conversation = () => page.getByRole("region", { name: "Conversation" });
  const message = () => page.getByRole("textbox", { name: "Message" });
  const say = async (text: string) => {
    await message().fill(text);
    await page.getByRole("button", { name: "Send", exact: true }).click();
  };
  const asked = () => JSON.stringify(model.requests.map(({ body }) => body));

  test("a call that waits for an approval does not claim to have run", async () => {
    const call = conversation().getByRole("button", { name: /printf/ });
    await expect(call).toContainText("waits for you", { timeout: 30_000 });
    await expect(call).not.toContainText("Ran");
    await page.getByRole("button", { name: "Allow once" }).click();
    await expect(call).toContainText("Ran");
    await expect(conversation().getByText("The log is written.")).toBeVisible();
  });

  test("a thumb shows at once, takes a comment, and is taken back", async () => {
    const feedback = async () => (await installation.api(token, "GET", `${place}/agui/feedback`)).body.items;
    await page.getByRole("button", { name: "Good answer" }).click();
    await page.getByRole("textbox", { name: "What was good or bad" }).fill("Short and true");
    await page.getByRole("button", { name: "Add comment" }).click();
    await expect.poll(feedback).toMatchObject([{ metaType: "thumbs_up", comment: "Short and true" }]);
    await page.reload();
    const thumb = page.getByRole("button", { name: "Good answer" });
    await expect(thumb).toHaveAttribute("aria-pressed", "true");
    await thumb.click();
    await expect(thumb).toHaveAttribute("aria-pressed", "false");
    await expect.poll(feedback).toEqual([]);
  });

  test("files are picked and pasted, lie in the workspace, and are told to the model", async () => {
    await page.locator("input[type=file]").setInputFiles([
      { name: "chart.png", mimeType: "image/png", buffer: Buffer.from(PICTURE, "base64") },
      { name: "depths.csv", mimeType: "text/csv", buffer: Buffer.from("place,depth\nbay,12\n") },
    ]);
    await message().focus();
    await page.evaluate(PASTE);
    const chips = page.locator("form").getByRole("list", { name: "Attached files" });
    await expect(chips.getByRole("listitem")).toHaveCount(3);
    await expect(chips.getByText("Uploading…")).toHaveCount(0);
    await page.getByRole("button", { name: "Remove note.txt" }).click();
    await expect(chips.getByRole("listitem")).toHaveCount(2);
    await say("What is in these?");
    await expect(conversation().getByText("Aye.")).toBeVisible();
    await expect(conversation().getByText("depths.csv")).toBeVisible();
    expect(asked().includes("uploads/depths.csv"), "the model is told of the file").toBe(true);
    expect(asked().includes('"type":"image"'), "the model sees the picture").toBe(true);
    const listing = await installation.api(token, "GET", `${place}/workspace?path=uploads`);
    expect(JSON.stringify(listing.body)).toContain("depths.csv");
    expect(JSON.stringify(listing.body)).not.toContain("note.txt");
  });

  test("files are completed by keyboard, and commands where the agent has some", async () => {
    await message().fill("");
    await message().pressSequentially("look at @dep");
    const option = page.getByRole("listbox", { name: "Files" }).getByRole("option").first();
    await expect(option).toHaveText("uploads/depths.csv");
    await expect(message()).toHaveAttribute("aria-activedescendant", (await option.getAttribute("id")) ?? "");
    await page.keyboard.press("Enter");
    await expect(message()).toHaveValue("look at @uploads/depths.csv ");
    await message().fill("");
    await message().pressSequentially("/");
    await expect(page.getByRole("listbox", { name: "Commands" })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("listbox")).toHaveCount(0);
    await message().fill("");
  });

  test("search finds what is folded away, and a link opens at its message", async () => {
    const call = conversation().getByRole("button", { name: /printf/ });
    await call.click();
    await expect(conversation().getByText("lighthouse", { exact: false })).toHaveCount(1);
    await page.keyboard.press("Control+f");
    await page.getByRole("textbox", { name: "Find in conversation" }).fill("waves");
    await expect(page.getByRole("search").getByRole("status")).toHaveText("1 of 1");
    await expect(call).toHaveAttribute("aria-expanded", "true");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("search")).toHaveCount(0);

    const answer = conversation().locator("[data-index]").filter({ hasText: "The log is written." });
    await answer.getByRole("button", { name: "Copy link to this message" }).click();
    const link = await page.evaluate<string>("navigator.clipboard.readText()");
    expect(new URL(link).hash).toMatch(/^#message-/);
    await page.goto("about:blank");
    await page.goto(link);
    await expect(answer.locator(".animate-mark")).toHaveCount(1);
    await expect(answer).toBeInViewport();
  });

  test("diagrams are drawn as pictures; one that is wrong shows its text", async () => {
    const outside: string[] = [];
    page.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith("http") && origin !== installation.endpoints.ui) outside.push(request.url());
    });
    await say("Please draw the way");
    const picture = conversation().getByRole("img", { name: /Harbour/ });
    await expect(picture).toBeVisible({ timeout: 20_000 });
    expect((await picture.boundingBox())?.width).toBeGreaterThan(50);
    await expect(conversation().getByText("This diagram could not be drawn")).toBeVisible();
    await expect(conversation().locator("pre").filter({ hasText: "A[ -->" }).first()).toBeVisible();
    await expect(conversation().locator("svg[id^=diagram]")).toHaveCount(0);
    expect(outside).toEqual([]);
  });

  test("a queued message outlives a reload, and is edited before its turn", async () => {
    test.slow(); // An agent in full flow, and a page that opens meanwhile, on two cores.
    await say("Please count slowly");
    await expect(conversation().getByText("One more number.").first()).toBeVisible();
    await say("This comes too early");
    await expect(page.getByText(/^Queued/)).toBeVisible();
    await page.reload();
    await expect(page.getByText(/^Queued/)).toBeVisible();
    await expect(conversation().getByText("This comes too early")).toHaveCount(1);
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await expect(message()).toHaveValue("This comes too early");
    await expect(page.getByText(/^Queued/)).toHaveCount(0);
    await message().fill("");
    await page.getByRole("button", { name: "Interrupt", exact: true }).click();
    await expect(conversation().getByText("Interrupted", { exact: true })).toBeVisible();
    expect(asked().includes("This comes too early"), "the model is told what was taken back").toBe(false);
  });

  test("a message that could not be sent keeps its text, also over a reload, and is sent again once", async () => {
    await page.route("**/agui/run", (route) => route.abort());
    await say("Heave to");
    await expect(page.getByRole("alert").filter({ hasText: "Not sent" })).toBeVisible();
    await page.unroute("**/agui/run");
    await page.reload();
    await expect(page.getByRole("alert").filter({ hasText: "Not sent" })).toBeVisible();
    await page.getByRole("button", { name: "Send again" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "Not sent" })).toHaveCount(0);
    await expect(conversation().getByText("Heave to")).toHaveCount(1);
    await expect(page.getByRole("main").getByText("Ready for you", { exact: true }).first()).toBeVisible();
    await page.reload();
    await expect(conversation().getByText("Heave to")).toHaveCount(1);
  });

  test("notifications are asked for, and come while the reader is elsewhere", async () => {
    test.slow();
    await page.addInitScript(RECORD_NOTIFICATIONS);
    await open();
    await say("Please count slowly");
    await page.getByRole("button", { name: "Notify me" }).click();
    await expect(page.getByRole("button", { name: "Notifications on" })).toBeVisible();
    await page.getByRole("button", { name: "Interrupt", exact: true }).click();
    await expect(page.getByRole("main").getByText("Ready for you", { exact: true }).first()).toBeVisible();
    const shown = () => page.evaluate<string[]>("globalThis.shown");
    expect(await shown()).toEqual([]);
    await page.getByRole("navigation").getByRole("link", { name: "Sessions", exact: true }).click();
    await expect(page).toHaveURL(/\/sessions(\?|$)/);
    await installation.api(token, "POST", `${place}/agui/run`, {
      messages: [{ id: "again", role: "user", content: "Please write the log again, and write the log well" }],
    });
    await expect.poll(shown).toEqual([expect.stringContaining("Waiting for you: ")]);
  });

  test("a branch begins a session with what was said up to its message", async () => {
    await open();
    await page.getByRole("button", { name: "Deny", exact: true }).click();
    const answer = conversation().locator("[data-index]").filter({ hasText: "The log is written." }).first();
    await conversation().focus();
    await page.keyboard.press("Control+f");
    await page.getByRole("textbox", { name: "Find in conversation" }).fill("log is written");
    await page.keyboard.press("Escape");
    await answer.getByRole("button", { name: "Branch from here" }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByText("repositories are cloned anew")).toBeVisible();
    await dialog.getByLabel("What should the new session do?").fill("Sail the other way");
    await dialog.getByRole("button", { name: "Start session" }).click();
    await expect(page).not.toHaveURL(new RegExp(`/${sessionName}$`));
    const name = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    const { body } = await installation.api(token, "GET", `/projects/${PROJECT}/agentic-sessions/${name}`);
    expect(body.spec.permissionMode).toBe("ask");
    expect(body.spec.initialPrompt).toMatch(/^Sail the other way\n/);
    expect(body.spec.initialPrompt).toContain("User:\nPlease write the log");
    expect(body.spec.initialPrompt).not.toContain("depths.csv");
    await expect(page.getByRole("button", { name: "Allow once" })).toBeVisible({ timeout: 30_000 });
  });
});
