/** What belongs to a session's conversation: accepted runs, the queue, feedback, background tasks, capabilities. */
import type {
  BackgroundTask as Task,
  Feedback as FeedbackItem,
  FrameworkCapabilities,
  RunAccepted as Accepted,
  RunQueueAnswer as QueueSchema,
  SessionCapabilities as CapabilitiesSchema,
  TaskOutput as Output,
} from "@pilothouse/contracts";
import { flag, list, nullable, number, object, oneOf, optional, or, shape, text } from "../shape.ts";

type Queue = ReturnType<typeof QueueSchema.parse>;
type Queued = Queue["items"][number];
type Capabilities = ReturnType<typeof CapabilitiesSchema.parse>;

export const RunAccepted = shape(object<Accepted>({ runId: text, threadId: text, queued: optional(flag) }));

export const RunQueueAnswer = shape(
  object<Queue>({
    active: optional(nullable(object<{ id: string }>({ id: text }))),
    items: list(
      object<Queued>({
        id: text,
        position: optional(number),
        queuedAt: optional((value) => (typeof value === "number" ? value : text(value))),
        preview: optional(text),
        sender: optional(object<Exclude<Queued["sender"], undefined>>({ userId: text, displayName: optional(text) })),
      }),
    ),
  }),
);

const feedback = object<FeedbackItem>({
  messageId: text,
  metaType: oneOf<FeedbackItem["metaType"]>({ thumbs_up: true, thumbs_down: true }),
  comment: optional(text),
  userId: text,
  displayName: optional(text),
  createdAt: text,
});
export const Feedback = shape(feedback);
export const FeedbackAnswer = shape(object<{ items: FeedbackItem[] }>({ items: list(feedback) }));

export const TasksAnswer = shape(
  object<{ live: boolean; items: Task[] }>({
    live: flag,
    items: list(
      object<Task>({
        id: text,
        description: text,
        status: oneOf<Task["status"]>({ running: true, completed: true, failed: true, stopped: true }),
        startedAt: optional(text),
        endedAt: optional(text),
        toolCallId: optional(text),
      }),
    ),
  }),
);
export const TaskOutput = shape(object<Output>({ id: text, output: text, truncated: flag }));

const tracer = oneOf<Exclude<FrameworkCapabilities["tracing"], null>>({ langfuse: true, langsmith: true });

/** What every bridge declares, before anything is known of its framework. */
export const frameworkFields = {
  framework: text,
  provider: nullable(text),
  agentFeatures: list(
    oneOf<FrameworkCapabilities["agentFeatures"][number]>({
      agentic_chat: true,
      human_in_the_loop: true,
      thinking: true,
      shared_state: true,
      backend_tool_rendering: true,
    }),
  ),
  fileSystem: flag,
  mcp: flag,
  tracing: nullable(tracer),
  supportedTracing: nullable(tracer),
  sessionPersistence: flag,
};

export const SessionCapabilities = shape(
  object<Capabilities>({
    ...frameworkFields,
    models: or(list(text), () => []),
    tools: or(list(text), () => []),
    commands: or(
      list(object<{ name: string; description: string }>({ name: text, description: or(text, () => "") })),
      () => [],
    ),
    agents: or(list(text), () => []),
    clientTools: optional(flag),
    live: flag,
  }),
);
