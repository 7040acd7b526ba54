/**
 * One suite for every bridge: the real framework with a simulated model, behind the real broker, seen through
 * @ag-ui/client's HttpAgent and its verifier. A scenario passes, or `frameworks.ts` says why it cannot be.
 */
import { fileURLToPath } from "node:url";
import { EventType, type SequencedEvent } from "@pilothouse/agui";
import type { Interrupt, ResumeEntry } from "@ag-ui/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyThread, type AgentRun } from "../support/agent-client.ts";
import { startToolServer, type ToolServer } from "../support/tool-server.ts";
import { FRAMEWORKS, SCENARIOS, type Framework, type Scenario } from "./frameworks.ts";
import { ERRANDS, HERE, LONG_TEXT, QUESTIONS } from "./script.ts";
import { lastSeq, Stage, type Started } from "./stage.ts";

const ECHO = fileURLToPath(new URL("../support/echo-server.ts", import.meta.url));
const THOROUGH = process.env["CONFORMANCE"] === "full";
/** A framework may try again for a while before it gives up. */
const ERRORS = THOROUGH ? [400, 401, 404, 429, 500, 529] : [400, 401, 529];

const isEnd = ({ event }: SequencedEvent): boolean =>
  event.type === EventType.RUN_FINISHED || event.type === EventType.RUN_ERROR;
const textOf = (events: readonly { type: EventType; delta?: unknown }[]): string =>
  events.map((event) => (event.type === EventType.TEXT_MESSAGE_CONTENT ? String(event.delta) : "")).join("");
const textIn = (entries: readonly SequencedEvent[]): string => textOf(entries.map(({ event }) => event));
const results = (entries: readonly SequencedEvent[]): unknown[] =>
  entries.flatMap(({ event }) => (event.type === EventType.TOOL_CALL_RESULT ? [event.content] : []));
const kinds = (run: AgentRun): string[] => run.events.map((event) => event.type);
const interruptsOf = (entry: SequencedEvent | undefined): readonly Interrupt[] =>
  entry?.event.type === EventType.RUN_FINISHED && entry.event.outcome?.type === "interrupt"
    ? entry.event.outcome.interrupts
    : [];
const resolved = (interrupts: readonly Interrupt[], payload: unknown): ResumeEntry[] =>
  interrupts.map(({ id }) => ({ interruptId: id, status: "resolved", payload }));

/** A loaded machine is slower than this allows by far less than what hangs would be. */
async function within<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  expect(performance.now() - began).toBeLessThan(milliseconds);
  return result;
}

