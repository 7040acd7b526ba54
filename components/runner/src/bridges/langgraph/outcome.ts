/** How a turn that failed ends a run. Pure. */
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
      .replace(/^\d{3} (?=\{)/, ""),
  );
  const status = answered === undefined ? undefined : statusOf(answered);
  if (status !== undefined) return { code: codeOf(status, message), message };
  if (chain.some((each) => nameOf(each) === "GraphRecursionError"))
    return { code: "AGENT_ERROR", message: "The agent was stopped: it took more steps than it may in one run." };
  return { code: chain.some(isConnection) ? "MODEL_ERROR" : "AGENT_ERROR", message };
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
