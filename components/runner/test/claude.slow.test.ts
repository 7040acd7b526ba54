import { EventType } from "@pilothouse/agui";
import {
  message,
  parseScript,
  startModelSimulator,
  text,
  tool,
  type ModelSimulator,
} from "@pilothouse/model-simulator";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { BrokerProcess } from "./support/broker-process.ts";
import { Platform, type TestSession } from "./support/platform.ts";
import { RunnerProcess } from "./support/runner-process.ts";

const KEY = "sk-ant-canary-0123456789abcdefghij";
void [message, text, tool];

const QUESTION = {
  questions: [
    {
      question: "Which colour?",
      header: "Colour",
      options: [
        { label: "Blue", description: "like the sea" },
        { label: "Red", description: "like a buoy" },
      ],
      multiSelect: false,
    },
  ],
};

const script = parseScript({
  rules: [
    {
      when: { prompt: "ask me" },
      steps: [[{ text: "A question." }, { tool: "AskUserQuestion", input: QUESTION }], "Thank you for the answer."],
    },
    {
      when: { prompt: "work" },
      steps: [
        [
          { thinking: "I should write a file." },
          { text: "Writing." },
          { tool: "Bash", input: { command: "printf hello > made.txt && cat made.txt", description: "Make a file" } },
        ],
        "The file is **made**.",
      ],
    },
    { steps: ["I am here."] },
  ],
});

describe("a session with Claude Code", () => {
  let platform: Platform;
  let model: ModelSimulator;
  const cleanups: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    platform = await Platform.start();
    model = await startModelSimulator({ script, apiKeys: [KEY] });
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });
  afterAll(async () => {
    await model.stop();
    await platform.stop();
  });

  let count = 0;
  const start = async (
    spec: Record<string, unknown>,
    of?: TestSession,
  ): Promise<{ runner: RunnerProcess; session: TestSession; broker: BrokerProcess }> => {
    const session =
      of ??
      (await platform.createSession(`claude-${++count}`, { llmSettings: { model: "claude-sonnet-5-5" }, ...spec }));
    const broker = await BrokerProcess.start(session, model.url, KEY);
    const runner = await RunnerProcess.start(platform, session, {
      RUNNER_TYPE: "claude-agent-sdk",
      PILOTHOUSE_BROKER_URL: broker.url,
      PILOTHOUSE_BROKER_TOKEN: broker.token,
    });
    cleanups.push(
      async () => broker.stop(),
      async () => {
        runner.kill("SIGKILL");
        await runner.exited;
      },
    );
    return { runner, session, broker };
  };

  it("thinks, runs a command in the workspace, and says what it did", async () => {
    const { runner, session } = await start({ initialPrompt: "Please work" });
    const events = await runner.eventsUntil(({ event }) => event.type === EventType.RUN_FINISHED);
    expect(events.map(({ event }) => event.type).filter((type, index, all) => type !== all[index - 1])).toEqual([
      "RUN_STARTED",
      "REASONING_START",
      "REASONING_MESSAGE_START",
      "REASONING_MESSAGE_CONTENT",
      "REASONING_MESSAGE_END",
      "REASONING_END",
      "TEXT_MESSAGE_START",
      "TEXT_MESSAGE_CONTENT",
      "TOOL_CALL_START",
      "TOOL_CALL_ARGS",
      "TOOL_CALL_END",
      "TEXT_MESSAGE_END",
      "TOOL_CALL_RESULT",
      "TEXT_MESSAGE_START",
      "TEXT_MESSAGE_CONTENT",
      "TEXT_MESSAGE_END",
      "RUN_FINISHED",
    ]);
    expect(events.find(({ event }) => event.type === EventType.TOOL_CALL_RESULT)?.event).toMatchObject({
      content: "hello",
    });
    const end = events.at(-1)?.event;
    expect(end).toMatchObject({ outcome: { type: "success" }, usage: [{ model: "claude-sonnet-5-5" }] });
    expect(await (await runner.request("GET", "/workspace/made.txt")).text()).toBe("hello");
    await expect
      .poll(async () => (await platform.session(session.name)).status?.agent, { timeout: 5000 })
      .toMatchObject({
        status: "idle",
        result: { text: "The file is **made**.", isError: false },
        finishedRuns: 1,
        toolCalls: 1,
      });
  });

  it("asks by an interrupt, and goes on with the answer", async () => {
    const { runner } = await start({ initialPrompt: "Please ask me" });
    const asked = await runner.eventsUntil(({ event }) => event.type === EventType.RUN_FINISHED);
    const end = asked.at(-1)?.event;
    if (end?.type !== EventType.RUN_FINISHED || end.outcome?.type !== "interrupt") throw new Error(JSON.stringify(end));
    const [interrupt] = end.outcome.interrupts;
    expect(interrupt).toMatchObject({ reason: "question", metadata: QUESTION });
    const resume = [
      { interruptId: interrupt?.id, status: "resolved", payload: { answers: { "Which colour?": "Red" } } },
    ];
    await runner.json("POST", "/agui/run", { messages: [], resume });
    const rest = await runner.eventsUntil(({ event }) => event.type === EventType.RUN_FINISHED, asked.at(-1)?.seq);
    expect(rest.find(({ event }) => event.type === EventType.TOOL_CALL_RESULT)?.event).toMatchObject({
      content: expect.stringContaining('"Which colour?"="Red"'),
    });
    expect(rest.at(-1)?.event).toMatchObject({ outcome: { type: "success" } });
  });
});
