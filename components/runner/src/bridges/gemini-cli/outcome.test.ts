import { describe, expect, it } from "vitest";
import { outcomeOf, type TurnEnd } from "./outcome.ts";

const end = (change: Partial<TurnEnd>): TurnEnd => ({
  reason: "failed",
  problem: undefined,
  interrupted: false,
  text: "",
  usage: [],
  redact: (text) => text.replaceAll("secret", "[REDACTED]"),
  ...change,
});
const problem = (message: string, httpStatus?: number): TurnEnd["problem"] => ({
  type: "problem",
  status: "INTERNAL",
  message,
  fatal: true,
  ...(httpStatus === undefined ? {} : { httpStatus }),
});

describe("how a turn of Gemini CLI ended", () => {
  it.each([
    [{ reason: "completed" }, "success", undefined],
    [{ reason: "aborted" }, "cancelled", undefined],
    [{ interrupted: true, problem: problem("terminated") }, "cancelled", undefined],
    [{ reason: "max_turns" }, "error", "AGENT_ERROR"],
    [{ reason: "max_budget" }, "error", "MODEL_ERROR"],
    [{ reason: "refusal" }, "error", "MODEL_ERROR"],
    [{ reason: undefined }, "error", "AGENT_ERROR"],
    [{ problem: problem("no", 400) }, "error", "MODEL_REQUEST_INVALID"],
    [
      { problem: problem("API key not valid. Please pass a valid API key.", 400) },
      "error",
      "MODEL_AUTHENTICATION_FAILED",
    ],
    [{ problem: problem("no", 403) }, "error", "MODEL_AUTHENTICATION_FAILED"],
    [{ problem: problem("models/x is not found for API version v1beta") }, "error", "MODEL_NOT_FOUND"],
    [{ problem: problem("You exceeded your current quota") }, "error", "MODEL_RATE_LIMITED"],
    [{ problem: problem("no", 503) }, "error", "MODEL_OVERLOADED"],
    [{ problem: problem("no", 500) }, "error", "MODEL_ERROR"],
  ])("%j → %s %s", (change, type, code) => {
    expect(outcomeOf(end(change))).toMatchObject(code === undefined ? { type } : { type, code });
  });

  it("tells the provider's own sentence, without secrets", () => {
    const message = '{"error":{"code":400,"message":"the \\"secret\\" is wrong","status":"INVALID_ARGUMENT"}}';
    expect(outcomeOf(end({ problem: problem(message, 400) }))).toMatchObject({
      message: 'the "[REDACTED]" is wrong',
    });
    expect(outcomeOf(end({ problem: problem("terminated") }))).toMatchObject({
      message: "The connection to the model was lost (terminated).",
    });
  });
});
