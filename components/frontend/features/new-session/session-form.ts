/** What the creation page holds, how it starts from an address, and the request that it becomes. Pure. */
import {
  BranchName,
  type CreateSessionRequest,
  LabelKey,
  LabelValue,
  McpServer,
  type ModelOption,
  RepositoryUrl,
  type RunnerTypeOption,
} from "@pilothouse/contracts";
import { z } from "zod";
import * as texts from "../../lib/texts/index.ts";
import { NO_WORKFLOW, workflowOf, workflowProblem } from "./workflow.ts";

export const PERMISSION_MODES = ["bypass", "acceptEdits", "ask", "plan"] as const;

const Text = z.string().default("");

/** Parsed, because it is also what an earlier visit left behind. */
export const SessionForm = z.object({
  runner: z.string().optional(),
  model: z.string().optional(),
  repositories: z.array(z.object({ id: z.string(), url: z.string(), branch: z.string() })).readonly(),
  displayName: Text,
  maxCostUsd: Text,
  timeoutMinutes: Text,
  inactivityMinutes: Text,
  stopOnRunFinished: z.boolean().default(false),
  permissionMode: z.enum(PERMISSION_MODES).default("bypass"),
  /** `key=value`, separated by commas. */
  labels: Text,
  workflow: z.object({ gitUrl: z.string(), branch: z.string(), path: z.string() }).default(NO_WORKFLOW),
  /** The project's tool servers that this session does without. */
  disabledServers: z.array(z.string()).readonly().default([]),
  /** Tool servers of this session alone. */
  servers: z.record(z.string(), McpServer).default({}),
  recording: Text,
});
export type SessionForm = Readonly<z.infer<typeof SessionForm>>;
export type RepositoryDraft = SessionForm["repositories"][number];

/**
 * A form from an address: `?prompt=…&repo=URL&branch=…&model=…&runner=…&name=…&workflow=URL&workflowBranch=…
 * &workflowPath=…&permissions=ask&budget=5&timeout=30&inactivity=60&label=team=blue&stop=1`; `repo` (each with its
 * `branch`) and `label` may come several times.
 */
export function formFromAddress(parameters: URLSearchParams): SessionForm {
  const branches = parameters.getAll("branch");
  const text = (name: string) => parameters.get(name) ?? "";
  const stop = text("stop");
  return {
    runner: parameters.get("runner") ?? undefined,
    model: parameters.get("model") ?? undefined,
    repositories: parameters
      .getAll("repo")
      .map((url, index) => ({ id: `address-${index}`, url, branch: branches[index] ?? "" })),
    displayName: text("name").slice(0, 50),
    maxCostUsd: text("budget"),
    timeoutMinutes: text("timeout"),
    inactivityMinutes: text("inactivity"),
    stopOnRunFinished: stop === "1" || stop === "true",
    permissionMode: PERMISSION_MODES.find((mode) => mode === text("permissions")) ?? "bypass",
    labels: parameters.getAll("label").join(", "),
    workflow: { gitUrl: text("workflow"), branch: text("workflowBranch"), path: text("workflowPath") },
    disabledServers: [],
    servers: {},
    recording: text("recording"),
  };
}

export const EMPTY_FORM = formFromAddress(new URLSearchParams());

/** Whether something is filled in that only stands under "more". */
export function usesMore(form: SessionForm): boolean {
  const { displayName, maxCostUsd, timeoutMinutes, inactivityMinutes, labels, workflow } = form;
  return (
    [displayName, maxCostUsd, timeoutMinutes, inactivityMinutes, labels, workflow.gitUrl].some((text) => text !== "") ||
    form.stopOnRunFinished ||
    form.permissionMode !== "bypass" ||
    form.disabledServers.length > 0 ||
    Object.keys(form.servers).length > 0
  );
}

