import { EventType, type SequencedEvent } from "@pilothouse/agui";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FRAMEWORKS, type Framework } from "./conformance/frameworks.ts";
import { Stage, type Started } from "./conformance/stage.ts";
import { TracingSinks } from "./support/tracing-sinks.ts";

const isEnd = ({ event }: SequencedEvent): boolean =>
  event.type === EventType.RUN_FINISHED || event.type === EventType.RUN_ERROR;
const LANGFUSE = { LANGFUSE_PUBLIC_KEY: "pk-lf-canary-0001", LANGFUSE_SECRET_KEY: "sk-lf-canary-0002" };
const LANGSMITH = { LANGSMITH_API_KEY: "lsv2_canary_0003", LANGSMITH_PROJECT: "harbour" };

describe.each<[string, Framework]>([
  ["claude", FRAMEWORKS.claude],
  ["gemini", FRAMEWORKS.gemini],
])("Langfuse traces of %s", (_name, framework) => {
  let stage: Stage;
  let sinks: TracingSinks;
  beforeAll(async () => {
    sinks = await TracingSinks.start();
    stage = await Stage.open(framework);
  });
  afterAll(async () => {
    await stage.close();
    await sinks.close();
  });
  const start = async (content?: string): Promise<Started> => {
    const { host } = new URL(sinks.url);
    return stage.start({ initialPrompt: "please work", userContext: { userId: "ada@example.com" } }, undefined, {
      broker: { PILOTHOUSE_INTEGRATION_HOSTS: host },
      integrationSecrets: { ...LANGFUSE, LANGFUSE_BASE_URL: sinks.url },
      ...(content === undefined ? {} : { runner: { PILOTHOUSE_TRACING_CONTENT: content } }),
    });
  };

  it("have generations, tools, usage, cost, session and user, and no words", async () => {
    const { runner, session, end } = await start();
    const events = await runner.eventsUntil(isEnd);
    expect(await runner.json("GET", "/capabilities")).toMatchObject({ tracing: "langfuse" });
    await expect.poll(() => sinks.observations.length, { timeout: 10_000 }).toBe(4);
    const of = (type: string) =>
      sinks.observations.filter((one) => one.attributes["langfuse.observation.type"] === type);
    const [root] = of("agent");
    const generations = of("generation");
    const [tool] = of("tool");
    expect(new Set(sinks.observations.map((one) => one.trace)).size).toBe(1);
    expect(root?.attributes).toMatchObject({ "session.id": session.uid, "user.id": "ada@example.com" });
    expect(generations).toHaveLength(2);
    for (const generation of generations) {
      expect(generation).toMatchObject({
        parent: root?.id,
        attributes: { "langfuse.observation.model.name": framework.model, "session.id": session.uid },
      });
      expect(generation.end).toBeGreaterThanOrEqual(generation.start);
    }
    const cost = (one: { attributes: Readonly<Record<string, unknown>> }): number =>
      (JSON.parse(String(one.attributes["langfuse.observation.cost_details"])) as { total: number }).total;
    const spent = events.at(-1)?.event.metadata?.["costUsd"];
    expect(generations.reduce((sum, one) => sum + cost(one), 0)).toBeCloseTo(Number(spent), 6);
    expect(tool).toMatchObject({ parent: root?.id, name: framework.dialect.shellName });
    const told = JSON.stringify(sinks.observations);
    for (const words of ["please work", "Writing.", "made.txt", "The file is"]) expect(told).not.toContain(words);
    expect(told).toContain("[masked: ");
    expect([...sinks.credentials]).toEqual([
      `Basic ${Buffer.from("pk-lf-canary-0001:sk-lf-canary-0002").toString("base64")}`,
    ]);

    const message = events.findLast(({ event }) => event.type === EventType.TEXT_MESSAGE_START)?.event;
    const messageId = message?.type === EventType.TEXT_MESSAGE_START ? message.messageId : "";
    const body = { messageId, metaType: "thumbs_up", comment: "well done", userId: "ada@example.com" };
    await runner.json("POST", "/agui/feedback", body);
    await expect.poll(() => sinks.scores.length, { timeout: 5000 }).toBe(1);
    const last = generations.toSorted((a, b) => a.start - b.start).at(-1);
    expect(sinks.scores[0]).toMatchObject({
      name: "user-feedback",
      value: 1,
      traceId: root?.trace,
      observationId: last?.id,
    });
    await end();
  });

  it.runIf(framework === FRAMEWORKS.claude)(
    "tell of a run that a crash cut off, once and as an error",
    async () => {
      sinks.observations.length = 0;
      const traced = { broker: { PILOTHOUSE_INTEGRATION_HOSTS: new URL(sinks.url).host } };
      const integrationSecrets = { ...LANGFUSE, LANGFUSE_BASE_URL: sinks.url };
      const surroundings = { ...traced, integrationSecrets };
      const first = await stage.start({ initialPrompt: "sleepy tool" }, undefined, surroundings);
      await first.runner.eventsUntil(({ event }) => event.type === EventType.TOOL_CALL_END);
      await new Promise((resolve) => setTimeout(resolve, 500));
      await first.end();
      expect(sinks.observations).toEqual([]);
      for (const _attempt of [2, 3]) {
        const next = await stage.start({}, first.session, surroundings);
        await expect.poll(() => next.runner.logs.join("\n"), { timeout: 10_000 }).toContain("runs are traced");
        await next.runner.stop();
        await next.end();
      }
      expect(sinks.observations.map(({ attributes }) => attributes)).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            "langfuse.observation.type": "agent",
            "langfuse.observation.level": "ERROR",
            "langfuse.observation.status_message": expect.stringContaining("RUNNER_INTERRUPTED"),
            "session.id": first.session.uid,
          }),
          expect.objectContaining({ "langfuse.observation.type": "tool", "langfuse.observation.level": "ERROR" }),
        ]),
      );
      expect(sinks.observations).toHaveLength(2);
    },
    90_000,
  );

  it.runIf(framework === FRAMEWORKS.claude)("have the words when the installation says so", async () => {
    sinks.observations.length = 0;
    const { runner, end } = await start("full");
    await runner.eventsUntil(isEnd);
    await expect.poll(() => sinks.observations.length, { timeout: 10_000 }).toBe(4);
    const told = JSON.stringify(sinks.observations);
    for (const words of ["please work", "Writing.", "made.txt", "The file is"]) expect(told).toContain(words);
    await end();
  });
});

