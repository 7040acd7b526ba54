/**
 * AgenticSession: one agent's work from creation to completion.
 * `spec` is the wish and belongs to users; `status` is the fact. The operator writes the lifecycle part of status, the
 * runner writes `agent`, `reconciledRepos` and `reconciledWorkflow` (docs/design/session-status.md).
 */
import { z } from "zod";
import { FORBIDDEN_ENVIRONMENT_RULES } from "../runner/user-environment.ts";
import { Conditions, DnsLabel, ObjectMeta, Quantity, Time } from "./metadata.ts";

const rule = (expression: string, message: string) => ({ rule: expression, message });

/** Kubernetes' own words for what a URL of a repository may be; the backend and the runner check more (host, scheme list). */
export const RepositoryUrl = z
  .string()
  .min(1)
  .max(2048)
  .regex(/^(https?|ssh|git|file):\/\/[^\s]+$|^[A-Za-z0-9._][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9.-]*:[^\s:-][^\s]*$/);

/** A git branch name that cannot be read as an option. */
export const BranchName = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_./@+-]*$/);

/** Folder name of a repository in the workspace. */
export const RepositoryName = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/);

export const Repository = z.object({
  url: RepositoryUrl.describe("https, ssh or scp-like address of the repository"),
  branch: BranchName.optional().describe("Branch to check out; the remote's default branch when absent"),
  name: RepositoryName.optional().describe("Folder name in the workspace; the last part of the URL when absent"),
  autoPush: z.boolean().default(false).describe("Push the session's working branch when a run finishes"),
});
export type Repository = z.infer<typeof Repository>;

export const McpServer = z
  .object({
    type: z.enum(["stdio", "http", "sse"]),
    command: z.string().min(1).max(1024).optional(),
    args: z.array(z.string().max(4096)).max(64).optional(),
    env: z.record(z.string(), z.string().max(4096)).optional(),
    url: z
      .string()
      .max(2048)
      .regex(/^https?:\/\/[^\s]+$/)
      .optional(),
    headers: z.record(z.string(), z.string().max(4096)).optional(),
  })
  .meta({
    "x-kubernetes-validations": [
      rule(
        "self.type != 'stdio' || (has(self.command) && !has(self.url))",
        "a stdio server needs a command and has no url",
      ),
      rule(
        "self.type == 'stdio' || (has(self.url) && !has(self.command))",
        "an http or sse server needs a url and has no command",
      ),
    ],
  });
export type McpServer = z.infer<typeof McpServer>;

/** Tool servers beyond the platform's and the project's own. */
export const McpServers = z.object({
  custom: z.record(z.string(), McpServer).optional().meta({ maxProperties: 32 }),
  disabled: z.array(z.string().max(100)).max(100).optional(),
});
export type McpServers = z.infer<typeof McpServers>;

export const LlmSettings = z.object({
  model: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("A model id of models.json; the provider's default when absent"),
  temperature: z.number().min(0).max(2).optional(),
  maxTokens: z.int().min(1).max(1_000_000).optional(),
});

export const Budget = z
  .object({
    maxCostUsd: z.number().min(0).optional(),
    maxTokens: z.int().min(1).optional(),
    maxTurns: z.int().min(1).optional(),
  })
  .describe("The session is stopped, with stoppedReason budget, when any of these is reached");
export type Budget = z.infer<typeof Budget>;

export const ActiveWorkflow = z.object({
  gitUrl: RepositoryUrl,
  branch: BranchName.default("main"),
  path: z
    .string()
    .max(500)
    .regex(/^[^/\s][^\s]*$/)
    .optional(),
});

export const UserContext = z.object({
  userId: z.string().max(253),
  displayName: z.string().max(253).optional(),
  groups: z.array(z.string().max(253)).max(256).optional(),
});

/** How much the agent may do without asking: the pod is the sandbox, so `bypass` is the default. */
export const PermissionMode = z.enum(["ask", "acceptEdits", "plan", "bypass"]);

