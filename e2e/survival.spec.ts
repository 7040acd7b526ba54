/** What a user trusts it with when the power is cut: nothing that was seen is lost, and nothing is done twice. */
import { expect, test } from "@playwright/test";
import type { ModelSimulator } from "@pilothouse/model-simulator";
import { type GitServer, startGitServer } from "./support/git-server.ts";
import { Installation } from "./support/installation.ts";
import { startSimulatedModel } from "./support/simulated-model.ts";
import { collectEvents, textOf } from "./support/transcript.ts";

test.describe("kill -9 of the whole installation during a run", () => {
  let installation: Installation;
  let model: ModelSimulator;
  let git: GitServer;
  test.beforeAll(async () => {
    model = await startSimulatedModel();
    git = await startGitServer("web-app", { "README.md": "# Web app\n" });
    installation = new Installation({ env: { ANTHROPIC_UPSTREAM_URL: model.url } });
    await installation.up();
  });
  test.afterAll(async () => {
    await installation.remove();
    await model.stop();
    await git.stop();
  });

  test("keeps the transcript up to the kill, tells the truth, and resumes the conversation", async () => {
    const token = await installation.token("maria");
    const base = "/projects/survivors/agentic-sessions";
    expect((await installation.api(token, "POST", "/projects", { name: "survivors" })).status).toBe(201);
    const secrets = { data: { ANTHROPIC_API_KEY: "sk-test-key" } };
    expect((await installation.api(token, "PUT", "/projects/survivors/runner-secrets", secrets)).status).toBe(200);
    const session = { name: "story", initialPrompt: "Please tell a long story", repos: [{ url: git.url }] };
    await installation.eventually("creation", async () => {
      const created = await installation.api(token, "POST", base, session);
      return created.status === 201 ? true : undefined;
    });

    const before = await installation.eventually("a growing story", async () => {
      const events = await collectEvents(installation, token, "survivors", "story", 0, 1_500);
      return textOf(events).length > 300 ? events : undefined;
    });
    installation.killSupervisor();
    await installation.up();

    const after = await installation.eventually("the transcript", async () => {
      const events = await collectEvents(installation, token, "survivors", "story", 0, 1_500);
      return events.length > 0 ? events : undefined;
    });
    // Everything that a reader had seen is still there, under the same numbers.
    for (const event of before) expect(after).toContainEqual(event);

    await installation.eventually("the cut-off run to be closed", async () => {
      const events = await collectEvents(installation, token, "survivors", "story", 0, 1_500);
      return events.some(({ event }) => event.type === "RUN_ERROR" && event["code"] === "RUNNER_INTERRUPTED")
        ? true
        : undefined;
    });
    await installation.eventually("the session to be live again", async () => {
      const { body } = await installation.api(token, "GET", `${base}/story`);
      return body.status?.phase === "Running" && body.status.agent?.status === "idle" ? true : undefined;
    });
    const message = { messages: [{ id: "m-2", role: "user", content: "what did we do?" }] };
    expect((await installation.api(token, "POST", `${base}/story/agui/run`, message)).status).toBe(202);
    const all = await installation.eventually("an answer", async () => {
      const events = await collectEvents(installation, token, "survivors", "story", 0, 1_500);
      return textOf(events).includes("We told a story about a ship.") ? events : undefined;
    });
    const numbers = all.map(({ seq }) => seq);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    // The model saw the first prompt again only as history of the resumed conversation, never as a new one.
    const stories = model.requests.filter((request) => request.rule === "slow story");
    expect(stories).toHaveLength(1);
    const last = model.requests.findLast((request) => request.rule === "after a resume");
    expect(JSON.stringify(last?.body)).toContain("tell a long story");
  });
});
