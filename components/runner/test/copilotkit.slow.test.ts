/**
 * CopilotKit's own runtime and client against a session: its wire carries an older AG-UI client, the whole history each
 * time, a thread id of its own, and the tools and context of the page.
 */
import { createServer, type Server } from "node:http";
import { Readable } from "node:stream";
import { CopilotKitCore } from "@copilotkit/core";
import { CopilotRuntime, createCopilotRuntimeHandler } from "@copilotkit/runtime/v2";
import { HttpAgent } from "@ag-ui/client";
import { parseScript } from "@pilothouse/model-simulator";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { FRAMEWORKS } from "./conformance/frameworks.ts";
import { QUESTIONS } from "./conformance/script.ts";
import { Stage, type Started } from "./conformance/stage.ts";

const { dialect } = FRAMEWORKS.claude;

const script = parseScript({
  rules: [
    { when: { prompt: "please work" }, steps: [[{ text: "Working." }, dialect.shell("printf hello")], "It is done."] },
    {
      when: { prompt: "paint it" },
      steps: [[dialect.client("paint", { colour: "blue" })], "The page says: {{result}}"],
    },
    ...(dialect.question === undefined
      ? []
      : [{ when: { prompt: "ask me" }, steps: [[dialect.question(QUESTIONS)], "Thank you for the answer."] }]),
    { when: { prompt: "/(^|\\n)fail$/" }, steps: [{ error: { status: 400, message: "bad luck" } }] },
    { steps: ["I am here."] },
  ],
});

describe("CopilotKit with a session", () => {
  let stage: Stage;
  let it_: Started;
  let server: Server;
  let core: CopilotKitCore;
  const painted: unknown[] = [];
  const errors: string[] = [];

  beforeAll(async () => {
    // Its client connects in a browser alone.
    Object.assign(globalThis, { window: globalThis });
    process.env["COPILOTKIT_TELEMETRY_DISABLED"] = "true";
    stage = await Stage.open(FRAMEWORKS.claude, script);
    it_ = await stage.start();
    const authorization = `Bearer ${await stage.platform.grant(it_.session.uid)}`;
    const agent = new HttpAgent({ url: `${it_.runner.url}/agui/run`, headers: { authorization } });
    const runtime = new CopilotRuntime({ agents: { default: agent } } as never);
    const handler = createCopilotRuntimeHandler({ runtime, basePath: "/copilotkit" });
    server = createServer((request, response) => {
      void (async () => {
        const body = request.method === "POST" ? { body: Readable.toWeb(request), duplex: "half" } : {};
        const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]);
        const url = `http://127.0.0.1${request.url ?? "/"}`;
        const answer = await handler(
          new Request(url, { method: request.method ?? "GET", headers, ...body } as RequestInit),
        );
        response.writeHead(answer.status, Object.fromEntries(answer.headers));
        for await (const chunk of answer.body ?? []) response.write(chunk);
        response.end();
      })().catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no address");
    core = new CopilotKitCore({ runtimeUrl: `http://127.0.0.1:${address.port}/copilotkit` });
    core.subscribe({ onError: ({ error }) => void errors.push(error.message) });
    core.connect();
    await vi.waitUntil(() => core.getAgent("default") !== undefined, { timeout: 15_000 });
    core.addTool({
      name: "paint",
      description: "Paints the page",
      handler: async (input: unknown) => {
        painted.push(input);
        return "it is blue now";
      },
    });
    core.addContext({ description: "The user's favourite colour", value: "ultramarine" });
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await stage.close();
    Reflect.deleteProperty(globalThis, "window");
  });

  const agentOf = () => {
    const agent = core.getAgent("default");
    if (agent === undefined) throw new Error("no agent");
    agent.threadId = "a-thread-of-its-own";
    return agent;
  };
  const say = async (content: string): Promise<string> => {
    const agent = agentOf();
    agent.addMessage({ id: crypto.randomUUID(), role: "user", content });
    await core.runAgent({ agent });
    const said = agent.messages.at(-1)?.content;
    return typeof said === "string" ? said : "";
  };

  it("talks, shows tools, and goes on in the same thread", async () => {
    expect(await say("please work")).toBe("It is done.");
    expect(agentOf().messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "assistant"]);
    expect(await say("hello")).toBe("I am here.");
    const asked = JSON.stringify(stage.model.requests.at(-1)?.body);
    expect(asked.split("please work")).toHaveLength(2);
    expect(asked).toContain("The user's favourite colour: ultramarine");
  });

  it("carries out the agent's call of a tool of the page", async () => {
    expect(await say("paint it")).toBe("The page says: it is blue now");
    expect(painted).toEqual([{ colour: "blue" }]);
  });

  it("answers a question", async () => {
    await say("ask me");
    const agent = agentOf();
    const [interrupt] = agent.pendingInterrupts;
    expect(interrupt?.reason).toBe("question");
    const payload = { answers: { "Which colour?": "Blue" } };
    const resume = [{ interruptId: interrupt?.id ?? "", status: "resolved" as const, payload }];
    await core.runAgent({ agent, resume });
    expect(agent.messages.at(-1)?.content).toBe("Thank you for the answer.");
  });

  it("hears of an error, and goes on", async () => {
    await say("fail");
    expect(errors.join("\n")).toContain("bad luck");
    expect(await say("hello")).toBe("I am here.");
  });
});
