/** How the end of a run is told. Pure. */
import { EventType, type Event } from "@pilothouse/agui";
import type { RunOutcome } from "../bridges/bridge.ts";
import type { Spent } from "../usage/usage.ts";

/** A model that refuses because of the budget says so in its provider's words; the user is told in ours. */
export function explained(outcome: RunOutcome, budgetExceeded: string | undefined): RunOutcome {
  if (outcome.type !== "error" || budgetExceeded === undefined) return outcome;
  return { ...outcome, code: "BUDGET_EXCEEDED", message: budgetExceeded };
}

export function endEvent(threadId: string, runId: string, outcome: RunOutcome, spent: Spent): Event {
  const usage = spent.usage === undefined || spent.usage.length === 0 ? {} : { usage: [...spent.usage] };
  const { costUsd, unpricedModels } = spent;
  const cost = costUsd === undefined ? {} : { metadata: { costUsd } };
  const metadata = unpricedModels === undefined ? cost : { metadata: { unpricedModels: [...unpricedModels] } };
  if (outcome.type === "error")
    return { type: EventType.RUN_ERROR, message: outcome.message, code: outcome.code, ...usage, ...metadata };
  const common = { type: EventType.RUN_FINISHED as const, threadId, runId, ...usage, ...metadata };
  switch (outcome.type) {
    case "success":
      return {
        ...common,
        outcome: {
          type: "success",
          ...(outcome.pendingToolCallIds === undefined ? {} : { pendingToolCallIds: [...outcome.pendingToolCallIds] }),
        },
        ...(outcome.result === undefined ? {} : { result: outcome.result }),
      };
    case "interrupt":
      return { ...common, outcome: { type: "interrupt", interrupts: [...outcome.interrupts] } };
    case "cancelled":
      return { ...common, outcome: { type: "cancelled" } };
    default:
      return outcome satisfies never;
  }
}
