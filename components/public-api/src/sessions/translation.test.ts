import { SESSION_PHASES, type SessionPhase, type SessionResource } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { presentResult, presentSession, statusOf } from "./present.ts";
import { createRequest, listQuery, patchRequest, runRequest } from "./request.ts";
import { CreateSession, PatchSession, SendMessage, SessionListQuery } from "./shapes.ts";

function session(status?: SessionResource["status"], spec: Partial<SessionResource["spec"]> = {}): SessionResource {
  return {
    apiVersion: "pilothouse.dev/v1alpha1",
    kind: "AgenticSession",
    metadata: { name: "fix", namespace: "team-a", uid: "u" },
    spec: { permissionMode: "bypass", stopOnRunFinished: true, desiredState: "Running", ...spec },
    ...(status === undefined ? {} : { status }),
  };
}

const agent = (status: "working" | "idle" | "waiting_input") => ({
  status,
  promptDelivered: true,
  lastSeq: 1,
  turns: 1,
  toolCalls: 0,
  finishedRuns: 0,
});

describe("the status of a session", () => {
  const expected: Record<SessionPhase, string> = {
    Pending: "pending",
    Queued: "queued",
    Creating: "pending",
    Running: "running",
    Stopping: "running",
    Stopped: "stopped",
    Completed: "completed",
    Failed: "failed",
  };
  it.each(SESSION_PHASES)("in phase %s is one of ours", (phase) => {
    expect(statusOf(session({ phase }))).toBe(expected[phase]);
  });

  it("is waiting only while an agent that runs has asked something", () => {
    expect(statusOf(session({ phase: "Running", agent: agent("waiting_input") }))).toBe("waiting");
    expect(statusOf(session({ phase: "Running", agent: agent("working") }))).toBe("running");
    expect(statusOf(session({ phase: "Stopping", agent: agent("waiting_input") }))).toBe("running");
    expect(statusOf(session({ phase: "Stopped", agent: agent("waiting_input") }))).toBe("stopped");
  });

  it("is pending before the operator has seen it", () => {
    expect(statusOf(session())).toBe("pending");
  });
});

describe("a session", () => {
  it("without anything optional has nulls, and has cost nothing", () => {
    expect(presentSession(session())).toMatchObject({
      id: "fix",
      project: "team-a",
      task: null,
      model: null,
      workflow: null,
      repos: [],
      labels: {},
      stoppedReason: null,
      usage: { inputTokens: 0, outputTokens: 0, cachedTokens: 0 },
      cost: 0,
    });
  });

  it("has the result of its last run, and what it has cost", () => {
    const usage = { inputTokens: 5, outputTokens: 6, cachedTokens: 1, costUsd: 0.25 };
    const result = { text: "done", isError: false };
    const ended = session({
      phase: "Completed",
      stoppedReason: "run-finished",
      agent: { ...agent("idle"), usage, result },
    });
    expect(presentResult(ended)).toEqual({
      id: "fix",
      status: "completed",
      result,
      stoppedReason: "run-finished",
      message: null,
      usage: { inputTokens: 5, outputTokens: 6, cachedTokens: 1 },
      cost: 0.25,
    });
    expect(presentResult(session({ phase: "Failed", message: "no such model" }))).toMatchObject({
      status: "failed",
      result: null,
      message: "no such model",
    });
  });
});

describe("what the backend is asked", () => {
  it("for a task is a session that stops when it is done, unless told otherwise", () => {
    expect(createRequest(CreateSession.parse({ task: "x" }))).toEqual({ initialPrompt: "x", stopOnRunFinished: true });
    expect(createRequest(CreateSession.parse({ task: "x", stopOnRunFinished: false }))).toMatchObject({
      stopOnRunFinished: false,
    });
  });

  it("for a patch names what was named, null included", () => {
    expect(patchRequest(PatchSession.parse({ model: null, workflow: null, labels: { a: null } }))).toEqual({
      llmSettings: { model: null },
      activeWorkflow: null,
      labels: { a: null },
    });
    expect(patchRequest(PatchSession.parse({}))).toEqual({});
  });

  it("for a message is a run with it, and for an answer one without", () => {
    expect(runRequest(SendMessage.parse({ content: "hi" }))).toEqual({ messages: [{ role: "user", content: "hi" }] });
    const resume = [{ interruptId: "i", status: "cancelled" }];
    expect(runRequest(SendMessage.parse({ resume }))).toEqual({ messages: [], resume });
  });

  it.each([
    ["pending", "phase=Pending%2CCreating"],
    ["running", "phase=Running%2CStopping"],
    ["waiting", "phase=Running&agentStatus=waiting_input"],
    ["running,waiting", "phase=Running%2CStopping"],
    ["Completed, FAILED", "phase=Completed%2CFailed"],
  ])("for status=%s is %s", (status, expected) => {
    expect(listQuery(SessionListQuery.parse({ status })).toString()).toBe(`limit=20&offset=0&${expected}`);
  });

  it.each(["waiting,completed", "lost", "", "running,"])("for status=%s is nothing", (status) => {
    expect(() => listQuery(SessionListQuery.parse({ status }))).toThrow(/\bstatus\b/);
  });

  it("for a page keeps everything else", () => {
    const query = { limit: "500", offset: "-3", search: "a&b", sort: "-name", label: "a=b", continue: "20" };
    expect(Object.fromEntries(listQuery(SessionListQuery.parse(query)))).toEqual({
      limit: "100",
      offset: "0",
      search: "a&b",
      sort: "-name",
      label: "a=b",
      continue: "20",
    });
  });
});
