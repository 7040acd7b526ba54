// What the demo agent has learned from the results of its tools in this turn.
import type { Conversation, ToolResult, Turn } from "../conversation.ts";
import { workingDirectory } from "../template.ts";

export const LIST_COMMAND = "pwd && ls -1Ap";
export const HISTORY_COMMAND = "git log --oneline -5";
export const MARKS_COMMAND = 'grep -rnIE "TODO|FIXME" . --exclude-dir=.git --exclude-dir=node_modules';

export interface Findings {
  /** Absolute path of the folder, undefined when nothing told it. */
  readonly root?: string;
  /** Entries of the folder; folders end in a slash. */
  readonly entries: readonly string[];
  readonly commits: readonly string[];
  /** Lines that hold TODO or FIXME. */
  readonly marks: readonly string[];
  readonly refused: readonly ToolResult[];
}

// Frameworks put labels and status lines around a command's output.
function outputLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/^(Output|Stdout):\s*/i, "").trimEnd())
    .filter(
      (line) =>
        line !== "" && !/^(Command|Directory|Error|Exit Code|Signal|Background PIDs|Process Group PGID):/i.test(line),
    );
}

function outputOf(turn: Turn, command: string): string[] {
  const result = turn.results.find((one) => Object.values(one.input).includes(command) && !one.isError);
  return result ? outputLines(result.text) : [];
}

export function readFindings(conversation: Conversation, turn: Turn): Findings {
  const listing = outputOf(turn, LIST_COMMAND);
  const start = listing.findIndex((line) => line.startsWith("/"));
  const root = listing[start] ?? workingDirectory(conversation);
  return {
    ...(root === undefined ? {} : { root }),
    entries: start < 0 ? [] : listing.slice(start + 1).filter((line) => line !== ".git/"),
    commits: outputOf(turn, HISTORY_COMMAND).filter((line) => /^[0-9a-f]{7,40} /.test(line)),
    marks: outputOf(turn, MARKS_COMMAND).filter((line) => /^[^:\s][^:]*:\d+:/.test(line)),
    refused: turn.results.filter((one) => one.isError),
  };
}

/** A file's text as its Read tool gave it, without the line numbers that some tools put in front. */
export function fileText(turn: Turn, path: string): string | undefined {
  const result = turn.results.find((one) => !one.isError && isRead(one) && Object.values(one.input).includes(path));
  const text = result?.text;
  if (text === undefined || !/^ *1(→|\t)/.test(text)) return text;
  return text.replaceAll(/^ *\d+(?:→|\t|$)/gm, "").trimEnd();
}

function isRead(result: ToolResult): boolean {
  return /read|view/i.test(result.tool);
}

/** The name itself, or with the first free number, so that a second prompt does not overwrite the first one's work. */
export function freeName(name: string, entries: readonly string[]): string {
  if (!entries.includes(name)) return name;
  const dot = name.indexOf(".");
  for (let number = 2; ; number += 1) {
    const candidate = `${name.slice(0, dot)}-${number}${name.slice(dot)}`;
    if (!entries.includes(candidate)) return candidate;
  }
}

export function findReadme(entries: readonly string[]): string | undefined {
  return entries.find((entry) => /^readme(\.md|\.txt|\.rst)?$/i.test(entry));
}