/** A form that an earlier visit left behind; undefined for what is not one. */
export function parseForm(text: string): SessionForm | undefined {
  if (text === "") return undefined;
  try {
    return SessionForm.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Labels as they are typed; undefined when one is not a label. */
export function parseLabels(text: string): Record<string, string> | undefined {
  const labels = new Map<string, string>();
  for (const part of text.split(",").map((item) => item.trim())) {
    if (part === "") continue;
    const [key = "", ...rest] = part.split("=");
    const value = rest.join("=").trim();
    if (!LabelKey.safeParse(key.trim()).success || !LabelValue.safeParse(value).success) return undefined;
    labels.set(key.trim(), value);
  }
  return Object.fromEntries(labels);
}

/** Fields of the form that hold a number, and what the server calls them. */
export const NUMBERS = ["maxCostUsd", "timeoutMinutes", "inactivityMinutes"] as const;
export type NumberField = (typeof NUMBERS)[number];
export const SERVER_FIELDS: Readonly<Record<NumberField | "displayName" | "labels", string>> = {
  maxCostUsd: "budget.maxCostUsd",
  timeoutMinutes: "timeout",
  inactivityMinutes: "inactivityTimeout",
  displayName: "displayName",
  labels: "labels",
};

/** A year, which is the longest that the server takes. */
const MOST_MINUTES = 525_600;

export function numberProblem(field: NumberField, text: string): string | undefined {
  if (text.trim() === "") return undefined;
  if (!(Number(text) >= 0)) return texts.create.numberInvalid;
  return field !== "maxCostUsd" && Number(text) > MOST_MINUTES ? texts.create.atMostMinutes(MOST_MINUTES) : undefined;
}

/** What stands in the way of sending the form. */
export function isFormInvalid(form: SessionForm): boolean {
  return (
    form.repositories.some((repository) => repositoryProblem(repository) !== undefined) ||
    workflowProblem(form.workflow) !== undefined ||
    parseLabels(form.labels) === undefined ||
    NUMBERS.some((field) => numberProblem(field, form[field]) !== undefined)
  );
}

/** The runner that a form means: the chosen one, the chosen model's, the default model's, or the first there is. */
export function effectiveRunner(
  form: Pick<SessionForm, "runner" | "model">,
  runners: readonly RunnerTypeOption[],
  models: readonly ModelOption[],
  defaultModel: string | null,
): RunnerTypeOption | undefined {
  const chosen = runners.find((runner) => runner.id === form.runner);
  if (chosen !== undefined) return chosen;
  const provider = models.find((model) => model.id === (form.model ?? defaultModel))?.provider;
  return runners.find((runner) => runner.provider !== null && runner.provider === provider) ?? runners[0];
}

/** Models that a runner can use, the provider's default first. */
export function modelsFor(
  runner: RunnerTypeOption | undefined,
  models: readonly ModelOption[],
): readonly ModelOption[] {
  if (runner === undefined || runner.framework === "replay") return [];
  return models
    .filter((model) => runner.provider === null || model.provider === runner.provider)
    .toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault));
}

/** Keys that a runner needs and the project does not have. */
export function missingKeys(runner: RunnerTypeOption | undefined, setKeys: ReadonlySet<string>): readonly string[] {
  if (runner === undefined) return [];
  const { requiredSecretKeys, secretKeyLogic } = runner.auth;
  const missing = requiredSecretKeys.filter((key) => !setKeys.has(key));
  const isEnough = secretKeyLogic === "any" && missing.length < requiredSecretKeys.length;
  return isEnough ? [] : missing;
}

export function repositoryProblem(repository: Pick<RepositoryDraft, "url" | "branch">): string | undefined {
  const url = repository.url.trim();
  if (url === "") return undefined;
  if (/^https?:\/\/[^/]*@/.test(url)) return texts.create.repositoryCredentials;
  if (!RepositoryUrl.safeParse(url).success) return texts.create.repositoryInvalid;
  const branch = repository.branch.trim();
  return branch === "" || BranchName.safeParse(branch).success ? undefined : texts.create.branchInvalid;
}

/** The request. Empty fields are left out, so that the platform's defaults apply. */
export function requestOf(
  form: SessionForm,
  prompt: string,
  runner: RunnerTypeOption,
  models: readonly ModelOption[],
): CreateSessionRequest {
  const model = modelsFor(runner, models).find((item) => item.id === form.model);
  const repos = form.repositories
    .filter((repository) => repository.url.trim() !== "")
    .map(({ url, branch }) => ({ url: url.trim(), ...(branch.trim() === "" ? {} : { branch: branch.trim() }) }));
  const cost = Number(form.maxCostUsd);
  const minutes = Number(form.timeoutMinutes);
  const inactivity = form.inactivityMinutes.trim();
  const labels = parseLabels(form.labels) ?? {};
  const workflow = runner.capabilities.fileSystem ? workflowOf(form.workflow) : undefined;
  const custom = runner.capabilities.mcp ? form.servers : {};
  const disabled = runner.capabilities.mcp ? [...form.disabledServers] : [];
  const mcpServers = {
    ...(Object.keys(custom).length === 0 ? {} : { custom }),
    ...(disabled.length === 0 ? {} : { disabled }),
  };
  const recording = form.recording.trim();
  return {
    runnerType: runner.id,
    ...(prompt.trim() === "" ? {} : { initialPrompt: prompt.trim() }),
    ...(model === undefined ? {} : { llmSettings: { model: model.id } }),
    ...(repos.length === 0 ? {} : { repos }),
    ...(form.displayName.trim() === "" ? {} : { displayName: form.displayName.trim() }),
    ...(cost > 0 ? { budget: { maxCostUsd: cost } } : {}),
    ...(minutes > 0 ? { timeout: Math.round(minutes * 60) } : {}),
    ...(inactivity === "" ? {} : { inactivityTimeout: Math.round(Number(inactivity) * 60) }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(workflow === undefined ? {} : { activeWorkflow: workflow }),
    ...(Object.keys(mcpServers).length === 0 ? {} : { mcpServers }),
    ...(form.stopOnRunFinished ? { stopOnRunFinished: true } : {}),
    ...(form.permissionMode === "bypass" ? {} : { permissionMode: form.permissionMode }),
    ...(runner.framework === "replay" && recording !== ""
      ? { environmentVariables: { REPLAY_RECORDING: recording } }
      : {}),
  };
}
