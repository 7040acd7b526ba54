/** From the integration's words to the backend's. */
import type { CreateSessionRequest, PatchSessionRequest, RunRequest } from "@pilothouse/contracts";
import type { z } from "zod";
import { invalidField } from "../errors/gateway-error.ts";
import {
  SessionStatus,
  type CreateSession,
  type PatchSession,
  type SendMessage,
  type SessionListQuery,
} from "./shapes.ts";

export function createRequest({ task, model, workflow, ...same }: CreateSession): CreateSessionRequest {
  return defined({
    ...same,
    initialPrompt: task,
    llmSettings: model === undefined ? undefined : { model },
    activeWorkflow: workflow === undefined ? undefined : workflowRequest(workflow),
  });
}

export function patchRequest({ model, workflow, ...same }: PatchSession): PatchSessionRequest {
  return defined({
    ...same,
    llmSettings: model === undefined ? undefined : { model },
    activeWorkflow: workflow === undefined || workflow === null ? workflow : workflowRequest(workflow),
  });
}

export function runRequest({ content, resume }: SendMessage): Partial<z.input<typeof RunRequest>> {
  return defined({
    messages: content === undefined ? [] : [{ role: "user" as const, content }],
    resume,
  });
}

/** The backend's query for a list. */
export function listQuery({ status, ...same }: SessionListQuery): URLSearchParams {
  const query = new URLSearchParams();
  const wanted = { ...same, ...(status === undefined ? {} : statusFilter(status)) };
  for (const [name, value] of Object.entries(wanted)) if (value !== undefined) query.set(name, String(value));
  return query;
}

const PHASES = {
  pending: ["Pending", "Creating"],
  queued: ["Queued"],
  running: ["Running", "Stopping"],
  stopped: ["Stopped"],
  completed: ["Completed"],
  failed: ["Failed"],
} as const satisfies Record<Exclude<SessionStatus, "waiting">, readonly string[]>;

function statusFilter(text: string): { phase: string; agentStatus?: "waiting_input" } {
  const wanted = new Set(text.split(/, */).map((part) => SessionStatus.parse(part.toLowerCase())));
  if (wanted.size === 1 && wanted.has("waiting")) return { phase: "Running", agentStatus: "waiting_input" };
  if (wanted.has("waiting") && !wanted.has("running")) {
    throw invalidField("status", "waiting stands alone, or beside running, which includes it", "query");
  }
  const phases = [...wanted].flatMap((status) => (status === "waiting" ? [] : PHASES[status]));
  return { phase: phases.join(",") };
}

function workflowRequest({ url, branch, path }: NonNullable<CreateSession["workflow"]>) {
  return defined({ gitUrl: url, branch, path });
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without the fields that are undefined. */
function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
