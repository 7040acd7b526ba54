/** How a turn of Claude Code ended, as the outcome of a run. Pure. */
import type { ModelUsage, SDKAssistantMessageError, SDKResultMessage } from "@anthropic-ai/claude-agent-sdk";
import type { TokenUsage } from "@ag-ui/core";
import type { RunnerErrorCode } from "../../errors.ts";
import type { RunOutcome } from "../bridge.ts";
import { codeOfStatus } from "../common/model-errors.ts";

const CODES: Readonly<Partial<Record<SDKAssistantMessageError, RunnerErrorCode>>> = {
  authentication_failed: "MODEL_AUTHENTICATION_FAILED",
  oauth_org_not_allowed: "MODEL_AUTHENTICATION_FAILED",
  billing_error: "MODEL_ERROR",
  rate_limit: "MODEL_RATE_LIMITED",
  overloaded: "MODEL_OVERLOADED",
  invalid_request: "MODEL_REQUEST_INVALID",
  model_not_found: "MODEL_NOT_FOUND",
};

/** Totals of a whole conversation grow from turn to turn; a run's share is what was added. */
export interface Totals {
  readonly modelUsage: Readonly<Record<string, ModelUsage>>;
  readonly costUsd: number;
}

export const NO_TOTALS: Totals = { modelUsage: {}, costUsd: 0 };

export interface TurnEnd {
  readonly result: SDKResultMessage;
  /** What the framework said of the last model error in this turn. */
  readonly modelError: SDKAssistantMessageError | undefined;
  readonly interrupted: boolean;
  readonly before: Totals;
  readonly redact: (this: void, text: string) => string;
}

export function outcomeOf({ result, modelError, interrupted, before, redact }: TurnEnd): RunOutcome {
  const spent = {
    usage: usageSince(before, result.modelUsage),
    costUsd: Math.max(0, result.total_cost_usd - before.costUsd),
  };
  if (interrupted) return { type: "cancelled", ...spent };
  if (result.subtype === "success" && !result.is_error) return { type: "success", text: result.result, ...spent };
  const message = redact(reasonOf(result)).slice(0, 4000);
  return { type: "error", code: codeOf(result, modelError), message, ...spent };
}

function reasonOf(result: SDKResultMessage): string {
  if (result.subtype === "success") return result.result === "" ? "The model could not answer." : result.result;
  switch (result.subtype) {
    case "error_max_turns":
      return `The agent stopped after ${result.num_turns} turns, which is its limit.`;
    case "error_max_budget_usd":
      return "The agent stopped: its budget is used up.";
    default:
      return result.errors.length === 0 ? "The agent stopped with an error." : result.errors.join("\n");
  }
}

function codeOf(result: SDKResultMessage, modelError: SDKAssistantMessageError | undefined): RunnerErrorCode {
  const known = modelError === undefined ? undefined : CODES[modelError];
  if (known !== undefined) return known;
  if (result.subtype === "error_max_budget_usd") return "BUDGET_EXCEEDED";
  if (result.subtype !== "success") return "AGENT_ERROR";
  return codeOfStatus(result.api_error_status ?? undefined) ?? "MODEL_ERROR";
}

function usageSince(before: Totals, now: Readonly<Record<string, ModelUsage>>): TokenUsage[] {
  return Object.entries(now).flatMap(([model, after]): TokenUsage[] => {
    const former = before.modelUsage[model];
    const since = (pick: (usage: ModelUsage) => number): number =>
      Math.max(0, pick(after) - (former === undefined ? 0 : pick(former)));
    const cachedInputTokens = since((usage) => usage.cacheReadInputTokens);
    const cacheWriteInputTokens = since((usage) => usage.cacheCreationInputTokens);
    const inputTokens = since((usage) => usage.inputTokens) + cachedInputTokens + cacheWriteInputTokens;
    const outputTokens = since((usage) => usage.outputTokens);
    if (inputTokens + outputTokens === 0) return [];
    const totalTokens = inputTokens + outputTokens;
    return [
      {
        provider: "anthropic",
        model,
        inputTokens,
        outputTokens,
        totalTokens,
        cachedInputTokens,
        cacheWriteInputTokens,
      },
    ];
  });
}
