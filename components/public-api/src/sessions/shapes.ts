/** Sessions as integrations see them: flat, without Kubernetes' words. */
import {
  ActiveWorkflow,
  AgenticSessionSpec,
  BranchName,
  EnvironmentVariables,
  LabelKey,
  LabelSelector,
  LabelValue,
  Labels,
  ListQuery,
  LlmSettings,
  RepositoryName,
  RepositoryUrl,
  ResumeEntry,
  SessionName,
  SessionSort,
  StoppedReason,
  wordsOf,
  pageOf,
} from "@pilothouse/contracts";
import { z } from "zod";

const STATUSES = ["pending", "queued", "running", "waiting", "stopped", "completed", "failed"] as const;
export const SessionStatus = z
  .enum(STATUSES)
  .describe("waiting: the agent has asked something and waits for the answer")
  .meta({ id: "SessionStatus" });
export type SessionStatus = z.infer<typeof SessionStatus>;

const RepositoryInput = z.strictObject({
  url: RepositoryUrl.describe("https, ssh or scp-like address"),
  branch: BranchName.optional().describe("The remote's default branch when absent"),
  name: RepositoryName.optional().describe("Folder in the workspace; the last part of the URL when absent"),
  autoPush: z.boolean().optional().describe("Push the session's branch when a run finishes"),
});

const WorkflowInput = z.strictObject({
  url: RepositoryUrl.describe("Repository of the workflow"),
  branch: BranchName.optional().describe("main when absent"),
  path: ActiveWorkflow.shape.path.describe("Folder in the repository"),
});

const Model = LlmSettings.shape.model.unwrap();
const { displayName, runnerType, timeout } = AgenticSessionSpec.shape;
const Repositories = z.array(RepositoryInput).max(50);
const DisplayName = displayName.unwrap();
const Timeout = timeout.unwrap();

export const CreateSession = z
  .strictObject({
    task: z.string().min(1).max(262_144).describe("What the agent is to do"),
    name: SessionName.optional().describe("Becomes the id; chosen when absent"),
    displayName: DisplayName.optional(),
    model: Model.optional().describe("A model id; the provider's default when absent"),
    runnerType: runnerType.unwrap().optional().describe("Chosen by the model's provider when absent"),
    repos: Repositories.optional(),
    workflow: WorkflowInput.optional(),
    labels: Labels.optional(),
    environmentVariables: EnvironmentVariables,
    stopOnRunFinished: z.boolean().default(true).describe("End the session when the task is done"),
    timeout: Timeout.optional().describe("Hard limit in seconds; 0 or absent = none"),
  })
  .meta({ id: "CreateSession" });
export type CreateSession = z.output<typeof CreateSession>;

export const PatchSession = z
  .strictObject({
    displayName: DisplayName.nullable().optional(),
    model: Model.nullable().optional(),
    repos: Repositories.nullable().optional(),
    workflow: WorkflowInput.nullable().optional(),
    labels: z.record(LabelKey, LabelValue.nullable()).optional(),
    timeout: Timeout.nullable().optional(),
  })
  .describe("What is absent stays, null removes")
  .meta({ id: "PatchSession" });
export type PatchSession = z.output<typeof PatchSession>;

export const Usage = z
  .object({ inputTokens: z.int(), outputTokens: z.int(), cachedTokens: z.int() })
  .meta({ id: "Usage" });

export const Session = z
  .object({
    id: z.string(),
    project: z.string(),
    status: SessionStatus,
    displayName: z.string().nullable(),
    task: z.string().nullable().describe("null for a session that was begun without one"),
    model: z.string().nullable(),
    runnerType: z.string().nullable(),
    repos: z.array(z.object({ url: z.string(), branch: z.string().nullable(), name: z.string().nullable() })),
    workflow: z.object({ url: z.string(), branch: z.string(), path: z.string().nullable() }).nullable(),
    labels: z.record(z.string(), z.string()),
    stopOnRunFinished: z.boolean(),
    timeout: z.int().nullable(),
    createdAt: z.string().nullable(),
    startedAt: z.string().nullable(),
    endedAt: z.string().nullable(),
    stoppedReason: StoppedReason.nullable(),
    message: z.string().nullable().describe("Why it is in this status, as a sentence"),
    usage: Usage,
    cost: z.number().describe("US dollars"),
  })
  .meta({ id: "Session" });
export type Session = z.infer<typeof Session>;

export const SessionPage = pageOf(Session);

export const SessionListQuery = z.strictObject({
  ...ListQuery.shape,
  sort: SessionSort,
  status: wordsOf(STATUSES)
    .optional()
    .describe("One or several, separated by commas. running includes waiting; waiting alone is only those"),
  label: LabelSelector.optional(),
});
export type SessionListQuery = z.output<typeof SessionListQuery>;

export const SessionResult = z
  .object({
    id: z.string(),
    status: SessionStatus,
    result: z
      .object({ text: z.string(), isError: z.boolean() })
      .nullable()
      .describe("The agent's last word; null until a run has ended"),
    stoppedReason: StoppedReason.nullable(),
    message: z.string().nullable(),
    usage: Usage,
    cost: z.number().describe("US dollars"),
  })
  .meta({ id: "SessionResult" });
export type SessionResult = z.infer<typeof SessionResult>;

export const SendMessage = z
  .strictObject({
    content: z.string().min(1).max(262_144).optional().describe("What to say to the agent"),
    resume: z
      .array(ResumeEntry)
      .min(1)
      .max(100)
      .optional()
      .describe("Answers to what the agent asked; the interrupts are in the RUN_FINISHED event"),
  })
  .refine(({ content, resume }) => content !== undefined || resume !== undefined, "needs content, or resume[]")
  .meta({ id: "SendMessage", anyOf: [{ required: ["content"] }, { required: ["resume"] }] });
export type SendMessage = z.output<typeof SendMessage>;

export const MessageAccepted = z
  .object({ runId: z.string(), queued: z.boolean().describe("It waits for the run that is under way") })
  .meta({ id: "MessageAccepted" });
