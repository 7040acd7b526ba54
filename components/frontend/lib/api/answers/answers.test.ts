/** The page's small readers beside the contracts' schemas: what one takes, the other takes, and both give the same. */
import * as contracts from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import type { Shape } from "../shape.ts";
import * as catalog from "./catalog.ts";
import * as conversation from "./conversation.ts";
import * as place from "./place.ts";
import * as sessions from "./session.ts";

const time = "2026-03-01T10:00:00Z";
const framework = {
  framework: "replay",
  provider: null,
  agentFeatures: ["agentic_chat", "thinking"],
  fileSystem: true,
  mcp: false,
  tracing: "langfuse",
  supportedTracing: null,
  sessionPersistence: false,
};
const result = { text: "Done", isError: false };
const repository = { url: "https://git.example/a.git", branch: "main", name: "a", autoPush: true };
const session = {
  apiVersion: "pilothouse.dev/v1alpha1",
  kind: "AgenticSession",
  metadata: {
    name: "s",
    namespace: "p",
    uid: "u",
    resourceVersion: "1",
    generation: 2,
    creationTimestamp: time,
    deletionTimestamp: time,
    labels: { a: "b" },
    annotations: { a: "b" },
    finalizers: ["f"],
  },
  spec: {
    displayName: "S",
    initialPrompt: "Go",
    runnerType: "replay",
    llmSettings: { model: "m", temperature: 1, maxTokens: 10 },
    permissionMode: "ask",
    repos: [repository, { url: repository.url }],
    activeWorkflow: { gitUrl: repository.url, branch: "main", path: "w" },
    environmentVariables: { A: "b" },
    mcpServers: {
      custom: {
        x: { type: "stdio", command: "c", args: ["a"], env: { A: "b" } },
        y: { type: "http", url: "https://m.example/", headers: { h: "v" } },
      },
      disabled: ["z"],
    },
    timeout: 1,
    inactivityTimeout: 2,
    stopOnRunFinished: true,
    desiredState: "Stopped",
    budget: { maxCostUsd: 1, maxTokens: 2, maxTurns: 3 },
    resources: { requests: { cpu: "1" }, limits: { cpu: "2" } },
    workspaceSize: "5Gi",
    ttlSecondsAfterFinished: 1,
    parentSession: "parent",
    userContext: { userId: "u", displayName: "U", groups: ["g"] },
  },
  status: {
    phase: "Running",
    phaseTransitionTime: time,
    conditions: [
      { type: "Ready", status: "True", reason: "R", message: "m", lastTransitionTime: time, observedGeneration: 1 },
    ],
    attempt: 1,
    jobName: "j",
    podName: "p",
    endpoint: "http://e",
    startTime: time,
    completionTime: time,
    stoppedReason: "user",
    message: "m",
    observedGeneration: 1,
    retries: 1,
    nextRetryTime: time,
    finishedRunsAtStart: 1,
    queuePosition: 1,
    dailyCost: { day: "2026-03-01", baseUsd: 1 },
    children: [{ name: "c", phase: "Running", agentStatus: "idle", result }],
    handover: { state: "Waiting", tries: 1, nextTryTime: time, message: "m" },
    agent: {
      status: "working",
      runId: "r",
      model: "m",
      sessionId: "s",
      promptDelivered: true,
      lastActivityTime: time,
      lastMessage: "l",
      title: "t",
      progress: { message: "p", percent: 5 },
      lastSeq: 9,
      turns: 1,
      toolCalls: 2,
      usage: { inputTokens: 1, outputTokens: 2, cachedTokens: 3, costUsd: 4 },
      budgetExceeded: "b",
      lastRunOutcome: "success",
      finishedRuns: 1,
      result,
    },
    transcript: { attempt: 1, complete: true },
    reconciledRepos: [{ name: "a", url: "u", branch: "b", status: "Ready", message: "m" }],
    reconciledWorkflow: { gitUrl: "g", branch: "b", path: "p", status: "Failed", message: "m", name: "n" },
  },
};
const feedback = {
  messageId: "m",
  metaType: "thumbs_up",
  comment: "c",
  userId: "u",
  displayName: "U",
  createdAt: time,
};
const task = { id: "t", description: "d", status: "running", startedAt: time, endedAt: time, toolCallId: "c" };
const project = {
  name: "p",
  displayName: "P",
  description: "",
  owner: "o",
  status: "Ready",
  message: "m",
  createdAt: time,
  role: "admin",
};

