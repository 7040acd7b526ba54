/** What can be read out of a call's arguments and result. */
import { isRecord, listOf, numberOf, textOf } from "../thread/fields.ts";
import { type LineDiff, lineDiff, newFileDiff } from "./line-diff.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** What an edit or a write changes, or undefined when the arguments do not say. */
export function editDiff(args: Arguments): LineDiff | undefined {
  const content = textOf(args["content"]) ?? textOf(args["file_text"]);
  if (content !== undefined) return newFileDiff(content);
  const edits = listOf(args["edits"]).filter(isRecord);
  const parts = (edits.length > 0 ? edits : [args]).flatMap((edit) => {
    const before = textOf(edit["old_string"]) ?? textOf(edit["old_str"]);
    const after = textOf(edit["new_string"]) ?? textOf(edit["new_str"]);
    return before === undefined && after === undefined ? [] : [lineDiff(before ?? "", after ?? "")];
  });
  if (parts.length === 0) return undefined;
  return parts.reduce((all, part) => ({
    lines: [
      ...all.lines,
      { type: "gap" as const, text: "", oldNumber: undefined, newNumber: undefined },
      ...part.lines,
    ],
    additions: all.additions + part.additions,
    deletions: all.deletions + part.deletions,
  }));
}

/** The exit code that a shell result begins or ends with, as agents report it. */
export function exitCode(result: string | undefined): string | undefined {
  if (result === undefined) return undefined;
  return (
    /^(?:Error: )?Exit code:? (-?\d+)/m.exec(result.slice(0, 200))?.[1] ?? /^Exit Code: (-?\d+)/m.exec(result)?.[1]
  );
}

export interface TodoItem {
  readonly text: string;
  readonly status: string;
}

export function todoItems(args: Arguments): readonly TodoItem[] {
  return listOf(args["todos"]).flatMap((item) => {
    if (!isRecord(item)) return [];
    const text = textOf(item["content"]) ?? textOf(item["description"]) ?? textOf(item["text"]);
    return text === undefined ? [] : [{ text, status: textOf(item["status"]) ?? "pending" }];
  });
}

/** Number of lines of a result, for reads. */
export function lineCount(result: string | undefined): number | undefined {
  if (result === undefined || result === "") return undefined;
  return numberOf(result.trimEnd().split("\n").length);
}

/** A result without the markup that some agents put around errors for their models. */
export function plainResult(result: string): string {
  return result.replace(/^<tool_use_error>([\s\S]*)<\/tool_use_error>\s*$/, "$1");
}

/** The same, with JSON on lines of its own: tools of MCP servers answer in one long line. */
export function readableResult(result: string): string {
  const plain = plainResult(result);
  if (!/^\s*[{[]/.test(plain) || plain.length > 100_000) return plain;
  try {
    return JSON.stringify(JSON.parse(plain), null, 2);
  } catch {
    return plain; // It only began like JSON.
  }
}

/** The language of a file, by its name, for highlighting. */
export function languageOf(path: string): string {
  const name = path.split("/").at(-1)?.toLowerCase() ?? "";
  if (name === "dockerfile") return "dockerfile";
  const extension = name.includes(".") ? (name.split(".").at(-1) ?? "") : "";
  return (Object.hasOwn(LANGUAGES, extension) ? LANGUAGES[extension] : undefined) ?? extension;
}

const LANGUAGES: Readonly<Record<string, string>> = {
  ts: "typescript",
  tsx: "typescript",
  mts: "typescript",
  cts: "typescript",
  js: "javascript",
  jsx: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  py: "python",
  rb: "ruby",
  rs: "rust",
  sh: "bash",
  zsh: "bash",
  yml: "yaml",
  md: "markdown",
  html: "xml",
  svg: "xml",
  h: "c",
  hpp: "cpp",
  cc: "cpp",
  toml: "ini",
  cfg: "ini",
};
