/**
 * Tools that the client carries out, and what it tells of itself, over AG-UI's own client: a call without a result ends the
 * run, and the result comes with the next one.
 */
import { EventType } from "@pilothouse/agui";
import { parseScript, type Script } from "@pilothouse/model-simulator";
import type { BaseEvent, Tool } from "@ag-ui/core";
import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Dialect } from "./conformance/dialects.ts";
import { FRAMEWORKS } from "./conformance/frameworks.ts";
import { Stage, type Started } from "./conformance/stage.ts";
import { verifyThread, type AgentRun } from "./support/agent-client.ts";

const PAINT: Tool = {
  name: "paint",
  description: "Paints the page in the user's browser",
  parameters: { type: "object", properties: { colour: { type: "string" } }, required: ["colour"] },
};
const FRAME: Tool = { ...PAINT, name: "frame", description: "Frames the page" };
const CONTEXT = [{ description: "The user's favourite colour", value: "ultramarine" }];

function script({ client }: Dialect): Script {
  const paint = (colour: string) => client("paint", { colour });
  const rule = (prompt: string, ...steps: unknown[]) => ({ when: { prompt: `/(^|\\n)${prompt}$/` }, steps });
  return parseScript({
    rules: [
      rule("paint it", [{ text: "I paint." }, paint("blue")], "The page says: {{result}}"),
      rule("paint twice", [paint("red"), paint("green")], "Both: {{result.0}}, {{result.1}}"),
      rule("frame it", [client("frame", { colour: "gold" })], "Framed: {{result}}"),
      { steps: ["I am here."] },
    ],
  });
}

const textOf = (run: AgentRun): string =>
  run.events
    .map((event) => ("delta" in event && event.type === EventType.TEXT_MESSAGE_CONTENT ? event.delta : ""))
    .join("");

function calls(run: AgentRun): { id: string; name: string }[] {
  return run.events.flatMap((event) =>
    event.type === EventType.TOOL_CALL_START && "toolCallId" in event && "toolCallName" in event
      ? [{ id: String(event.toolCallId), name: String(event.toolCallName) }]
      : [],
  );
}

const pending = (run: AgentRun): unknown => run.events.find(isEnd)?.["outcome" as keyof BaseEvent];
const isEnd = (event: BaseEvent): boolean => event.type === EventType.RUN_FINISHED;
const results = (run: AgentRun): BaseEvent[] => run.events.filter((event) => event.type === EventType.TOOL_CALL_RESULT);

describe.each(Object.values(FRAMEWORKS))("tools of the client with $runnerType", (framework) => {
  let stage: Stage;
  let it_: Started;

  beforeAll(async () => {
    stage = await Stage.open(framework, script(framework.dialect));
    it_ = await stage.start();
  });
  afterAll(async () => {
    await verifyThread(stage.platform, it_.session, it_.runner);
    await stage.close();
  });

  const paint = async (prompt: string): Promise<{ run: AgentRun; ids: string[] }> => {
    const run = await it_.client.say(prompt, { tools: [PAINT] });
    return { run, ids: calls(run).map(({ id }) => id) };
  };

  it("ends a run with the call, and goes on with its result", async () => {
    const { run, ids } = await paint("paint it");
    expect(run.error).toBeUndefined();
    expect(calls(run)).toEqual([{ id: ids[0], name: "paint" }]);
    expect(pending(run)).toEqual({ type: "success", pendingToolCallIds: ids });
    expect(results(run)).toEqual([]);
    const after = await it_.client.result(ids[0] ?? "", "it is blue now", { tools: [PAINT] });
    expect(textOf(after)).toBe("The page says: it is blue now");
    expect(after.outcome).toBe("success");
    expect(results(after)).toEqual([]);
  });

  it("takes the results of calls beside each other one by one", async () => {
    const { ids } = await paint("paint twice");
    expect(ids).toHaveLength(2);
    const between = await it_.client.result(ids[0] ?? "", "red", { tools: [PAINT] });
    expect(pending(between)).toEqual({ type: "success", pendingToolCallIds: [ids[1]] });
    const after = await it_.client.result(ids[1] ?? "", "green", { tools: [PAINT] });
    expect(textOf(after)).toBe("Both: red, green");
  });

  it("hears what the user says instead of a result", async () => {
    await paint("paint it");
    const after = await it_.client.say("never mind", { tools: [PAINT] });
    expect(after.outcome).toBe("success");
    expect(textOf(after)).toContain("never mind");
    expect(results(after)).toHaveLength(1);
  });

  it("knows another set of tools in the next run", async () => {
    const run = await it_.client.say("frame it", { tools: [FRAME] });
    expect(calls(run).map(({ name }) => name)).toEqual(["frame"]);
    const after = await it_.client.result(calls(run)[0]?.id ?? "", "gold", { tools: [FRAME] });
    expect(textOf(after)).toBe("Framed: gold");
    const { tools } = z.looseObject({ tools: z.unknown() }).parse(stage.model.requests.at(-1)?.body);
    const offered = JSON.stringify(tools);
    expect(offered).toContain("Frames the page");
    // Claude Code leaves the beginning of its requests as it was, for the cache, and refuses the call itself.
    expect(offered.includes("Paints the page")).toBe(framework.runnerType === "claude-agent-sdk");
  });

  it("tells the agent what the client says of itself, once", async () => {
    await it_.client.say("hello", { context: CONTEXT });
    await it_.client.say("hello again", { context: CONTEXT });
    const body = JSON.stringify(stage.model.requests.at(-1)?.body);
    expect(body.split("The user's favourite colour: ultramarine")).toHaveLength(2);
  });
});
