/** Which of our codes a model provider's HTTP status is. Pure. */
import type { RunnerErrorCode } from "../../errors.ts";

const CODES: Readonly<Record<number, RunnerErrorCode>> = {
  400: "MODEL_REQUEST_INVALID",
  401: "MODEL_AUTHENTICATION_FAILED",
  403: "MODEL_AUTHENTICATION_FAILED",
  404: "MODEL_NOT_FOUND",
  413: "MODEL_REQUEST_INVALID",
  422: "MODEL_REQUEST_INVALID",
  429: "MODEL_RATE_LIMITED",
  503: "MODEL_OVERLOADED",
  529: "MODEL_OVERLOADED",
};

export function codeOfStatus(status: number | undefined): RunnerErrorCode | undefined {
  return status === undefined ? undefined : CODES[status];
}

/** The provider's own sentence, out of the document that it answered with. */
export function providerWords(message: string): string {
  if (
    /^(terminated|fetch failed|Connection error\.|.*(ECONNRESET|ECONNREFUSED|socket hang up|other side closed).*)$/.test(
      message,
    )
  )
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
