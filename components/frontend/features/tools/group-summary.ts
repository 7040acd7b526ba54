/** "Read 4 files, searched setCookie": what several quiet calls did, in one sentence. */
import * as texts from "../../lib/texts/index.ts";
import type { ToolEntry } from "../thread/thread-state.ts";
import { describeTool } from "./describe-tool.ts";
import { parseArguments } from "./partial-json.ts";

const NAMED = 2;

export function summarizeGroup(calls: readonly ToolEntry[]): string {
  const tense = calls.every((call) => call.phase === "done") ? "past" : "present";
  const { verbs } = texts.tools;
  const descriptions = calls.map((call) => describeTool(call.name, parseArguments(call.argumentsText), tense));
  const of = (family: string) => [
    ...new Set(descriptions.filter((item) => item.family === family).map((item) => item.target)),
  ];
  const named = (verb: string, targets: string[], many: (count: number) => string) =>
    targets.length === 0 ? [] : [`${verb} ${targets.length <= NAMED ? targets.join(", ") : many(targets.length)}`];
  const parts = [
    ...named(verbs.read[tense], of("read"), texts.tools.files),
    ...named(verbs.search[tense], of("search"), texts.tools.times),
    ...named(verbs.list[tense], of("list"), texts.tools.folders),
  ];
  return parts
    .map((part, index) => (index === 0 ? part : part.replace(/^./, (first) => first.toLowerCase())))
    .join(", ");
}
