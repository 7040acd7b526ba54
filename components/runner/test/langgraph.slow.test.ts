import { execFileSync } from "node:child_process";
import { EventType, type SequencedEvent } from "@pilothouse/agui";
import { parseScript } from "@pilothouse/model-simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FRAMEWORKS } from "./conformance/frameworks.ts";
import { Stage } from "./conformance/stage.ts";
import { verifyThread } from "./support/agent-client.ts";
import { startLangGraphServer, type LangGraphServer } from "./support/langgraph-server.ts";

const isEnd = ({ event }: SequencedEvent): boolean =>
  event.type === EventType.RUN_FINISHED || event.type === EventType.RUN_ERROR;
const textOf = (entries: readonly SequencedEvent[]): string =>
  entries.flatMap(({ event }) => (event.type === EventType.TEXT_MESSAGE_CONTENT ? [event.delta] : [])).join("");

/** A LangGraph server that serves `support/langgraph-graph.ts` as "harbour": `langgraphjs dev`, for one. */
const REAL_SERVER = process.env["LANGGRAPH_TEST_SERVER"];
const elsewhere = (url: string): LangGraphServer => ({ url, cancelled: undefined, close: async () => undefined });

describe("a session with LangGraph", () => {
  let stage: Stage;
  let server: LangGraphServer;
  beforeAll(async () => {
    server = REAL_SERVER === undefined ? await startLangGraphServer() : elsewhere(REAL_SERVER);
    stage = await Stage.open(FRAMEWORKS.langgraph);
  });
  afterAll(async () => {
    await stage.close();
    await server.close();
  });

  it.each([
    ["gpt-5", "openai-responses"],
    ["gemini-2.5-pro", "gemini"],
  ])("works with %s, by the wire of its provider", async (model, wire) => {
    const { client, session, runner, end } = await stage.start({
      llmSettings: { model, temperature: 0.3, maxTokens: 4321 },
    });
    const run = await client.say("parallel");
    expect(run.outcome).toBe("success");
    expect(client.messages.filter((message) => message.role === "tool").map((message) => message.content)).toEqual(
      expect.arrayContaining(["one", "two", "[exit code 3]"]),
    );
    const request = stage.model.requests.findLast((one) => one.conversation !== undefined);
    expect(request?.conversation).toMatchObject({ wire, model });
    expect(JSON.stringify(request?.body)).toMatch(/4321/);
    expect(JSON.stringify(request?.body)).toMatch(/"temperature":0.3/);
    await verifyThread(stage.platform, session, runner);
    await end();
  });

  it("is not confused by a model that uses the ids of its calls again", async () => {
    const { client, end } = await stage.start();
    const call = (command: string) => ({ tool: "run_shell_command", input: { command }, id: "toolu_same" });
    stage.model.use(
      parseScript({ rules: [{ when: { prompt: "twice" }, steps: [[call("echo one")], [call("echo two")], "Both."] }] }),
    );
    const run = await client.say("twice");
    expect(run.outcome).toBe("success");
    const results = client.messages.filter((message) => message.role === "tool");
    expect(results.map((message) => message.content)).toEqual(["one", "two"]);
    expect(new Set(results.map((message) => message.toolCallId)).size).toBe(2);
    await end();
  });

  it("shows no key to the agent, and starts its commands apart from the runner", async () => {
    const { runner, client, session, end } = await stage.start({ environmentVariables: { MY_OWN: "kept" } });
    stage.model.use(
      parseScript({
        rules: [
          {
            when: { prompt: "show" },
            steps: [[{ tool: "run_shell_command", input: { command: "env; cat /proc/self/environ" } }], "Nothing."],
          },
        ],
      }),
    );
    await client.say("show");
    const told = JSON.stringify(client.messages);
    expect(told).toContain("MY_OWN=kept");
    expect(told).not.toContain("sk-ant-canary");
    expect(told).not.toContain(session.token);
    expect(execFileSync("ps", ["-o", "args=", "-p", String(runner.pid)], { encoding: "utf8" })).not.toContain("canary");
    await end();
  });

  it("asks the user for a session of its own, and names this one", async () => {
    const { client, session, end } = await stage.start();
    const wish = { prompt: "look at the other harbour", displayName: "Other" };
    stage.model.use(
      parseScript({
        rules: [
          {
            when: { prompt: "start" },
            steps: [
              [
                { tool: "rename_session", input: { title: "Harbours" } },
                { tool: "start_session", input: wish },
              ],
              "Started.",
            ],
          },
        ],
      }),
    );
    const asked = await client.say("start");
    expect(asked.interrupts).toMatchObject([{ reason: "child_session", metadata: { session: wish } }]);
    const resume = asked.interrupts.map(({ id }) => ({
      interruptId: id,
      status: "resolved" as const,
      payload: { decision: "allow", sessionName: "other-1" },
    }));
    expect((await client.answer(resume)).outcome).toBe("success");
    expect(client.messages.findLast((message) => message.role === "tool")).toMatchObject({
      content: expect.stringContaining("session other-1"),
    });
    await expect
      .poll(async () => (await stage.platform.session(session.name)).status?.agent?.title, { timeout: 5000 })
      .toBe("Harbours");
    await end();
  });

  it("talks to a graph on a server: text, a question, an interrupt, an error, and again after kill -9", async () => {
    const first = await stage.start({
      environmentVariables: { LANGGRAPH_URL: server.url, LANGGRAPH_ASSISTANT: "harbour" },
    });
    const spoken = await first.client.say("hello");
    expect(spoken).toMatchObject({ outcome: "success", error: undefined });
    expect(first.client.messages.at(-1)).toMatchObject({ content: "Ahoy from the server. ".repeat(40) });
    expect(spoken.events.map((event) => event.type)).toEqual(expect.arrayContaining(["STEP_STARTED", "STEP_FINISHED"]));

    const asked = await first.client.say("ask me");
    expect(asked.interrupts).toMatchObject([{ reason: "question", message: "Which harbour?" }]);
    await first.end();
    const second = await stage.start({}, first.session);
    const resume = asked.interrupts.map(({ id }) => ({
      interruptId: id,
      status: "resolved",
      payload: { answers: { "Which harbour?": "Hamburg" } },
    }));
    const cut = await second.runner.eventsUntil((_, all) => all.filter(isEnd).length === 2);
    await second.runner.json("POST", "/agui/run", { messages: [], resume });
    const answered = await second.runner.eventsUntil(isEnd, cut.at(-1)?.seq);
    expect(textOf(answered)).toBe("To Hamburg.");

    await second.runner.say("be slow");
    const after = answered.at(-1)?.seq;
    await second.runner.eventsUntil((_, all) => textOf(all).includes("Ahoy"), after);
    await second.runner.json("POST", "/agui/interrupt");
    const stopped = await second.runner.eventsUntil(isEnd, after);
    expect(stopped.at(-1)?.event).toMatchObject({ outcome: { type: "cancelled" } });
    expect(server.cancelled?.length ?? 1).toBe(1);

    await second.runner.say("please fail");
    const failed = await second.runner.eventsUntil(isEnd, stopped.at(-1)?.seq);
    expect(failed.at(-1)?.event).toMatchObject({ type: "RUN_ERROR", message: "the graph ran aground" });
    await verifyThread(stage.platform, first.session, second.runner);
    await second.end();
  });

  it("tells of the graphs inside a graph on a server as of agents of agents", async () => {
    const { client, session, runner, end } = await stage.start({
      environmentVariables: { LANGGRAPH_URL: server.url, LANGGRAPH_ASSISTANT: "harbour" },
    });
    for (const round of [1, 2]) {
      const run = await client.say(`send the crew ${round}`);
      expect(run.outcome).toBe("success");
      const started = run.events.filter((event) => event.type === EventType.SUBAGENT_STARTED);
      const [crew, diver] = started;
      expect(started).toMatchObject([
        { name: "crew" },
        { name: "diver", parentSubagentRunId: crew?.["subagentRunId"] },
      ]);
      const saidBy = (subagentRunId: unknown): string =>
        run.events
          .filter((event) => event.type === EventType.TEXT_MESSAGE_CONTENT && event["subagentRunId"] === subagentRunId)
          .map((event) => String(event["delta"]))
          .join("");
      expect([crew?.["subagentRunId"], diver?.["subagentRunId"], undefined].map(saidBy)).toEqual([
        "The crew plans.",
        "The diver looks.",
        "The crew is back.",
      ]);
      const ended = run.events.filter((event) => event.type === EventType.SUBAGENT_FINISHED);
      expect(ended.map((event) => event["outcome"])).toEqual([{ type: "success" }, { type: "success" }]);
    }
    await verifyThread(stage.platform, session, runner);
    await end();
  });

  it("says which server does not answer", async () => {
    const { runner, end } = await stage.start({ environmentVariables: { LANGGRAPH_URL: "http://127.0.0.1:9" } });
    await expect
      .poll(async () => runner.logs.join("\n"), { timeout: 15_000 })
      .toContain("the LangGraph server at http://127.0.0.1:9 did not open a thread");
    await end();
  });
});
