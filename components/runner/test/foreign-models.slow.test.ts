/**
 * Model servers that answer otherwise than ours: each framework behind the real broker ends every run with an answer or
 * with a clear error, and what was used is counted. `FOREIGN_MODELS=full` tries every case, also those that take a while.
 */
import { EventType } from "@pilothouse/agui";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ANTHROPIC, FINE } from "./foreign/anthropic.ts";
import { GEMINI } from "./foreign/gemini.ts";
import { OPENAI } from "./foreign/openai.ts";
import { startForeignModel, type Answer, type ForeignModel } from "./foreign/server.ts";
import { AgentClient, type AgentRun } from "./support/agent-client.ts";
import { BrokerProcess } from "./support/broker-process.ts";
import { Platform } from "./support/platform.ts";
import { RunnerProcess } from "./support/runner-process.ts";

interface Side {
  readonly runnerType: string;
  readonly model: string;
  readonly answers: Readonly<Record<string, Answer>>;
  /** What is said, or the code of the error. */
  readonly expected: Readonly<Record<string, string>>;
}

const FULL = process.env["FOREIGN_MODELS"] === "full";

const SIDES: readonly Side[] = [
  {
    runnerType: "claude-agent-sdk",
    model: "claude-sonnet-5-5",
    answers: ANTHROPIC,
    expected: {
      "crlf-comments": FINE,
      brotli: FINE,
      "overloaded-in-the-middle": FINE,
      thoughts: FINE,
      "odd-json": FINE,
      "no-usage": FINE.repeat(20),
      "html-200": "MODEL_ERROR",
      "max-tokens": "MODEL_ERROR",
      "wait-an-hour": "MODEL_RATE_LIMITED",
    },
  },
  {
    runnerType: "gemini-cli",
    model: "gemini-2.5-pro",
    answers: GEMINI,
    expected: {
      "lf-comments": FINE,
      "no-last-newline": FINE,
      gzip: FINE,
      "no-args": FINE,
      "no-usage": FINE,
      blocked: "MODEL_ERROR",
      "max-tokens": "MODEL_ERROR",
      "not-found": "MODEL_NOT_FOUND",
      "wait-an-hour": "MODEL_RATE_LIMITED",
    },
  },
  {
    runnerType: "langgraph",
    model: "gpt-5",
    answers: OPENAI,
    expected: {
      "crlf-comments": FINE,
      "no-done": FINE,
      "odd-json": FINE,
      "no-usage": FINE,
      "nothing-200": "MODEL_ERROR",
      "error-in-stream": "MODEL_ERROR",
      quota: "MODEL_RATE_LIMITED",
    },
  },
];

const textOf = (run: AgentRun): string =>
  run.events
    .map((event) => (event.type === EventType.TEXT_MESSAGE_CONTENT && "delta" in event ? event.delta : ""))
    .join("");

describe.each(SIDES)("$runnerType with a foreign model server", ({ runnerType, model, answers, expected }) => {
  let platform: Platform;
  let server: ForeignModel;
  let broker: BrokerProcess;
  let runner: RunnerProcess;
  let client: AgentClient;

  beforeAll(async () => {
    platform = await Platform.start();
    server = await startForeignModel(answers);
    const session = await platform.createSession(`foreign-${runnerType}`, { llmSettings: { model } });
    broker = await BrokerProcess.start(session, server.url, "sk-canary-0123456789abcdefghij");
    runner = await RunnerProcess.start(platform, session, {
      RUNNER_TYPE: runnerType,
      PILOTHOUSE_BROKER_URL: broker.url,
      PILOTHOUSE_BROKER_TOKEN: broker.token,
    });
    client = new AgentClient(platform, session, runner);
  });
  afterAll(async () => {
    runner.kill("SIGKILL");
    await runner.exited;
    await broker.stop();
    await server.stop();
    await platform.stop();
  });

  it.each(Object.entries(expected))("%s", async (name, wished) => {
    const run = await client.say(`Please do case:${name}`);
    const said = run.error === undefined ? textOf(run) : run.error.code;
    expect(said).toMatch(wished === said ? wished : new RegExp(`${wished}$`));
    const end = run.events.at(-1);
    if (name !== "no-usage") return;
    // A budget in dollars holds although the server says no numbers.
    expect(end).toMatchObject({ usage: [{ model }], metadata: { costUsd: expect.any(Number) } });
    expect(end?.metadata?.["costUsd"]).toBeGreaterThan(0);
  });

  it.runIf(FULL).each(Object.keys(answers))("ends whatever comes: %s", async (name) => {
    const run = await client.say(`Please do case:${name}`);
    expect(run.error?.message ?? run.outcome).toBeTruthy();
  });
});
