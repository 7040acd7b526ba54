/** How a turn of Gemini CLI ended, as the outcome of a run. Pure. */
import type { TokenUsage } from "@ag-ui/core";
import type { RunnerErrorCode } from "../../errors.ts";
import type { RunOutcome } from "../bridge.ts";
import { codeOfStatus, providerWords } from "../common/model-errors.ts";

/** What Gemini CLI says of an answer without any content, which is how a blocked prompt looks to it. */
const NO_ANSWER = /^Model stream ended (without a finish reason|with empty response text)/;
import type { Told } from "./protocol.ts";

type Problem = Extract<Told, { type: "problem" }>;

export interface TurnEnd {
  /** Why the agent ended; undefined when it did not say. */
  readonly reason: string | undefined;
  /** The last thing that went wrong. */
  readonly problem: Problem | undefined;
  readonly interrupted: boolean;
  readonly text: string;
  readonly usage: readonly TokenUsage[];
  readonly redact: (this: void, text: string) => string;
}

export function outcomeOf({ reason, problem, interrupted, text, usage, redact }: TurnEnd): RunOutcome {
  const spent = { text, usage };
  if (interrupted || (reason === "aborted" && problem === undefined)) return { type: "cancelled", ...spent };
  const error = (code: RunnerErrorCode, message: string): RunOutcome => ({
    type: "error",
    code,
    message: redact(message).slice(0, 4000),
    ...spent,
  });
  if (problem !== undefined && NO_ANSWER.test(problem.message))
    return error("MODEL_ERROR", "The model gave no answer: its provider blocked the prompt, or the answer broke off.");
  if (problem?.fatal === true) return error(codeOf(problem), providerWords(problem.message));
  switch (reason) {
    case "completed":
      return { type: "success", ...spent };
    case "max_turns":
      return error("AGENT_ERROR", "The agent was stopped: it took more steps than it may in one run.");
    case "max_budget":
      return error("MODEL_ERROR", "The model's answer was cut off: it reached the largest number of tokens.");
    case "refusal":
      return error("MODEL_ERROR", "The model refused to answer.");
    default:
      return error(
        "AGENT_ERROR",
        problem === undefined ? "The agent stopped with an error." : providerWords(problem.message),
      );
  }
}

/** The provider says 400 to a wrong key, and Gemini CLI drops the 404 of an unknown model: their words count, too. */
function codeOf(problem: Problem): RunnerErrorCode {
  if (/api[ _]key (not valid|invalid|expired)|API_KEY_INVALID/i.test(problem.message))
    return "MODEL_AUTHENTICATION_FAILED";
  const known = codeOfStatus(problem.httpStatus);
  if (known !== undefined) return known;
  if (/\bis not found for API version\b|\bmodel not found\b/i.test(problem.message)) return "MODEL_NOT_FOUND";
  if (/quota|RESOURCE_EXHAUSTED|rate limit/i.test(`${problem.status} ${problem.message}`)) return "MODEL_RATE_LIMITED";
  return "MODEL_ERROR";
}