export const AgenticSessionSpec = z
  .object({
    displayName: z.string().max(50).optional(),
    initialPrompt: z.string().max(262_144).optional(),
    runnerType: DnsLabel.optional().describe("An id of the agent registry; chosen by the model's provider when absent"),
    llmSettings: LlmSettings.optional(),
    permissionMode: PermissionMode.default("bypass"),
    repos: z
      .array(Repository)
      .max(50)
      .optional()
      .meta({
        "x-kubernetes-validations": [
          rule(
            "self.all(r, !has(r.name) || self.exists_one(o, has(o.name) && o.name == r.name))",
            "repository names must be unique",
          ),
        ],
      }),
    activeWorkflow: ActiveWorkflow.optional(),
    environmentVariables: z
      .record(z.string(), z.string().max(32_768))
      .optional()
      .meta({ maxProperties: 128, "x-kubernetes-validations": FORBIDDEN_ENVIRONMENT_RULES }),
    mcpServers: McpServers.optional(),
    timeout: z
      .int()
      .min(0)
      .max(31_536_000)
      .optional()
      .describe("Hard limit of one attempt in seconds; 0 or absent = none"),
    inactivityTimeout: z
      .int()
      .min(0)
      .max(31_536_000)
      .optional()
      .describe("Seconds without activity before the session is stopped; 0 = never; absent = the project's, else 24 h"),
    stopOnRunFinished: z.boolean().default(false),
    desiredState: z.enum(["Running", "Stopped"]).default("Running"),
    budget: Budget.optional(),
    resources: z
      .object({
        requests: z.record(z.string(), Quantity).optional(),
        limits: z.record(z.string(), Quantity).optional(),
      })
      .optional(),
    workspaceSize: Quantity.optional(),
    ttlSecondsAfterFinished: z.int().min(0).max(31_536_000).optional(),
    parentSession: DnsLabel.optional(),
    userContext: UserContext.optional(),
  })
  .meta({
    "x-kubernetes-validations": [
      rule(
        "!has(oldSelf.initialPrompt) ? true : has(self.initialPrompt) && self.initialPrompt == oldSelf.initialPrompt",
        "initialPrompt cannot be changed; send a message instead",
      ),
      rule(
        "!has(oldSelf.runnerType) ? true : has(self.runnerType) && self.runnerType == oldSelf.runnerType",
        "runnerType cannot be changed; clone the session instead",
      ),
      rule(
        "!has(oldSelf.userContext) ? true : has(self.userContext) && self.userContext.userId == oldSelf.userContext.userId",
        "userContext.userId cannot be changed",
      ),
    ],
  });
export type AgenticSessionSpec = z.infer<typeof AgenticSessionSpec>;
export type AgenticSessionSpecInput = z.input<typeof AgenticSessionSpec>;

export const SESSION_PHASES = [
  "Pending",
  "Queued",
  "Creating",
  "Running",
  "Stopping",
  "Stopped",
  "Completed",
  "Failed",
] as const;
export const SessionPhase = z.enum(SESSION_PHASES);
export type SessionPhase = z.infer<typeof SessionPhase>;

export const StoppedReason = z.enum(["user", "inactivity", "timeout", "run-finished", "budget", "error"]);
export type StoppedReason = z.infer<typeof StoppedReason>;

export const AgentStatus = z.enum(["working", "idle", "waiting_input"]);

export const Usage = z.object({
  inputTokens: z.int().min(0).default(0),
  outputTokens: z.int().min(0).default(0),
  cachedTokens: z.int().min(0).default(0),
  costUsd: z.number().min(0).default(0),
});
export type Usage = z.infer<typeof Usage>;

/** The runner's digest of what the agent does; the whole story is in the transcript. */
export const AgentDigest = z.object({
  status: AgentStatus,
  runId: z.string().max(253).optional(),
  model: z.string().max(200).optional(),
  sessionId: z.string().max(253).optional().describe("The framework's own conversation id"),
  promptDelivered: z.boolean().default(false).describe("Whether the first prompt has reached the framework"),
  lastActivityTime: Time.optional(),
  lastMessage: z.string().max(1024).optional(),
  title: z.string().max(50).optional().describe("What the agent calls this session; shown where no displayName is set"),
  progress: z
    .object({ message: z.string().max(200), percent: z.int().min(0).max(100).optional() })
    .optional()
    .describe("What the agent last said of how far it is"),
  lastSeq: z.int().min(0).default(0),
  turns: z.int().min(0).default(0),
  toolCalls: z.int().min(0).default(0),
  usage: Usage.optional(),
  budgetExceeded: z.string().max(1024).optional().describe("Which budget was reached, as a sentence"),
  lastRunOutcome: z.enum(["success", "error", "interrupt", "cancelled"]).optional(),
  finishedRuns: z.int().min(0).default(0),
  result: z.object({ text: z.string().max(8192), isError: z.boolean() }).optional(),
});
export type AgentDigest = z.infer<typeof AgentDigest>;

