/** Many tabs of one browser: HTTP/1.1 gives a host six connections, and the product must not use them up. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { Installation } from "./support/installation.ts";

const TABS = 10;
const conversation = (tab: Page) => tab.getByRole("region", { name: "Conversation" });

const answer = (number: number) => [
  { at: 0, event: { type: "RUN_STARTED", threadId: "t", runId: `r${number}` } },
  { at: 0, event: { type: "TEXT_MESSAGE_START", messageId: `m${number}`, role: "assistant" } },
  { at: 0, event: { type: "TEXT_MESSAGE_CONTENT", messageId: `m${number}`, delta: `Answer number ${number}.` } },
  { at: 0, event: { type: "TEXT_MESSAGE_END", messageId: `m${number}` } },
  { at: 0, event: { type: "RUN_FINISHED", threadId: "t", runId: `r${number}` } },
];

test(`${TABS} tabs of a session stay alive, and each of them hears of everything`, async ({ browser }) => {
  test.setTimeout(300_000);
  const installation = new Installation();
  const context = await browser.newContext();
  try {
    await installation.up();
    const recording = [...answer(1), ...answer(2)].map((line) => JSON.stringify(line)).join("\n");
    writeFileSync(join(installation.dataDir, "recordings", "two.jsonl"), recording);
    const first = await context.newPage();
    await first.goto(installation.link);
    await expect(first).toHaveURL(/\/projects$/);
    const call = (page: Page, path: string, body?: unknown) =>
      page.evaluate(
        async ([address, content]) => {
          const started = performance.now();
          const response = await fetch(`/api${address}`, {
            ...(content === undefined ? {} : { method: "POST", body: content }),
            headers: { "content-type": "application/json" },
            signal: AbortSignal.timeout(10_000),
          });
          return { status: response.status, milliseconds: performance.now() - started };
        },
        [path, body === undefined ? undefined : JSON.stringify(body)] as const,
      );
    expect((await call(first, "/projects", { name: "tabs" })).status).toBe(201);
    await installation.eventually("the session's creation", async () => {
      const environmentVariables = { REPLAY_RECORDING: "two", REPLAY_SPEED: "0" };
      const session = { name: "many", runnerType: "replay", initialPrompt: "Begin", environmentVariables };
      return (await call(first, "/projects/tabs/agentic-sessions", session)).status === 201 ? true : undefined;
    });

    const tabs: Page[] = [first];
    while (tabs.length < TABS) tabs.push(await context.newPage());
    for (const tab of tabs) await tab.goto(`${installation.endpoints.ui}/projects/tabs/sessions/many`);
    for (const tab of tabs) await expect(conversation(tab).getByText("Answer number 1.")).toBeVisible();

    // Whatever the tabs hold open, a request still gets through from each of them.
    for (const tab of tabs) {
      const { status, milliseconds } = await call(tab, "/me");
      expect(status).toBe(200);
      expect(milliseconds).toBeLessThan(3_000);
    }

    const last = tabs[TABS - 1];
    await last?.getByRole("textbox", { name: "Message" }).fill("Go on");
    await last?.keyboard.press("Enter");
    for (const tab of tabs) await expect(conversation(tab).getByText("Answer number 2.")).toBeVisible();

    // The list is read by one tab for all: the last one hears of a new name through another.
    await installation.eventually("a new name", async () => {
      const renamed = await first.evaluate(async () => {
        const response = await fetch("/api/projects/tabs/agentic-sessions/many", {
          method: "PATCH",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ displayName: "Renamed for all" }),
        });
        return response.status;
      });
      return renamed === 200 ? true : undefined;
    });
    for (const tab of tabs) await expect(tab).toHaveTitle(/Renamed for all/);

    // The tab that read the list goes; another one reads on.
    await first.close();
    const rest = tabs.slice(1);
    await rest[0]?.evaluate(async () => {
      await fetch("/api/projects/tabs/agentic-sessions/many", {
        method: "PATCH",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ displayName: "Renamed again" }),
      });
    });
    for (const tab of rest) await expect(tab).toHaveTitle(/Renamed again/);
  } finally {
    await context.close();
    await installation.remove();
  }
});
