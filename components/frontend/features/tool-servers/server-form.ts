/** The form of one MCP server: text fields, what is wrong with them, and the server that they mean. Pure. */
import { McpServer } from "@pilothouse/contracts";
import * as texts from "../../lib/texts/index.ts";

export interface ServerDraft {
  readonly name: string;
  readonly type: McpServer["type"];
  readonly command: string;
  /** One argument per line, so that none needs quotes. */
  readonly args: string;
  /** `NAME=value` per line. */
  readonly env: string;
  readonly url: string;
  /** `Name: value` per line. */
  readonly headers: string;
}

export type ServerProblems = Partial<Record<keyof ServerDraft, string>>;

export const EMPTY_SERVER: ServerDraft = {
  name: "",
  type: "http",
  command: "",
  args: "",
  env: "",
  url: "",
  headers: "",
};

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
const words = texts.toolServers;

const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** Names of the secrets that a text wants put in. */
export function variablesIn(...parts: readonly string[]): string[] {
  return [...new Set(parts.flatMap((text) => [...text.matchAll(VARIABLE)].flatMap(([, name]) => name ?? [])))];
}

export function draftOf(name: string, server: McpServer): ServerDraft {
  const pairs = (fields: Record<string, string> | undefined, between: string) =>
    Object.entries(fields ?? {})
      .map(([key, value]) => `${key}${between}${value}`)
      .join("\n");
  return {
    name,
    type: server.type,
    command: server.command ?? "",
    args: (server.args ?? []).join("\n"),
    env: pairs(server.env, "="),
    url: server.url ?? "",
    headers: pairs(server.headers, ": "),
  };
}

interface Rules {
  /** Names that are given already. */
  readonly taken: readonly string[];
  /** Whether `${NAME}` may stand in the address and the headers: in a project's servers, not in a session's. */
  readonly allowsVariables: boolean;
}

export function problemsOf(draft: ServerDraft, { taken, allowsVariables }: Rules): ServerProblems {
  const problems: ServerProblems = {};
  const name = draft.name.trim();
  if (!NAME.test(name)) problems.name = words.nameInvalid;
  else if (taken.includes(name)) problems.name = words.nameTaken;
  if (draft.type === "stdio") {
    if (draft.command.trim() === "") problems.command = words.commandMissing;
    if (pairsOf(draft.env, "=") === undefined) problems.env = words.envInvalid;
    for (const field of ["command", "args", "env"] as const)
      if (variablesIn(draft[field]).length > 0) problems[field] = words.variablesNotHere;
  } else {
    if (!isAddress(draft.url)) problems.url = words.urlInvalid;
    if (pairsOf(draft.headers, ":") === undefined) problems.headers = words.headersInvalid;
    for (const field of ["url", "headers"] as const)
      if (!allowsVariables && variablesIn(draft[field]).length > 0) problems[field] = words.variablesNotInSession;
  }
  return problems;
}

/** Only good for a draft without problems; parsed by the schema that the server judges by. */
export function serverOf(draft: ServerDraft): McpServer {
  const args = linesOf(draft.args);
  const env = pairsOf(draft.env, "=") ?? {};
  const headers = pairsOf(draft.headers, ":") ?? {};
  return McpServer.parse(
    draft.type === "stdio"
      ? {
          type: "stdio",
          command: draft.command.trim(),
          ...(args.length === 0 ? {} : { args }),
          ...(Object.keys(env).length === 0 ? {} : { env }),
        }
      : {
          type: draft.type,
          url: draft.url.trim(),
          ...(Object.keys(headers).length === 0 ? {} : { headers }),
        },
  );
}

/** What a server runs or calls, in one line. */
export function summaryOf(server: McpServer): string {
  return server.type === "stdio" ? [server.command, ...(server.args ?? [])].join(" ") : (server.url ?? "");
}

function isAddress(text: string): boolean {
  const url = text.trim().replaceAll(VARIABLE, "x");
  return /^https?:\/\/\S+$/.test(url) && URL.canParse(url);
}

/** Undefined when a line is not a name, the sign, and a value. */
function pairsOf(text: string, sign: "=" | ":"): Record<string, string> | undefined {
  const pairs = new Map<string, string>();
  for (const line of linesOf(text)) {
    const at = line.indexOf(sign);
    const name = line.slice(0, Math.max(0, at)).trim();
    const isName = sign === "=" ? /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) : /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
    if (!isName) return undefined;
    pairs.set(name, line.slice(at + 1).trim());
  }
  return Object.fromEntries(pairs);
}
