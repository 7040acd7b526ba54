/** Sessions, as lists, streams and single answers give them. */
import type {
  AgentDigest,
  AgenticSession,
  AgenticSessionSpec,
  AgenticSessionStatus,
  ChildSession,
  Condition,
  McpServer,
  ObjectMeta,
  ReconciledRepo,
  Repository,
  SessionListEvent as ListEvent,
  SessionPhase,
  Usage,
} from "@pilothouse/contracts";
import { flag, list, map, number, object, oneOf, optional, or, shape, text, variants } from "../shape.ts";

type Present<T> = Exclude<T, undefined>;

const phase = oneOf<SessionPhase>({
  Pending: true,
  Queued: true,
  Creating: true,
  Running: true,
  Stopping: true,
  Stopped: true,
  Completed: true,
  Failed: true,
});
const agentStatus = oneOf<AgentDigest["status"]>({ working: true, idle: true, waiting_input: true });
const checkout = oneOf<ReconciledRepo["status"]>({ Cloning: true, Ready: true, Failed: true });
const texts = map(text);
const zero = () => 0;
const no = () => false;

const metadata = object<ObjectMeta>({
  name: text,
  namespace: optional(text),
  uid: or(text, () => ""),
  resourceVersion: optional(text),
  generation: optional(number),
  creationTimestamp: optional(text),
  deletionTimestamp: optional(text),
  labels: optional(texts),
  annotations: optional(texts),
  finalizers: optional(list(text)),
});

const toolServer = object<McpServer>({
  type: oneOf<McpServer["type"]>({ stdio: true, http: true, sse: true }),
  command: optional(text),
  args: optional(list(text)),
  env: optional(texts),
  url: optional(text),
  headers: optional(texts),
});

const spec = object<AgenticSessionSpec>({
  displayName: optional(text),
  initialPrompt: optional(text),
  runnerType: optional(text),
  llmSettings: optional(
    object<Present<AgenticSessionSpec["llmSettings"]>>({
      model: optional(text),
      temperature: optional(number),
      maxTokens: optional(number),
    }),
  ),
  permissionMode: or(
    oneOf<AgenticSessionSpec["permissionMode"]>({ ask: true, acceptEdits: true, plan: true, bypass: true }),
    () => "bypass",
  ),
  repos: optional(
    list(object<Repository>({ url: text, branch: optional(text), name: optional(text), autoPush: or(flag, no) })),
  ),
  activeWorkflow: optional(
    object<Present<AgenticSessionSpec["activeWorkflow"]>>({
      gitUrl: text,
      branch: or(text, () => "main"),
      path: optional(text),
    }),
  ),
  environmentVariables: optional(texts),
  mcpServers: optional(
    object<Present<AgenticSessionSpec["mcpServers"]>>({
      custom: optional(map(toolServer)),
      disabled: optional(list(text)),
    }),
  ),
  timeout: optional(number),
  inactivityTimeout: optional(number),
  stopOnRunFinished: or(flag, no),
  desiredState: or(oneOf<AgenticSessionSpec["desiredState"]>({ Running: true, Stopped: true }), () => "Running"),
  budget: optional(
    object<Present<AgenticSessionSpec["budget"]>>({
      maxCostUsd: optional(number),
      maxTokens: optional(number),
      maxTurns: optional(number),
    }),
  ),
  resources: optional(
    object<Present<AgenticSessionSpec["resources"]>>({ requests: optional(texts), limits: optional(texts) }),
  ),
  workspaceSize: optional(text),
  ttlSecondsAfterFinished: optional(number),
  parentSession: optional(text),
  userContext: optional(
    object<Present<AgenticSessionSpec["userContext"]>>({
      userId: text,
      displayName: optional(text),
      groups: optional(list(text)),
    }),
  ),
});

const result = object<Present<AgentDigest["result"]>>({ text, isError: flag });