/** Reader, schema, and an answer with everything that there can be. */
const ANSWERS: readonly (readonly [string, Shape<unknown>, Shape<unknown>, unknown])[] = [
  ["a session", sessions.SessionResource, contracts.SessionResource, session],
  ["a session that is new", sessions.SessionListEvent, contracts.SessionListEvent, { type: "added", session }],
  [
    "a session that went",
    sessions.SessionListEvent,
    contracts.SessionListEvent,
    { type: "deleted", name: "s", uid: "u" },
  ],
  ["the end of a list", sessions.SessionListEvent, contracts.SessionListEvent, { type: "synced" }],
  ["an accepted run", conversation.RunAccepted, contracts.RunAccepted, { runId: "r", threadId: "t", queued: true }],
  [
    "a queue",
    conversation.RunQueueAnswer,
    contracts.RunQueueAnswer,
    {
      active: { id: "r" },
      items: [{ id: "q", position: 1, queuedAt: 5, preview: "p", sender: { userId: "u", displayName: "U" } }],
    },
  ],
  ["feedback", conversation.FeedbackAnswer, contracts.FeedbackAnswer, { items: [feedback] }],
  ["one word of feedback", conversation.Feedback, contracts.Feedback, feedback],
  ["tasks", conversation.TasksAnswer, contracts.TasksAnswer, { live: true, items: [task] }],
  ["output", conversation.TaskOutput, contracts.TaskOutput, { id: "t", output: "o", truncated: false }],
  [
    "capabilities",
    conversation.SessionCapabilities,
    contracts.SessionCapabilities,
    {
      ...framework,
      models: ["m"],
      tools: ["t"],
      commands: [{ name: "c", description: "d" }, { name: "e" }],
      agents: ["a"],
      live: true,
    },
  ],
  ["an error", place.ErrorBody, contracts.ErrorBody, { error: "e", code: "C", details: { issues: [] } }],
  ["the reader", place.Me, contracts.Me, { userId: "u", displayName: "U", groups: ["g"] }],
  [
    "a role",
    place.ProjectAccessAnswer,
    contracts.ProjectAccessAnswer,
    { project: "p", userRole: "view", allowedActions: ["viewSessions", "deleteProject"] },
  ],
  [
    "projects",
    place.ProjectPage,
    contracts.ProjectPage,
    { items: [project], totalCount: 2, limit: 1, offset: 0, hasMore: true, nextOffset: 1 },
  ],
  [
    "runner types",
    catalog.RunnerTypesAnswer,
    contracts.RunnerTypesAnswer,
    [
      {
        id: "replay",
        displayName: "Replay",
        description: "d",
        framework: "replay",
        provider: "p",
        auth: { requiredSecretKeys: ["K"], secretKeyLogic: "all" },
        capabilities: framework,
      },
    ],
  ],
  [
    "models",
    catalog.ModelsAnswer,
    contracts.ModelsAnswer,
    { models: [{ id: "m", label: "M", provider: "p", isDefault: true }], defaultModel: "m" },
  ],
  ["keys", catalog.SecretKeysAnswer, contracts.SecretKeysAnswer, { keys: [{ name: "K", set: true, updatedAt: time }] }],
];

/** Copies of a value, each with one thing in it of another kind, or missing. */
function* spoiled(value: unknown): Generator {
  for (const other of [null, 7, true, {}, [], "no such word"]) yield other;
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    for (const other of spoiled(inner)) yield Array.isArray(value) ? [other] : { ...value, [name]: other };
    if (!Array.isArray(value)) yield { ...value, [name]: undefined };
  }
}

describe.each(ANSWERS)("%s", (_, reader, schema, whole) => {
  it("is read as the contract reads it", () => {
    const read = reader.safeParse(whole);
    expect(read).toEqual({ success: true, data: schemaData(schema, whole) });
  });

  it("is refused when the contract refuses it, and never otherwise", () => {
    const refused = { success: false, error: expect.any(TypeError) };
    const read = [...spoiled(whole)].map((answer) => [answer, reader.safeParse(answer)] as const);
    const wanted = read.map(([answer, found]) => {
      const expected = schema.safeParse(answer);
      if (expected.success) return [answer, { success: true, data: expected.data }];
      // The contract also says what a URL or a name may look like; a page shows them as they are.
      return [answer, isWording(expected.error) ? found : refused];
    });
    expect(read).toEqual(wanted);
  });
});

function schemaData(schema: Shape<unknown>, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new Error(String(parsed.error));
  return parsed.data;
}

/** Whether a value has the right kind, and only its form is wrong. */
function isWording(error: unknown): boolean {
  const codes = (error as { issues: { code: string }[] }).issues.map((issue) => issue.code);
  return codes.every((code) => code === "invalid_format" || code === "too_small" || code === "too_big");
}