describe("LangSmith traces of langgraph", () => {
  let stage: Stage;
  let sinks: TracingSinks;
  beforeAll(async () => {
    sinks = await TracingSinks.start();
    stage = await Stage.open(FRAMEWORKS.langgraph);
  });
  afterAll(async () => {
    await stage.close();
    await sinks.close();
  });

  it("are a tree with generations, tools, usage and feedback", async () => {
    const { runner, session, end } = await stage.start({ initialPrompt: "please work" }, undefined, {
      broker: { PILOTHOUSE_INTEGRATION_HOSTS: new URL(sinks.url).host },
      integrationSecrets: { ...LANGSMITH, LANGSMITH_ENDPOINT: sinks.url },
    });
    const events = await runner.eventsUntil(isEnd);
    expect(await runner.json("GET", "/capabilities")).toMatchObject({ tracing: "langsmith" });
    await expect.poll(() => sinks.runs.size, { timeout: 10_000 }).toBe(4);
    const runs = [...sinks.runs.values()];
    const root = runs.find((run) => run["run_type"] === "chain");
    expect(root).toMatchObject({
      name: session.name,
      session_name: "harbour",
      extra: { metadata: { thread_id: session.uid } },
    });
    const models = runs.filter((run) => run["run_type"] === "llm");
    expect(models).toHaveLength(2);
    expect(models[0]).toMatchObject({
      parent_run_id: root?.["id"],
      extra: { metadata: { ls_model_name: FRAMEWORKS.langgraph.model } },
      outputs: { usage_metadata: { input_tokens: expect.any(Number), total_cost: expect.any(Number) } },
    });
    expect(runs.find((run) => run["run_type"] === "tool")).toMatchObject({ name: "run_shell_command" });
    expect(JSON.stringify(runs)).not.toContain("made.txt");
    expect([...sinks.credentials]).toEqual(["lsv2_canary_0003"]);
    const message = events.findLast(({ event }) => event.type === EventType.TEXT_MESSAGE_START)?.event;
    const messageId = message?.type === EventType.TEXT_MESSAGE_START ? message.messageId : "";
    await runner.json("POST", "/agui/feedback", { messageId, metaType: "thumbs_down", userId: "ada@example.com" });
    await expect.poll(() => sinks.feedback.length, { timeout: 5000 }).toBe(1);
    expect(sinks.feedback[0]).toMatchObject({ key: "user-feedback", score: 0 });
    expect(models.map((run) => run["id"])).toContain(sinks.feedback[0]?.["run_id"]);
    await end();
  });

  it("cost nothing when the service is down", async () => {
    const dead = await TracingSinks.start();
    await dead.close();
    const { runner, end } = await stage.start({}, undefined, {
      broker: { PILOTHOUSE_INTEGRATION_HOSTS: new URL(dead.url).host },
      integrationSecrets: { ...LANGSMITH, LANGSMITH_ENDPOINT: dead.url },
    });
    let after = 0;
    const times: number[] = [];
    for (let count = 0; count < 3; count++) {
      const began = performance.now();
      await runner.say("hello");
      after = (await runner.eventsUntil(isEnd, after)).at(-1)?.seq ?? 0;
      times.push(performance.now() - began);
    }
    expect(Math.min(...times)).toBeLessThan(1000);
    const began = performance.now();
    expect(await runner.stop()).toBe(143);
    expect(performance.now() - began).toBeLessThan(6000);
    await end();
  });
});
