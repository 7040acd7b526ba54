/** How a turn of Gemini CLI ended, as the outcome of a run. Pure. */
import type { TokenUsage } from "@ag-ui/core";
import type { RunnerErrorCode } from "../../errors.ts";
import type { RunOutcome } from "../bridge.ts";
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
  if (problem?.fatal === true) return error(codeOf(problem), wordsOf(problem));
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
      return error("AGENT_ERROR", problem === undefined ? "The agent stopped with an error." : wordsOf(problem));
  }
}

const CODES: Readonly<Record<number, RunnerErrorCode>> = {
  400: "MODEL_REQUEST_INVALID",
  401: "MODEL_AUTHENTICATION_FAILED",
  403: "MODEL_AUTHENTICATION_FAILED",
  404: "MODEL_NOT_FOUND",
  429: "MODEL_RATE_LIMITED",
  503: "MODEL_OVERLOADED",
  529: "MODEL_OVERLOADED",
};

/** The provider says 400 to a wrong key, and Gemini CLI drops the 404 of an unknown model: their words count, too. */
function codeOf(problem: Problem): RunnerErrorCode {
  if (/api[ _]key (not valid|invalid|expired)|API_KEY_INVALID/i.test(problem.message))
    return "MODEL_AUTHENTICATION_FAILED";
  const known = problem.httpStatus === undefined ? undefined : CODES[problem.httpStatus];
  if (known !== undefined) return known;
  if (/\bis not found for API version\b|\bmodel not found\b/i.test(problem.message)) return "MODEL_NOT_FOUND";
  if (/quota|RESOURCE_EXHAUSTED|rate limit/i.test(`${problem.status} ${problem.message}`)) return "MODEL_RATE_LIMITED";
  return "MODEL_ERROR";
}

/** The provider's own sentence, out of the document that it answered with. */
function wordsOf({ message }: Problem): string {
  if (/^(terminated|fetch failed|.*(ECONNRESET|ECONNREFUSED|socket hang up).*)$/.test(message))
    return `The connection to the model was lost (${message}).`;
  const found = /"message":\s*("(?:[^"\\]|\\.)*")/.exec(message)?.[1];
  if (found === undefined) return message === "" ? "The model could not answer." : message;
  try {
    const words: unknown = JSON.parse(found);
    return typeof words === "string" && words !== "" ? words : message;
  } catch {
    // Cut off in the middle of an escape: the whole is better than nothing.
    return message;
  }
}

/** Every request of a turn tells what it used; a run tells the sum for each model. */
export function addUsage(usage: readonly TokenUsage[], told: Extract<Told, { type: "usage" }>): TokenUsage[] {
  const before = usage.find((entry) => entry.model === told.model);
  const inputTokens = (before?.inputTokens ?? 0) + told.inputTokens;
  const outputTokens = (before?.outputTokens ?? 0) + told.outputTokens;
  const sum: TokenUsage = {
    provider: "google",
    model: told.model,
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    cachedInputTokens: (before?.cachedInputTokens ?? 0) + told.cachedTokens,
  };
  return [...usage.filter((entry) => entry.model !== told.model), sum];
}