export const ReconciledRepo = z.object({
  name: z.string(),
  url: z.string(),
  branch: z.string().optional(),
  status: z.enum(["Cloning", "Ready", "Failed"]),
  message: z.string().max(4096).optional(),
});
export type ReconciledRepo = z.infer<typeof ReconciledRepo>;

/** What a parent session may know of a session that was started for it. */
export const ChildSession = z.object({
  name: z.string(),
  phase: SessionPhase.optional(),
  agentStatus: AgentStatus.optional(),
  result: z.object({ text: z.string().max(8192), isError: z.boolean() }).optional(),
});
export type ChildSession = z.infer<typeof ChildSession>;

export const AgenticSessionStatus = z.object({
  phase: SessionPhase.optional(),
  phaseTransitionTime: Time.optional().describe("When the session entered its present phase"),
  conditions: Conditions.optional(),
  attempt: z.int().min(0).optional(),
  jobName: z.string().optional(),
  podName: z.string().optional(),
  endpoint: z.string().optional().describe("Base URL of the live runner; absent when none is live"),
  startTime: Time.optional(),
  completionTime: Time.optional(),
  stoppedReason: StoppedReason.optional(),
  message: z.string().max(4096).optional(),
  observedGeneration: z.int().optional(),
  retries: z.int().min(0).optional().describe("Attempts in a row that ended by an infrastructure failure"),
  nextRetryTime: Time.optional(),
  finishedRunsAtStart: z
    .int()
    .min(0)
    .optional()
    .describe("agent.finishedRuns when the session was last started: only runs after it count for stopOnRunFinished"),
  queuePosition: z.int().min(1).optional(),
  dailyCost: z
    .object({ day: z.string().describe("UTC day, YYYY-MM-DD"), baseUsd: z.number().min(0) })
    .optional()
    .describe("What the session had cost before that day; absent = it has run on the day of its creation alone"),
  children: z
    .array(ChildSession)
    .max(100)
    .optional()
    .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] })
    .describe("Sessions of the same user that name this one as their parent"),
  handover: z
    .object({
      state: z.enum(["Running", "Waiting", "Lost"]).describe("Lost: the workspace is gone, nothing can be handed over"),
      tries: z.int().min(0),
      nextTryTime: Time.optional(),
      message: z.string().max(4096).optional(),
    })
    .optional()
    .describe(
      "Of a session at rest whose runner ended before the transcript store had everything: how that is made up",
    ),
  agent: AgentDigest.optional(),
  transcript: z
    .object({
      attempt: z.int().min(1).describe("The newest attempt whose runner has opened the event log"),
      complete: z.boolean().describe("The store has every event of the log, and the archives are in"),
    })
    .optional(),
  reconciledRepos: z
    .array(ReconciledRepo)
    .max(100)
    .optional()
    .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] }),
  reconciledWorkflow: z
    .object({
      gitUrl: z.string(),
      branch: z.string().optional(),
      path: z.string().optional(),
      status: z.enum(["Cloning", "Ready", "Failed"]),
      message: z.string().max(4096).optional(),
      name: z.string().max(200).optional(),
    })
    .optional(),
});
export type AgenticSessionStatus = z.infer<typeof AgenticSessionStatus>;

/** Conditions that the operator maintains. */
export const SESSION_CONDITIONS = [
  "SecretsReady",
  "WorkspaceReady",
  "JobCreated",
  "PodScheduled",
  "RunnerReady",
  "Ready",
  "TranscriptComplete",
] as const;

export const AgenticSession = z.object({
  apiVersion: z.literal("pilothouse.dev/v1alpha1"),
  kind: z.literal("AgenticSession"),
  metadata: ObjectMeta,
  spec: AgenticSessionSpec,
  status: AgenticSessionStatus.optional(),
});
export type AgenticSession = z.infer<typeof AgenticSession>;
