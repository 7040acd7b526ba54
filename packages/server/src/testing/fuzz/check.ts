/** What an answer owes to the document. */
import type { Answer } from "./exchange.ts";
import type { Schemas } from "./schema.ts";
import type { Wish } from "./wish.ts";

export interface CheckOptions {
  readonly schemas: Schemas;
  /** Texts that no answer may hold. */
  readonly secrets: readonly string[];
  /** Refusals that no schema can foresee, by their text: what is not there, what another field decides. */
  readonly excused: readonly RegExp[];
}

/** What is wrong with the answer; nothing is the rule. */
export function check(wish: Wish, token: string | undefined, answer: Answer, options: CheckOptions): string[] {
  const { operation, fault } = wish;
  const { status, headers, text } = answer;
  const described = operation.responses[String(status)];
  const problems: string[] = [];
  // `default` is for those who read the document; here every status has to be named.
  if (described === undefined) problems.push(`status ${status} is not in the document`);
  else {
    const shape = shapeProblem(answer, described.content, options.schemas);
    if (shape !== undefined) problems.push(shape);
    const missing = Object.keys(described.headers).filter(
      (name) => ALWAYS.has(name) && headers[name.toLowerCase()] === undefined,
    );
    if (missing.length > 0) problems.push(`header ${missing.join(", ")} is missing`);
  }
  if (status === 500) problems.push("it failed");
  if (fault !== undefined && status < 400) problems.push(`it was taken, though wrong: ${fault}`);
  if (
    fault === undefined &&
    (status === 400 || status === 422) &&
    !options.excused.some((pattern) => pattern.test(text))
  ) {
    problems.push("it was refused, though right");
  }
  if (operation.secured && token === undefined && status < 400) problems.push("it was answered without a token");
  if (options.secrets.some((secret) => text.includes(secret) || JSON.stringify(headers).includes(secret))) {
    problems.push("the answer holds a secret");
  }
  return problems;
}

const ALWAYS = new Set(["Location", "WWW-Authenticate", "Content-Disposition"]);

function shapeProblem(
  answer: Answer,
  content: Readonly<Record<string, { schema?: object | undefined }>>,
  schemas: Schemas,
): string | undefined {
  const { headers, text, partial } = answer;
  if (text === "" && !partial) return undefined;
  const type = headers["content-type"]?.split(";", 1)[0]?.trim() ?? "";
  const named = Object.entries(content).find(([pattern]) => matches(pattern, type));
  if (named === undefined)
    return `type ${type === "" ? "(none)" : type} of status ${answer.status} is not in the document`;
  const [, { schema }] = named;
  if (type !== "application/json" || schema === undefined) return undefined;
  try {
    const problem = schemas.problem(schema, JSON.parse(text));
    return problem === undefined ? undefined : `the answer does not fit its schema: ${problem}`;
  } catch {
    return "the answer says that it is JSON, and is none";
  }
}

function matches(pattern: string, type: string): boolean {
  return pattern === type || pattern === "*/*" || (pattern.endsWith("/*") && type.startsWith(pattern.slice(0, -1)));
}

export function codeOf(text: string): string {
  return /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? "";
}