export function conformance(name: keyof typeof FRAMEWORKS): void {
  const framework: Framework = FRAMEWORKS[name];
  const seen: Scenario[] = [];
  const scenario = (title: Scenario, test: () => Promise<void>, timeout = 60_000): void => {
    seen.push(title);
    const reason = framework.impossible[title];
    // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- title and test come from the caller
    it.runIf(reason === undefined)(reason === undefined ? title : `${title} (${reason})`, test, timeout);
  };

  describe(`${framework.runnerType} speaks AG-UI`, () => {
    let stage: Stage;
    let tools: ToolServer;
    beforeAll(async () => {
      tools = await startToolServer();
      stage = await Stage.open(framework);
    });
    afterAll(async () => {
      await stage?.close();
      await tools?.close();
    });

    describe("in one session", () => {
      let it_: Started;
      beforeAll(async () => {
        const stdio = { type: "stdio", command: process.execPath, args: [ECHO] };
        const custom = {
          stdio,
          http: { type: "http", url: `${tools.url}/mcp` },
          sse: { type: "sse", url: `${tools.url}/sse` },
          crashing: { type: "stdio", command: "false" },
          hanging: { type: "http", url: `${tools.url}/hang` },
        };
        it_ = await stage.start(framework.dialect.mcp === undefined ? {} : { mcpServers: { custom } });
      });
      afterAll(async () => {
        await verifyThread(stage.platform, it_.session, it_.runner);
        await it_.end();
      });
      const hello = async (): Promise<void> => {
        const run = await it_.client.say("hello");
        expect(textOf(run.events)).toBe(HERE);
        expect(run.outcome).toBe("success");
      };

      scenario("works with a tool and says what it did", async () => {
        const run = await it_.client.say("please work");
        expect(run.outcome).toBe("success");
        expect(it_.client.messages.at(-1)).toMatchObject({ role: "assistant", content: "The file is **made**." });
        expect(kinds(run)).toEqual(
          expect.arrayContaining(["TOOL_CALL_START", "TOOL_CALL_ARGS", "TOOL_CALL_END", "TOOL_CALL_RESULT"]),
        );
        const [call] = run.events.filter((event) => event.type === EventType.TOOL_CALL_START);
        expect(call).toMatchObject({ toolCallName: framework.dialect.shellName });
        expect(it_.client.messages.find((message) => message.role === "tool")).toMatchObject({ content: "hello" });
        expect(await (await it_.runner.request("GET", "/workspace/made.txt")).text()).toBe("hello");
      });

      scenario("thinks aloud", async () => {
        const run = await it_.client.say("please work");
        const deltas = run.events.map((event) =>
          event.type === EventType.REASONING_MESSAGE_CONTENT && "delta" in event ? String(event.delta) : "",
        );
        expect(deltas.join("")).toContain("I should write a file.");
        expect(kinds(run).filter((kind) => kind.startsWith("REASONING"))).toEqual(
          expect.arrayContaining([
            "REASONING_START",
            "REASONING_MESSAGE_START",
            "REASONING_MESSAGE_END",
            "REASONING_END",
          ]),
        );
      });

      scenario("streams long text with characters of every width", async () => {
        const run = await it_.client.say("long text");
        expect(it_.client.messages.at(-1)).toMatchObject({ content: LONG_TEXT });
        expect(kinds(run).filter((kind) => kind === "TEXT_MESSAGE_CONTENT").length).toBeGreaterThan(5);
      });

      scenario("runs parallel tools, one of which fails", async () => {
        const before = it_.client.messages.length;
        const run = await it_.client.say("parallel");
        expect(run.outcome).toBe("success");
        const answers = it_.client.messages.slice(before).filter((message) => message.role === "tool");
        expect(answers.filter((message) => message.metadata?.["isError"] === true)).toHaveLength(1);
        expect(answers.map((message) => message.content)).toEqual(expect.arrayContaining(["one", "two"]));
        expect(new Set(answers.map((message) => message.toolCallId)).size).toBe(3);
      });

      scenario("edits a file and shows the edit", async () => {
        const run = await it_.client.say("edit it");
        expect(run.outcome).toBe("success");
        expect(await (await it_.runner.request("GET", "/workspace/edited.txt")).text()).toBe("one\ntwo\n");
      });

      scenario("counts what a run used", async () => {
        const run = await it_.client.say("please work");
        const end = run.events.at(-1);
        expect(end).toMatchObject({ type: "RUN_FINISHED", usage: [{ model: framework.model }] });
        expect(end?.metadata?.["costUsd"]).toBeGreaterThan(0);
      });

      scenario("shares a state", async () => {
        const run = await it_.client.say("share it", { state: { mine: 1 } });
        expect(kinds(run)).toContain("STATE_SNAPSHOT");
        expect(kinds(run)).toContain("STATE_DELTA");
        expect(it_.client.state).toEqual({ mine: 1, plan: { title: "Harbour" } });
      });

      scenario("asks a question and goes on with the answer", async () => {
        const asked = await it_.client.say("ask me");
        const [interrupt] = asked.interrupts;
        expect(interrupt).toMatchObject({ reason: "question", metadata: { questions: QUESTIONS } });
        const call = asked.events.find((event) => event.type === EventType.TOOL_CALL_START);
        expect(call).toMatchObject({ toolCallId: interrupt?.toolCallId });
        const answered = await it_.client.answer(resolved(asked.interrupts, { answers: { "Which colour?": "Red" } }));
        expect(answered.outcome).toBe("success");
        expect(textOf(answered.events)).toBe("Thank you for the answer.");
        expect(it_.client.messages.findLast((message) => message.role === "tool")).toMatchObject({
          content: expect.stringContaining('"Which colour?"="Red"'),
        });
      });

      scenario("takes words in place of an answer", async () => {
        const after = await lastSeq(it_.runner);
        await it_.runner.say("ask me");
        const asked = await it_.runner.eventsUntil(isEnd, after);
        await it_.runner.say("green, if you can");
        const rest = await it_.runner.eventsUntil(isEnd, asked.at(-1)?.seq);
        expect(results(rest)).toEqual([expect.stringContaining("green, if you can")]);
        expect(rest.at(-1)?.event).toMatchObject({ outcome: { type: "success" } });
      });

      scenario("abandons a question when it is interrupted", async () => {
        const after = await lastSeq(it_.runner);
        await it_.runner.say("ask me");
        const asked = await it_.runner.eventsUntil(isEnd, after);
        expect(await it_.runner.json("POST", "/agui/interrupt")).toEqual({ interrupted: true });
        const rest = await it_.runner.eventsUntil(isEnd, asked.at(-1)?.seq);
        expect(rest.at(-1)?.event).toMatchObject({ outcome: { type: "cancelled" } });
        await it_.runner.say("hello again");
        expect(textIn(await it_.runner.eventsUntil(isEnd, rest.at(-1)?.seq))).toBe(HERE);
      });

      scenario("tells of a subagent", async () => {
        const after = await lastSeq(it_.runner);
        await it_.runner.say("delegate now");
        const events = await it_.runner.eventsUntil(isEnd, after);
        const types = events.map(({ event }) => event.type);
        expect(types.indexOf(EventType.SUBAGENT_STARTED)).toBeLessThan(types.indexOf(EventType.SUBAGENT_FINISHED));
        const inside = events.filter(
          ({ event }) => "subagentRunId" in event && event.type === EventType.TEXT_MESSAGE_CONTENT,
        );
        expect(textIn(inside)).toContain("I look around.");
      });

      scenario("tells of subagents of subagents", async () => {
        for (const prompt of ["delegate deeply", "delegate deeply later"]) {
          const after = await lastSeq(it_.runner);
          await it_.runner.say(prompt);
          const last = `My ${ERRANDS.at(-1)} is done.`;
          const events = await it_.runner.eventsUntil(
            (entry, all) => isEnd(entry) && textIn(all).includes(last),
            after,
          );
          const saidBy = new Map<string, string>();
          const parents = new Map<string, string | undefined>();
          for (const { event } of events) {
            if (event.type === EventType.SUBAGENT_STARTED) parents.set(event.subagentRunId, event.parentSubagentRunId);
            if (event.type === EventType.TEXT_MESSAGE_CONTENT && event.subagentRunId !== undefined)
              saidBy.set(event.delta, event.subagentRunId);
          }
          const chain = ERRANDS.map((errand) => saidBy.get(`I am on my ${errand}.`));
          expect(chain).not.toContain(undefined);
          expect(chain.map((id) => parents.get(id ?? ""))).toEqual([undefined, ...chain.slice(0, -1)]);
        }
      });

      scenario("tells of background work in a run of its own", async () => {
        const after = await lastSeq(it_.runner);
        await it_.runner.say("delegate later");
        const rest = await it_.runner.eventsUntil(
          ({ event }, all) => textIn(all).includes("come back") && event.type === EventType.RUN_FINISHED,
          after,
        );
        const starts = rest.filter(({ event }) => event.type === EventType.RUN_STARTED);
        expect(starts.at(-1)?.event).toMatchObject({ metadata: { autonomous: "background" } });
      });

      const interrupted = async (prompt: string): Promise<void> => {
        const after = await lastSeq(it_.runner);
        await it_.runner.say(prompt);
        await it_.runner.eventsUntil(({ event }) => event.type === EventType.TEXT_MESSAGE_CONTENT, after);
        await new Promise((resolve) => setTimeout(resolve, 300));
        const before = performance.now();
        await it_.runner.json("POST", "/agui/interrupt");
        const events = await it_.runner.eventsUntil(isEnd, after);
        expect(events.at(-1)?.event).toMatchObject({ outcome: { type: "cancelled" } });
        expect(performance.now() - before).toBeLessThan(5000);
        await it_.runner.say("hello");
        expect(textIn(await it_.runner.eventsUntil(isEnd, events.at(-1)?.seq))).toBe(HERE);
        // The model is told what had been said.
        expect(JSON.stringify(stage.model.requests.at(-1)?.body)).toContain(prompt);
      };
      scenario("is interrupted in the middle of its words", async () => interrupted("slow"));
      scenario("is interrupted while the model is silent", async () => interrupted("silent"));
      scenario("is interrupted while a tool runs", async () => interrupted("sleepy tool"));

      scenario("names its session, and hands over a file", async () => {
        const run = await it_.client.say("tell us");
        expect(textOf(run.events)).toContain("Told.");
        const shared = run.events.find((event) => event.type === EventType.CUSTOM);
        expect(shared).toMatchObject({
          name: "artifact",
          value: { path: "artifacts/report.txt", title: "The report" },
        });
        const answers = JSON.stringify(run.events.filter((event) => event.type === EventType.TOOL_CALL_RESULT));
        expect(answers).toContain("is not a file of the workspace");
        expect(answers).toContain("There is no session nobody");
        const file = await it_.runner.request("GET", "/workspace/artifacts/report.txt");
        expect(await file.text()).toBe("the report");
        const digest = async () => (await stage.platform.session(it_.session.name)).status?.agent;
        await expect.poll(digest, { timeout: 5000 }).toMatchObject({ title: "Harbour lights" });
      });

      scenario("keeps a second run waiting until the first has ended", async () => {
        const after = await lastSeq(it_.runner);
        const first = await it_.runner.say("slow");
        await it_.runner.eventsUntil(({ event }) => event.type === EventType.TEXT_MESSAGE_CONTENT, after);
        const second = await it_.runner.say("hello");
        expect(await it_.runner.json("GET", "/agui/queue")).toMatchObject({
          active: { id: first },
          items: [{ id: second }],
        });
        await it_.runner.json("POST", "/agui/interrupt");
        const events = await it_.runner.eventsUntil((_, all) => all.filter(isEnd).length === 2, after);
        const order = events.flatMap(({ event }) =>
          event.type === EventType.RUN_STARTED || event.type === EventType.RUN_FINISHED
            ? [`${event.type} ${event.runId}`]
            : [],
        );
        expect(order).toEqual([
          `RUN_STARTED ${first}`,
          `RUN_FINISHED ${first}`,
          `RUN_STARTED ${second}`,
          `RUN_FINISHED ${second}`,
        ]);
      });

      const servers = async (): Promise<Record<string, string>> => {
        const { items } = (await it_.runner.json("GET", "/mcp/status")) as {
          items: { name: string; status: string }[];
        };
        return Object.fromEntries(items.map((each) => [each.name, each.status]));
      };
      const uses = async (server: string): Promise<void> => {
        const after = await lastSeq(it_.runner);
        await it_.runner.say(`use ${server}`);
        const events = await it_.runner.eventsUntil(isEnd, after);
        expect(results(events)).toEqual([expect.stringContaining("ahoy")]);
      };

      scenario("uses tool servers of each kind, and is not held up by those that crash or hang", async () => {
        for (const kind of ["stdio", "http", "sse"]) await within(5000, async () => uses(kind));
        const state = await within(2000, servers);
        expect(state).toMatchObject({ stdio: "connected", http: "connected", sse: "connected" });
        expect(state["crashing"]).not.toBe("connected");
        expect(state["hanging"]).not.toBe("connected");
      });

      scenario("stays at hand while a tool of a server hangs", async () => {
        const after = await lastSeq(it_.runner);
        await it_.runner.say("stall stdio");
        await it_.runner.eventsUntil(({ event }) => event.type === EventType.TOOL_CALL_END, after);
        await within(2000, async () => {
          expect(await servers()).toMatchObject({ http: "connected", sse: "connected" });
          expect((await it_.runner.request("GET", "/workspace")).status).toBe(200);
        });
        const events = await within(5000, async () => {
          await it_.runner.json("POST", "/agui/interrupt");
          return it_.runner.eventsUntil(isEnd, after);
        });
        expect(events.at(-1)?.event).toMatchObject({ outcome: { type: "cancelled" } });
        await within(5000, async () => uses("http"));
      });

      scenario("goes on when a tool server ends at work, and starts it again", async () => {
        const run = await within(15_000, async () => it_.client.say("end stdio"));
        expect(run.outcome).toBe("success");
        expect(it_.client.messages.findLast((message) => message.role === "tool")?.metadata).toMatchObject({
          isError: true,
        });
        await within(5000, async () => uses("http"));
        await expect.poll(servers, { timeout: 10_000 }).toMatchObject({ stdio: "connected" });
        await within(5000, async () => uses("stdio"));
      });

      scenario(
        "ends a run with the model's error, and goes on",
        async () => {
          const codes: Record<number, string | undefined> = {};
          for (const status of ERRORS) codes[status] = (await it_.client.say(`error ${status}`)).error?.code;
          expect(codes).toEqual(Object.fromEntries(ERRORS.map((status) => [status, framework.errors[status]])));
          await hello();
        },
        180_000,
      );

      scenario("survives a stream that breaks", async () => {
        const run = await it_.client.say("broken stream");
        expect(["RUN_FINISHED", "RUN_ERROR"]).toContain(run.events.at(-1)?.type);
        await hello();
      });

      scenario("changes the model while it lives", async () => {
        await stage.platform.patchSpec(it_.session.name, { llmSettings: { model: framework.otherModel } });
        await expect
          .poll(async () => (await stage.platform.session(it_.session.name)).status?.agent?.model, { timeout: 5000 })
          .toBe(framework.otherModel);
        const run = await it_.client.say("hello");
        expect(run.events.at(-1)).toMatchObject({ usage: [{ model: framework.otherModel }] });
      });
    });

    scenario("asks before a tool: deny, allow once, always, edited input", async () => {
      const one = await stage.start({ permissionMode: "ask" });
      const { client, runner } = one;
      const exists = async (file: string): Promise<boolean> =>
        (await runner.request("GET", `/workspace/${file}`)).status === 200;
      const denied = await client.say("write first");
      expect(denied.interrupts).toMatchObject([
        { reason: "tool_approval", metadata: { toolName: framework.dialect.shellName } },
      ]);
      await client.answer(resolved(denied.interrupts, { decision: "deny", message: "Not now." }));
      expect(await exists("first.txt")).toBe(false);
      expect(client.messages.findLast((message) => message.role === "tool")).toMatchObject({
        content: expect.stringContaining("Not now."),
      });
      const edited = await client.say("write second");
      const input = { ...Object(edited.interrupts[0]?.metadata?.["input"]), command: "echo other > other.txt" };
      await client.answer(resolved(edited.interrupts, { decision: "allow_once", input }));
      expect([await exists("second.txt"), await exists("other.txt")]).toEqual([false, true]);
      const always = await client.say("write third");
      await client.answer(resolved(always.interrupts, { decision: "allow_always" }));
      expect(await exists("third.txt")).toBe(true);
      expect((await client.say("write third")).outcome).toBe("success");
      await verifyThread(stage.platform, one.session, runner);
      await one.end();
    });

    scenario("remembers after a restart what was allowed for good", async () => {
      const first = await stage.start({ permissionMode: "ask" });
      const asked = await first.client.say("write third");
      await first.client.answer(resolved(asked.interrupts, { decision: "allow_always" }));
      await first.end();
      const second = await stage.start({}, first.session);
      expect(await second.client.say("write third")).toMatchObject({ outcome: "success" });
      expect((await second.client.say("write first")).interrupts).toMatchObject([{ reason: "tool_approval" }]);
      await second.end();
    });

    scenario("goes on after kill -9 without repeating the first prompt", async () => {
      const first = await stage.start({ initialPrompt: "slow" });
      await first.runner.eventsUntil(({ event }) => event.type === EventType.TEXT_MESSAGE_CONTENT);
      await new Promise((resolve) => setTimeout(resolve, 300));
      await first.end();
      const asked = stage.model.requests.length;
      const second = await stage.start({}, first.session);
      const cut = await second.runner.eventsUntil(isEnd);
      expect(cut.at(-1)?.event).toMatchObject({ type: "RUN_ERROR", code: "RUNNER_INTERRUPTED" });
      await second.runner.say("hello");
      await second.runner.eventsUntil((entry, all) => isEnd(entry) && textIn(all).includes(HERE), cut.at(-1)?.seq);
      const sent = stage.model.requests.slice(asked).filter((request) => request.conversation !== undefined);
      expect(sent.map((request) => request.turn?.prompt)).toEqual(sent.map(() => "hello"));
      if (framework.impossible["remembers the conversation after kill -9"] === undefined)
        expect(JSON.stringify(sent.at(-1)?.body)).toContain("slow");
      const thread = await verifyThread(stage.platform, first.session, second.runner);
      const prompts = thread.filter(
        ({ event }) => event.type === EventType.RUN_STARTED && event.runId.startsWith("prompt-"),
      );
      expect(prompts).toHaveLength(1);
      await second.end();
    });

    scenario("remembers the conversation after kill -9", async () => {
      const first = await stage.start({ initialPrompt: "sleepy tool" });
      await first.runner.eventsUntil(({ event }) => event.type === EventType.TOOL_CALL_END);
      await new Promise((resolve) => setTimeout(resolve, 500));
      await first.end();
      const second = await stage.start({}, first.session);
      const run = await second.client.say("hello");
      expect(run.outcome).toBe("success");
      // The call that was cut off has a result: providers refuse a conversation in which one is missing.
      const body = JSON.stringify(stage.model.requests.at(-1)?.body);
      expect(body).toContain("sleepy tool");
      expect(body).toContain("Sleeping.");
      await second.end();
    });

    scenario("takes an answer after a restart", async () => {
      const first = await stage.start({ initialPrompt: "ask me" });
      const asked = await first.runner.eventsUntil(isEnd);
      expect(await first.runner.stop()).toBe(143);
      await first.end();
      const second = await stage.start({}, first.session);
      const resume = resolved(interruptsOf(asked.at(-1)), { answers: { "Which colour?": "Red" } });
      await second.runner.json("POST", "/agui/run", { messages: [], resume });
      const rest = await second.runner.eventsUntil(isEnd, asked.at(-1)?.seq);
      expect(rest.at(-1)?.event).toMatchObject({ type: "RUN_FINISHED", outcome: { type: "success" } });
      expect(JSON.stringify(stage.model.requests.at(-1)?.body)).toMatch(/Which colour\?[^A-Za-z]{1,12}Red/);
      await second.end();
    });

    it("has every scenario of the table", () => {
      expect(seen.toSorted()).toEqual([...SCENARIOS].toSorted());
    });
  });
}
