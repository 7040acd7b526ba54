/** The public API (`/v1`): sessions as tasks, for programs. A small view over the platform's own resources. */
import { z } from "zod";
import { ActiveWorkflow, Repository, Usage } from "../resources/agentic-session.ts";
import { pageOf } from "./lists.ts";
import { Labels } from "./sessions.ts";
import { strictFields } from "./strict.ts";

export const PublicSessionStatus = z.enum([
  "pending",
  "queued",
  "running",
  "waiting",
  "stopped",
  "completed",
  "failed",
]);
export type PublicSessionStatus = z.infer<typeof PublicSessionStatus>;

const repository = strictFields(Repository);
const workflow = strictFields(ActiveWorkflow);

export const PublicCreateSession = z
  .strictObject({
    task: z.string().min(1).max(262_144).describe("What the agent is to do"),
    model: z.string().min(1).max(200).optional(),
    runnerType: z.string().min(1).max(63).optional(),
    repos: z
      .array(z.strictObject({ url: repository.url, branch: repository.branch }))
      .max(50)
      .optional(),
    workflow: z.strictObject({ gitUrl: workflow.gitUrl, branch: workflow.branch, path: workflow.path }).optional(),
    labels: Labels.optional(),
    displayName: z.string().max(50).optional(),
    stopOnRunFinished: z.boolean().default(true),
    timeout: z.int().min(0).max(31_536_000).optional().describe("Seconds"),
  })
  .meta({ id: "PublicCreateSession" });
export type PublicCreateSession = z.output<typeof PublicCreateSession>;

export const PublicUpdateSession = z.strictObject({
  displayName: z.string().max(50).optional(),
  model: z.string().min(1).max(200).optional(),
  labels: z.record(z.string(), z.string().nullable()).optional(),
});
export type PublicUpdateSession = z.infer<typeof PublicUpdateSession>;

export const PublicSession = z
  .object({
    id: z.string(),
    project: z.string(),
    status: PublicSessionStatus,
    task: z.string().nullable(),
    displayName: z.string().nullable(),
    model: z.string().nullable(),
    runnerType: z.string().nullable(),
    repos: z.array(z.object({ url: z.string(), branch: z.string().optional() })),
    labels: z.record(z.string(), z.string()),
    createdAt: z.string().nullable(),
    startedAt: z.string().nullable(),
    completedAt: z.string().nullable(),
    stoppedReason: z.string().nullable(),
    message: z.string().nullable(),
    usage: Usage.nullable(),
  })
  .meta({ id: "PublicSession" });
export type PublicSession = z.infer<typeof PublicSession>;
export const PublicSessionPage = pageOf(PublicSession);

export const PublicResult = z
  .object({
    id: z.string(),
    status: PublicSessionStatus,
    done: z.boolean().describe("Whether the session rests: nothing more will come unless it is started again"),
    text: z.string().nullable().describe("The agent's last words, null when there are none yet"),
    isError: z.boolean(),
    stoppedReason: z.string().nullable(),
    message: z.string().nullable(),
    usage: Usage.nullable(),
  })
  .meta({ id: "PublicResult" });
export type PublicResult = z.infer<typeof PublicResult>;

export const PublicMessage = z.strictObject({ content: z.string().min(1).max(262_144) });
