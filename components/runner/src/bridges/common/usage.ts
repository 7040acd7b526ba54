/** What the requests of a run used, added up for each model. Pure. */
import type { TokenUsage } from "@ag-ui/core";

export interface RequestUsage {
  readonly provider: string;
  readonly model: string;
  /** Cached ones included. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
}

export function addUsage(usage: readonly TokenUsage[], used: RequestUsage): TokenUsage[] {
  const before = usage.find((entry) => entry.model === used.model);
  const inputTokens = (before?.inputTokens ?? 0) + used.inputTokens;
  const outputTokens = (before?.outputTokens ?? 0) + used.outputTokens;
  const sum: TokenUsage = {
    provider: used.provider,
    model: used.model,
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    cachedInputTokens: (before?.cachedInputTokens ?? 0) + used.cachedTokens,
  };
  return [...usage.filter((entry) => entry.model !== used.model), sum];
}
