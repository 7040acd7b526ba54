/** Says whether a session may ask a model once more. Requests that run already are let finish, so a budget may be passed by what they cost. */
import type { Budget, Usage } from "@pilothouse/contracts/resources/agentic-session";

function dollars(amount: number): string {
  return `$${amount < 0.1 && amount > 0 ? amount.toFixed(4) : amount.toFixed(2)}`;
}

/** Which budget is used up, as a sentence with the remedy; undefined when none is. */
export function exceededBudget(budget: Budget, spent: { totals: Usage; turns: number }): string | undefined {
  const { maxCostUsd, maxTokens, maxTurns } = budget;
  const { totals, turns } = spent;
  const sentence = (used: string, field: string): string =>
    `The budget of this session is used up: ${used}. To go on, raise spec.budget.${field} of the session and start it again.`;
  if (maxCostUsd !== undefined && totals.costUsd >= maxCostUsd) {
    return sentence(`${dollars(totals.costUsd)} of ${dollars(maxCostUsd)} were spent`, "maxCostUsd");
  }
  const tokens = totals.inputTokens + totals.outputTokens;
  if (maxTokens !== undefined && tokens >= maxTokens) {
    return sentence(`${tokens} of ${maxTokens} tokens were used`, "maxTokens");
  }
  if (maxTurns !== undefined && turns >= maxTurns) {
    return sentence(`the model has answered ${turns} of ${maxTurns} times`, "maxTurns");
  }
  return undefined;
}
