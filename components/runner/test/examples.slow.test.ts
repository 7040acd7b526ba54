import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { EventType } from "@pilothouse/agui";
import { AgentRuntimeSpec } from "@pilothouse/contracts/registries/agent-registry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentClient, verifyThread } from "./support/agent-client.ts";
import { Platform, type TestSession } from "./support/platform.ts";
import { RunnerProcess } from "./support/runner-process.ts";

const EXAMPLES = fileURLToPath(new URL("../examples", import.meta.url));

describe("the bridge of the guide", () => {
  let platform: Platform;
  let session: TestSession;
  let runner: RunnerProcess;
  let client: AgentClient;
  beforeAll(async () => {
    platform = await Platform.start();
    session = await platform.createSession("echo", {});
    runner = await RunnerProcess.start(platform, session, {
      RUNNER_TYPE: "echo-bridge",
      PILOTHOUSE_BRIDGES_DIR: EXAMPLES,
    });
    client = new AgentClient(platform, session, runner);
  });
  afterAll(async () => {
    runner.kill("SIGKILL");
    await runner.exited;
    await platform.stop();
  });

  it("says it again, counts, asks, and can be interrupted", async () => {
    expect((await client.say("ahoy there")).outcome).toBe("success");
    expect(client.messages.at(-1)).toMatchObject({ role: "assistant", content: "ahoy there" });
    await client.say("count one two three");
    expect(client.messages.find((message) => message.role === "tool")).toMatchObject({ content: "3" });
    const asked = await client.say("ask me");
    const resume = asked.interrupts.map(({ id }) => ({
      interruptId: id,
      status: "resolved" as const,
      payload: { answers: { "Loud or quiet?": "loud" } },
    }));
    await client.answer(resume);
    expect(client.messages.at(-1)).toMatchObject({ content: "You chose: loud" });
    let interrupted = false;
    const run = await client.say("word ".repeat(500), {
      watch: (event) => {
        if (event.type !== EventType.TEXT_MESSAGE_CONTENT || interrupted) return;
        interrupted = true;
        void runner.json("POST", "/agui/interrupt");
      },
    });
    expect(run.outcome).toBe("cancelled");
    await verifyThread(platform, session, runner);
  });

  it("is declared in the registry as it declares itself", async () => {
    const entry = AgentRuntimeSpec.parse(
      JSON.parse(await readFile(`${EXAMPLES}/echo-bridge/registry-entry.json`, "utf8")),
    );
    expect(await runner.json("GET", "/capabilities")).toMatchObject(entry.capabilities);
  });
});
