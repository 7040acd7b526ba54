/** How a turn that failed ends a run. Pure. */
import { z } from "zod";
import { messageOf, RunnerError, type RunnerErrorCode } from "../../errors.ts";
import { codeOfStatus, providerWords } from "../common/model-errors.ts";

const HELP = /\s*Troubleshooting URL: \S+\s*$/;

export function failureOf(error: unknown): { code: RunnerErrorCode; message: string } {
  const chain = causesOf(error);
  const own = chain.find((each) => each instanceof RunnerError);
  if (own !== undefined) return { code: own.code, message: own.message };
  const answered = chain.find((each) => statusOf(each) !== undefined);
  const said = answered ?? error;
  const message = providerWords(
    messageOf(said)
      .replace(HELP, "")
      .replace(/^\d{3} (?=[{<])/, ""),
  );
  const status = answered === undefined ? undefined : statusOf(answered);
  if (status !== undefined) return { code: codeOf(status, message), message };
  if (chain.some((each) => nameOf(each) === "GraphRecursionError"))
    return { code: "AGENT_ERROR", message: "The agent was stopped: it took more steps than it may in one run." };
  if (chain.some(isUnreadable))
    return { code: "MODEL_ERROR", message: "The model's answer was empty, or could not be read." };
  const kind = chain.map(kindOf).find((each) => each !== undefined);
  if (kind !== undefined) return { code: KINDS[kind] ?? "MODEL_ERROR", message };
  return { code: chain.some(isConnection) ? "MODEL_ERROR" : "AGENT_ERROR", message };
}

/** What providers call an error in the middle of a stream, where there is no status any more. */
const KINDS: Readonly<Record<string, RunnerErrorCode>> = {
  overloaded_error: "MODEL_OVERLOADED",
  rate_limit_error: "MODEL_RATE_LIMITED",
  rate_limit_exceeded: "MODEL_RATE_LIMITED",
  authentication_error: "MODEL_AUTHENTICATION_FAILED",
  permission_error: "MODEL_AUTHENTICATION_FAILED",
  invalid_request_error: "MODEL_REQUEST_INVALID",
  not_found_error: "MODEL_NOT_FOUND",
};

function kindOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !/^API.*Error$/.test(error.constructor.name)) return undefined;
  const told = ErrorDocument.safeParse(error).data;
  return told?.error?.error?.type ?? told?.error?.type ?? told?.type ?? "api_error";
}

const Kind = z.string().nullish();
const ErrorDocument = z.looseObject({
  type: Kind,
  error: z.looseObject({ type: Kind, error: z.looseObject({ type: Kind }).nullish() }).nullish(),
});

/** LangChain's own words for an answer in which it found nothing, or not what it took for granted. */
function isUnreadable(error: unknown): boolean {
  return /^Received empty response from chat model|^Cannot read properties of undefined/.test(messageOf(error));
}

export function statusOf(error: unknown): number | undefined {
  for (const name of ["status", "statusCode"]) {
    const value: unknown = typeof error === "object" && error !== null ? Reflect.get(error, name) : undefined;
    if (typeof value === "number" && value >= 400 && value < 600) return value;
  }
  return undefined;
}

/** Google says 400 to a wrong key. */
function codeOf(status: number, message: string): RunnerErrorCode {
  if (/api[ _]key (not valid|invalid|expired)|API_KEY_INVALID/i.test(message)) return "MODEL_AUTHENTICATION_FAILED";
  return codeOfStatus(status) ?? "MODEL_ERROR";
}

function isConnection(error: unknown): boolean {
  const words = messageOf(error);
  return (
    /connection|terminated|fetch failed|ECONN|socket|network|stream|premature/i.test(words) ||
    /API|Connection/.test(nameOf(error))
  );
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

export function causesOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let each = error; each !== undefined && each !== null && chain.length < 10;) {
    chain.push(each);
    each = each instanceof Error ? each.cause : undefined;
  }
  return chain;
}
