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

/** How providers end an answer that is none: a word of Anthropic, OpenAI or Google. Undefined for an ordinary end. */
export function cutShort(reason: string | undefined): string | undefined {
  switch (reason?.toLowerCase()) {
    case "max_tokens":
    case "length":
    case "max_output_tokens":
      return "The model's answer was cut off: it reached the largest number of tokens.";
    case "model_context_window_exceeded":
      return "The conversation is too long for the model.";
    case "refusal":
    case "content_filter":
    case "safety":
    case "prohibited_content":
    case "recitation":
    case "blocklist":
    case "spii":
    case "language":
      return `The model refused to answer (${reason ?? ""}).`;
    default:
      return undefined;
  }
}

const LOST =
  /^(terminated|fetch failed|Connection error\.|.*(ECONNRESET|ECONNREFUSED|socket hang up|other side closed).*)$/;

const PAGE = /^(\d{3} )?\s*<(!doctype|html)\b/i;

/** The provider's own sentence, out of the document that it answered with. */
export function providerWords(message: string): string {
  const said = quoted(message);
  if (said !== undefined) return PAGE.test(said) ? pageWords(said) : said;
  if (LOST.test(message)) return `The connection to the model was lost (${message}).`;
  if (PAGE.test(message)) return pageWords(message);
  return message === "" ? "The model could not answer." : message;
}

function quoted(message: string): string | undefined {
  const found = /"message":\s*("(?:[^"\\]|\\.)*")/.exec(message)?.[1];
  if (found === undefined) return undefined;
  try {
    const words: unknown = JSON.parse(found);
    return typeof words === "string" && words !== "" ? words : undefined;
  } catch {
    // Cut off in the middle of an escape: the whole is better than nothing.
    return undefined;
  }
}

/** A proxy's page in place of the model's answer. */
function pageWords(page: string): string {
  const words = page
    .replaceAll(/<(script|style)\b[^]*?<\/\1>/gi, " ")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  return `Something on the way to the model answered with a web page: ${words.slice(0, 300)}`;
}