const agent = object<AgentDigest>({
  status: agentStatus,
  runId: optional(text),
  model: optional(text),
  sessionId: optional(text),
  promptDelivered: or(flag, no),
  lastActivityTime: optional(text),
  lastMessage: optional(text),
  title: optional(text),
  progress: optional(object<Present<AgentDigest["progress"]>>({ message: text, percent: optional(number) })),
  lastSeq: or(number, zero),
  turns: or(number, zero),
  toolCalls: or(number, zero),
  usage: optional(
    object<Usage>({
      inputTokens: or(number, zero),
      outputTokens: or(number, zero),
      cachedTokens: or(number, zero),
      costUsd: or(number, zero),
    }),
  ),
  budgetExceeded: optional(text),
  lastRunOutcome: optional(
    oneOf<Present<AgentDigest["lastRunOutcome"]>>({ success: true, error: true, interrupt: true, cancelled: true }),
  ),
  finishedRuns: or(number, zero),
  result: optional(result),
});

const condition = object<Condition>({
  type: text,
  status: oneOf<Condition["status"]>({ True: true, False: true, Unknown: true }),
  reason: text,
  message: or(text, () => ""),
  lastTransitionTime: text,
  observedGeneration: optional(number),
});

const status = object<AgenticSessionStatus>({
  phase: optional(phase),
  phaseTransitionTime: optional(text),
  conditions: optional(list(condition)),
  attempt: optional(number),
  jobName: optional(text),
  podName: optional(text),
  endpoint: optional(text),
  startTime: optional(text),
  completionTime: optional(text),
  stoppedReason: optional(
    oneOf<Present<AgenticSessionStatus["stoppedReason"]>>({
      user: true,
      inactivity: true,
      timeout: true,
      "run-finished": true,
      budget: true,
      error: true,
    }),
  ),
  message: optional(text),
  observedGeneration: optional(number),
  retries: optional(number),
  nextRetryTime: optional(text),
  finishedRunsAtStart: optional(number),
  queuePosition: optional(number),
  dailyCost: optional(object<Present<AgenticSessionStatus["dailyCost"]>>({ day: text, baseUsd: number })),
  children: optional(
    list(
      object<ChildSession>({
        name: text,
        phase: optional(phase),
        agentStatus: optional(agentStatus),
        result: optional(result),
      }),
    ),
  ),
  handover: optional(
    object<Present<AgenticSessionStatus["handover"]>>({
      state: oneOf<Present<AgenticSessionStatus["handover"]>["state"]>({ Running: true, Waiting: true, Lost: true }),
      tries: number,
      nextTryTime: optional(text),
      message: optional(text),
    }),
  ),
  agent: optional(agent),
  transcript: optional(object<Present<AgenticSessionStatus["transcript"]>>({ attempt: number, complete: flag })),
  reconciledRepos: optional(
    list(
      object<ReconciledRepo>({
        name: text,
        url: text,
        branch: optional(text),
        status: checkout,
        message: optional(text),
      }),
    ),
  ),
  reconciledWorkflow: optional(
    object<Present<AgenticSessionStatus["reconciledWorkflow"]>>({
      gitUrl: text,
      branch: optional(text),
      path: optional(text),
      status: checkout,
      message: optional(text),
      name: optional(text),
    }),
  ),
});

const session = object<AgenticSession>({
  apiVersion: oneOf<AgenticSession["apiVersion"]>({ "pilothouse.dev/v1alpha1": true }),
  kind: oneOf<AgenticSession["kind"]>({ AgenticSession: true }),
  metadata,
  spec,
  status: optional(status),
});

const present = object<Extract<ListEvent, { session: unknown }>>({
  type: oneOf({ added: true, modified: true }),
  session,
});

export const SessionResource = shape(session);
export const SessionListEvent = shape(
  variants<ListEvent>({
    added: present,
    modified: present,
    deleted: object<Extract<ListEvent, { type: "deleted" }>>({ type: oneOf({ deleted: true }), name: text, uid: text }),
    synced: object<Extract<ListEvent, { type: "synced" }>>({ type: oneOf({ synced: true }) }),
  }),
);
