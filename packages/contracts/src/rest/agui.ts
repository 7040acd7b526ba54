/** AG-UI over REST: what starts a run, and what is said about runs. The events themselves are AG-UI's own. */
import { z } from "zod";

const Id = z.string().min(1).max(200);

const whoseRoleIs = (roles: readonly string[], required: readonly string[], properties: object) => ({
  if: { properties: { role: { enum: roles } }, required: ["role"] },
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  then: { required, properties },
});
/** AG-UI's Tool and Context, as far as every client has to fill them in. */
const AnyTool = z.looseObject({ name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/), description: z.string() });
const AnyContext = z.looseObject({ description: z.string(), value: z.string() });

/** What AG-UI asks of the messages that clients send most. */
function hasContent({ role, content, toolCallId }: Record<string, unknown>): boolean {
  if (role === "user") return typeof content === "string" || Array.isArray(content);
  if (role === "developer" || role === "system") return typeof content === "string";
  return role !== "tool" || (typeof content === "string" && typeof toolCallId === "string");
}

/**
 * A message as a client sends it. AG-UI's own schema is checked by the runner, which knows the version it speaks; here
 * only what the backend touches is fixed: `role`, and `metadata`, in which the server alone writes `sender`.
 */
export const InputMessage = z
  .looseObject({
    id: Id.optional(),
    role: z.enum(["developer", "system", "assistant", "user", "tool", "activity", "reasoning"]),
    content: z.unknown().optional(),
    metadata: z.record(z.string(), z.unknown()).optional(),
  })
  .refine(hasContent, { path: ["content"], message: "is not what a message of this role holds" })
  .meta({
    // As `hasContent` says.
    allOf: [
      whoseRoleIs(["user"], ["content"], { content: { anyOf: [{ type: "string" }, { type: "array" }] } }),
      whoseRoleIs(["developer", "system"], ["content"], { content: { type: "string" } }),
      whoseRoleIs(["tool"], ["content", "toolCallId"], { content: { type: "string" }, toolCallId: { type: "string" } }),
    ],
  });
export type InputMessage = z.infer<typeof InputMessage>;

export const ResumeEntry = z.looseObject({
  interruptId: Id,
  status: z.enum(["resolved", "cancelled"]),
  payload: z.unknown().optional(),
});
export type ResumeEntry = z.infer<typeof ResumeEntry>;

/** AG-UI's RunAgentInput, with what a session already knows made optional. */
export const RunRequest = z
  .strictObject({
    threadId: Id.optional().describe("What the client calls the conversation; a session has one thread, its uid"),
    runId: Id.optional(),
    parentRunId: Id.optional(),
    protocolVersion: z.string().max(20).optional(),
    messages: z.array(InputMessage).max(10_000).default([]),
    state: z.unknown().optional(),
    tools: z.array(AnyTool).max(1000).optional(),
    context: z.array(AnyContext).max(1000).optional(),
    forwardedProps: z.unknown().optional(),
    resume: z.array(ResumeEntry).max(100).optional(),
  })
  .meta({
    id: "RunAgentInput",
    anyOf: [
      { required: ["messages"], properties: { messages: { minItems: 1 } } },
      { required: ["resume"], properties: { resume: { minItems: 1 } } },
    ],
  });
export type RunRequest = z.output<typeof RunRequest>;

export const RunAccepted = z
  .object({ runId: z.string(), threadId: z.string(), queued: z.boolean().optional() })
  .meta({ id: "RunAccepted" });
export type RunAccepted = z.infer<typeof RunAccepted>;

export const QueuedRun = z.object({
  id: z.string().describe("The run's id"),
  position: z.int().min(1).optional(),
  queuedAt: z.union([z.string(), z.number()]).optional(),
  preview: z.string().optional().describe("The beginning of its message"),
  sender: z.object({ userId: z.string(), displayName: z.string().optional() }).optional(),
});
export const RunQueueAnswer = z.object({
  active: z.object({ id: z.string() }).nullable().optional(),
  items: z.array(QueuedRun),
});

export const EventsQuery = z.object({
  after: z
    .string()
    .regex(/^\d+$/, "must be a sequence number")
    .meta({ type: "integer", minimum: 0, pattern: undefined })
    // Beyond the end of any thread, whatever is asked for.
    .transform((text) => Math.min(999_999_999_999_999, Number(text)))
    .optional()
    .describe("Events after this sequence number; Last-Event-ID wins over it"),
});

export const FeedbackType = z.enum(["thumbs_up", "thumbs_down"]);
/** One user's word on one message; said again, it replaces what the same user said before. */
export const FeedbackRequest = z
  .strictObject({
    metaType: FeedbackType,
    messageId: Id.regex(/^[^\u0000-\u001f\u007f]+$/, "must not contain control characters"),
    comment: z.string().max(4000).optional(),
  })
  .meta({ id: "FeedbackRequest" });
export type FeedbackRequest = z.infer<typeof FeedbackRequest>;

export const Feedback = z
  .object({
    messageId: z.string(),
    metaType: FeedbackType,
    comment: z.string().optional(),
    userId: z.string(),
    displayName: z.string().optional(),
    createdAt: z.string().describe("RFC 3339, UTC"),
  })
  .meta({ id: "Feedback" });
export type Feedback = z.infer<typeof Feedback>;
export const FeedbackAnswer = z.object({ items: z.array(Feedback) });

/** What the backend tells a live runner about feedback, so that a trace can carry it as a score. */
export const RunnerFeedback = z.strictObject({ ...FeedbackRequest.shape, userId: z.string().max(253) });
export type RunnerFeedback = z.infer<typeof RunnerFeedback>;

/** Work that an agent left running beside the conversation. */
export const BackgroundTask = z
  .object({
    id: z.string(),
    description: z.string(),
    status: z.enum(["running", "completed", "failed", "stopped"]),
    startedAt: z.string().optional(),
    endedAt: z.string().optional(),
    toolCallId: z.string().optional().describe("The tool call that started it"),
  })
  .meta({ id: "BackgroundTask" });
export type BackgroundTask = z.infer<typeof BackgroundTask>;
export const TasksAnswer = z.object({ live: z.boolean(), items: z.array(BackgroundTask) });
export const TaskOutput = z
  .object({
    id: z.string(),
    output: z.string(),
    truncated: z.boolean().describe("Whether only the end of the output is here"),
  })
  .meta({ id: "TaskOutput" });
export type TaskOutput = z.infer<typeof TaskOutput>;

/** `metadata.sender` of a user message. */
export const MessageSender = z.object({ userId: z.string(), displayName: z.string() });
export type MessageSender = z.infer<typeof MessageSender>;
