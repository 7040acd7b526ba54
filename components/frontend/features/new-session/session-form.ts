/** What the creation page holds, how it starts from an address, and the request that it becomes. Pure. */
import {
  BranchName,
  type CreateSessionRequest,
  type ModelOption,
  RepositoryUrl,
  type RunnerTypeOption,
} from "@pilothouse/contracts";
import { texts } from "../../lib/texts/index.ts";

export interface RepositoryDraft {
  readonly id: string;
  readonly url: string;
  readonly branch: string;
}

export interface SessionForm {
  readonly runner: string | undefined;
  readonly model: string | undefined;
  readonly repositories: readonly RepositoryDraft[];
  readonly displayName: string;
  readonly maxCostUsd: string;
  readonly timeoutMinutes: string;
  readonly stopOnRunFinished: boolean;
  readonly permissionMode: "bypass" | "acceptEdits" | "ask" | "plan";
  readonly recording: string;
}

/** A form from an address: `?prompt=…&repo=URL&branch=…&model=…&runner=…&name=…`; `repo` may come several times. */
export function formFromAddress(parameters: URLSearchParams): SessionForm {
  const branches = parameters.getAll("branch");
  return {
    runner: parameters.get("runner") ?? undefined,
    model: parameters.get("model") ?? undefined,
    repositories: parameters
      .getAll("repo")
      .map((url, index) => ({ id: `address-${index}`, url, branch: branches[index] ?? "" })),
    displayName: parameters.get("name") ?? "",
    maxCostUsd: "",
    timeoutMinutes: "",
    stopOnRunFinished: false,
    permissionMode: "bypass",
    recording: parameters.get("recording") ?? "",
  };
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

export function repositoryProblem(repository: RepositoryDraft): string | undefined {
  const url = repository.url.trim();
  if (url === "") return undefined;
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
  const recording = form.recording.trim();
  return {
    runnerType: runner.id,
    ...(prompt.trim() === "" ? {} : { initialPrompt: prompt.trim() }),
    ...(model === undefined ? {} : { llmSettings: { model: model.id } }),
    ...(repos.length === 0 ? {} : { repos }),
    ...(form.displayName.trim() === "" ? {} : { displayName: form.displayName.trim() }),
    ...(cost > 0 ? { budget: { maxCostUsd: cost } } : {}),
    ...(minutes > 0 ? { timeout: Math.round(minutes * 60) } : {}),
    ...(form.stopOnRunFinished ? { stopOnRunFinished: true } : {}),
    ...(form.permissionMode === "bypass" ? {} : { permissionMode: form.permissionMode }),
    ...(runner.framework === "replay" && recording !== ""
      ? { environmentVariables: { REPLAY_RECORDING: recording } }
      : {}),
  };
}
