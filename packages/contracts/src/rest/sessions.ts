/**
 * Sessions. Answers are the AgenticSession resource itself, without managedFields. Bodies take the spec's fields flat,
 * beside `name` and `labels`; `{spec: {…}}` is accepted as the same thing, and a flat field wins over one inside it.
 */
import { z } from "zod";
import {
  AgenticSession,
  AgenticSessionSpec,
  AgentStatus,
  LlmSettings,
  SESSION_PHASES,
} from "../resources/agentic-session.ts";
import { ENVIRONMENT_NAME } from "../runner/user-environment.ts";
import { DnsLabel } from "../resources/metadata.ts";
import { ListQuery, pageOf, sortBy } from "./lists.ts";
import { strictFields } from "./strict.ts";

/** Kubernetes object names that are derived from it (`session-<name>`, `<name>-<attempt>`) must stay DNS labels. */
export const SessionName = DnsLabel.max(50);

/** As Kubernetes has them: a DNS subdomain, and a name or value of up to 63 characters. */
const PREFIX = "[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*";
const NAME = "[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";
const KEY = `(?:${PREFIX}/)?${NAME}`;

export const LabelKey = z
  .string()
  .max(253)
  .regex(new RegExp(`^${KEY}$`))
  .regex(/^(?!(?:[^/]*\.)?(?:pilothouse\.dev|kubernetes\.io|k8s\.io)\/)/, "this prefix is reserved");
export const LabelValue = z.string().regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/);
export const Labels = z.record(LabelKey, LabelValue);

const { userContext: _setByTheServer, ...creatable } = strictFields(AgenticSessionSpec);
export const EnvironmentVariables = creatable.environmentVariables.meta({
  maxProperties: 128,
  propertyNames: { type: "string", maxLength: 253, pattern: ENVIRONMENT_NAME },
});
const specFields = { ...creatable, environmentVariables: EnvironmentVariables };

export const CreateSessionRequest = z
  .strictObject({
    name: SessionName.optional().describe("session-<short id> when absent"),
    labels: Labels.optional(),
    ...specFields,
    spec: z.strictObject(specFields).optional().describe("The same fields, for those who write resources"),
  })
  .meta({ id: "CreateSession" });
export type CreateSessionRequest = z.infer<typeof CreateSessionRequest>;

const patchFields = {
  displayName: creatable.displayName.nullable().optional(),
  llmSettings: z.strictObject({ model: strictFields(LlmSettings).model.nullable().optional() }).optional(),
  repos: creatable.repos.nullable().optional(),
  activeWorkflow: creatable.activeWorkflow.nullable().optional(),
  mcpServers: creatable.mcpServers.nullable().optional(),
  timeout: creatable.timeout.nullable().optional(),
  inactivityTimeout: creatable.inactivityTimeout.nullable().optional(),
  budget: creatable.budget.nullable().optional(),
};

/** A merge patch: absent = unchanged, null = removed. */
export const PatchSessionRequest = z
  .strictObject({
    labels: z.record(LabelKey, LabelValue.nullable()).optional(),
    ...patchFields,
    spec: z.strictObject(patchFields).optional(),
  })
  .meta({ id: "PatchSession" });
export type PatchSessionRequest = z.infer<typeof PatchSessionRequest>;

export const CloneSessionRequest = z
  .strictObject({
    project: DnsLabel.optional().describe("The same project when absent"),
    name: SessionName.optional(),
    fromSeq: z.int().min(1).optional().describe("Carry the history over up to this event"),
  })
  .meta({ id: "CloneSession" });

export const SessionResource = AgenticSession.meta({ id: "Session" });
export type SessionResource = z.infer<typeof SessionResource>;
export const SessionPage = pageOf(SessionResource);

const Flag = z.enum(["1", "true", "0", "false"]).transform((text) => text === "1" || text === "true");

/** What lists of sessions can be ordered by. */
export const SessionSort = sortBy(
  "name",
  "displayName",
  "createdAt",
  "phase",
  "runner",
  "model",
  "lastActivity",
  "attention",
  "cost",
);

/** `one`, or several of it with commas between. */
const listed = (one: string): RegExp => new RegExp(`^(?:${one})(?:, *(?:${one}))*$`);

/** One of these words or several, with commas between, in whatever case. A JSON Schema's pattern has no flags. */
export function wordsOf(words: readonly string[]) {
  const anyCase = (word: string): string =>
    word.replaceAll(/[A-Za-z]/g, (at) => `[${at.toUpperCase()}${at.toLowerCase()}]`);
  return z.string().regex(listed(words.map(anyCase).join("|")), `must be among ${words.join(", ")}`);
}

const LABEL_TERM = `!${KEY}|${KEY}(?: *(?:==|=|!=) *(?:${NAME})?)?`;

/** A label selector of equalities. */
export const LabelSelector = z
  .string()
  .max(1000)
  .regex(listed(LABEL_TERM), "must be a label selector such as team=blue,stage!=test")
  .describe("A label selector: key=value, several separated by commas");

export const SessionListQuery = ListQuery.extend({
  sort: SessionSort,
  phase: wordsOf(SESSION_PHASES).optional().describe("One or several of the phases, separated by commas"),
  agentStatus: AgentStatus.optional(),
  needsPerson: Flag.optional().describe("Only those whose agent waits for an answer, and those that failed"),
  runner: z.string().max(63).optional().describe("A runner type"),
  owner: z.string().max(253).optional().describe("spec.userContext.userId"),
  label: LabelSelector.optional(),
  watch: Flag.optional().describe("With Accept: text/event-stream: changes of the list as server-sent events"),
});
export type SessionListQuery = z.output<typeof SessionListQuery>;

/** `data:` of a server-sent event of a watched list; `event:` is its type. First all that exist, then `synced`. */
export const SessionListEvent = z.discriminatedUnion("type", [
  z.object({ type: z.enum(["added", "modified"]), session: SessionResource }),
  z.object({ type: z.literal("deleted"), name: z.string(), uid: z.string() }),
  z.object({ type: z.literal("synced") }),
]);
export type SessionListEvent = z.infer<typeof SessionListEvent>;

export const SessionEvent = z
  .object({
    type: z.string().describe("Normal or Warning"),
    reason: z.string(),
    message: z.string(),
    timestamp: z.string().nullable(),
    count: z.int().min(1),
    source: z.string().optional().describe("Which object it is about: AgenticSession, Job, Pod"),
  })
  .meta({ id: "SessionEvent" });
export type SessionEvent = z.infer<typeof SessionEvent>;

export const SessionEventsAnswer = z.object({
  items: z.array(SessionEvent),
  pod: z
    .object({
      name: z.string(),
      phase: z.string(),
      containers: z.array(
        z.object({
          name: z.string(),
          ready: z.boolean(),
          restartCount: z.int(),
          state: z.enum(["waiting", "running", "terminated", "unknown"]),
          reason: z.string().optional(),
          message: z.string().optional(),
          exitCode: z.int().optional(),
        }),
      ),
    })
    .nullable(),
});
export type SessionEventsAnswer = z.infer<typeof SessionEventsAnswer>;

export const ExportQuery = z.object({ format: z.enum(["json", "markdown"]).default("json") });
