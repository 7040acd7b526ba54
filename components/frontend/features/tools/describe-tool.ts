/** One line that says what a tool call does: verb, target, and what came of it. */
import * as texts from "../../lib/texts/index.ts";
import { listOf, numberOf, textOf } from "../thread/fields.ts";
import { mcpName, type ToolFamily, toolFamily } from "./tool-family.ts";

export interface ToolDescription {
  readonly family: ToolFamily;
  readonly verb: string;
  /** What it works on; `isCode` asks for the mono face. */
  readonly target: string;
  readonly isCode: boolean;
  /** The whole of what `target` shortens. */
  readonly title: string;
  readonly note: string | undefined;
}

type Arguments = Readonly<Record<string, unknown>>;

/** "Ran", "Runs", or "Run" for what the agent only wants, or was not allowed, to do. */
export type Tense = "past" | "present" | "wish";

export function describeTool(name: string | undefined, args: Arguments, tense: Tense): ToolDescription {
  const family = toolFamily(name);
  const words = texts.tools;
  const describe = (verb: string, target: string, more: Partial<ToolDescription> = {}): ToolDescription => ({
    family,
    verb,
    target,
    isCode: true,
    title: target,
    note: undefined,
    ...more,
  });
  const path = filePath(args);
  const onFile = { title: path };
  const verb = (of: keyof typeof words.verbs) => words.verbs[of][tense];
  switch (family) {
    case "shell": {
      const command = textOf(args["command"]) ?? textOf(args["cmd"]) ?? "";
      const line = command.trim().split("\n", 1)[0] ?? "";
      const note = args["run_in_background"] === true ? words.background : undefined;
      return describe(verb("shell"), line === command.trim() ? line : `${line} …`, {
        title: command,
        note,
      });
    }
    case "edit":
      return describe(verb("edit"), shortPath(path), onFile);
    case "write":
      return describe(verb("write"), shortPath(path), onFile);
    case "read": {
      const files = listOf(args["paths"] ?? args["include"]);
      if (path === "" && files.length > 0) return describe(verb("read"), words.files(files.length), { isCode: false });
      return describe(verb("read"), shortPath(path), { ...onFile, note: lineRange(args) });
    }
    case "search": {
      const pattern = textOf(args["pattern"]) ?? textOf(args["query"]) ?? "";
      const place = textOf(args["path"]) ?? textOf(args["dir_path"]);
      return describe(verb("search"), pattern, place === undefined ? {} : { note: shortPath(place) });
    }
    case "list":
      return describe(verb("list"), path === "" ? "." : shortPath(path), onFile);
    case "todo":
      return describe(words.plan, "", { isCode: false });
    case "fetch":
      return describe(verb("fetch"), textOf(args["url"]) ?? textOf(args["prompt"]) ?? "");
    case "web-search":
      return describe(verb("web-search"), textOf(args["query"]) ?? "", { isCode: false });
    case "task":
      return describe(words.delegated, textOf(args["description"]) ?? textOf(args["subagent_type"]) ?? "", {
        isCode: false,
      });
    case "question":
      return describe(words.asked, "", { isCode: false });
    case "mcp": {
      const { server, tool } = mcpName(name ?? "");
      return describe(readable(tool), firstText(args), { note: words.via(server) });
    }
    case "other":
      return describe(name === undefined ? words.unnamed : readable(name), firstText(args));
  }
}

export function filePath(args: Arguments): string {
  return (
    textOf(args["file_path"]) ??
    textOf(args["path"]) ??
    textOf(args["absolute_path"]) ??
    textOf(args["notebook_path"]) ??
    textOf(args["dir_path"]) ??
    ""
  );
}

/** Where a file is inside its repository, or at least its last folders. */
export function shortPath(path: string): string {
  const inRepository = /\/repos\/[^/]+\/(.+)$/.exec(path) ?? /^\/workspace\/(.+)$/.exec(path);
  const shown = inRepository?.[1] ?? path;
  if (!shown.startsWith("/")) return shown;
  const parts = shown.split("/");
  return parts.length > 5 ? `…/${parts.slice(-3).join("/")}` : shown;
}

function lineRange(args: Arguments): string | undefined {
  const offset = numberOf(args["offset"]);
  const limit = numberOf(args["limit"]);
  if (offset === undefined && limit === undefined) return undefined;
  const from = offset ?? 1;
  return limit === undefined ? `${from}–` : `${from}–${from + limit - 1}`;
}

const readable = (name: string): string => name.replaceAll(/[_-]+/g, " ").replace(/^./, (first) => first.toUpperCase());

function firstText(args: Arguments): string {
  for (const value of Object.values(args))
    if (typeof value === "string" && value !== "") return value.split("\n", 1)[0] ?? "";
  return "";
}
